"""Evidence is kept as it is."""

from __future__ import annotations

from typing import Any

from ipeo.models import Cycle
from optimize.models import Snapshot


def keep_snapshot(
    *, cycle: Cycle, kind: str, subject_key: str, title: str, content: dict[str, Any]
) -> Snapshot:
    """Keep evidence for what a cycle learned of a subject; the first kept stays for good."""
    kept: Snapshot
    kept, _ = Snapshot.objects.get_or_create(
        cycle=cycle,
        kind=kind,
        subject_key=subject_key,
        defaults={"title": title, "content": content},
    )
    return kept
