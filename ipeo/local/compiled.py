"""Where compiled numerics are kept between runs."""

from __future__ import annotations

import hashlib
from pathlib import Path

_SOURCES = Path(__file__).resolve().parent.parent.parent


def compiled_in(place: Path) -> Path:
    """Return the folder in `place` that belongs to the numerics as they are written now.

    A compiled function is kept under the file that it stands in alone. Where another file that it
    was compiled together with has changed, the former machine code would go on running.
    """
    digest = hashlib.sha256()
    for path in sorted(_SOURCES.glob("*/numerics/**/*.py")):
        digest.update(path.read_bytes())
    name = digest.hexdigest()[:12]
    # A process that another one started finds the folder named already.
    return place if place.name == name else place / name
