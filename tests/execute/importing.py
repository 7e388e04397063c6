"""Sending files in tests: through the page, and through the command."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from execute.models import Import
from ipeo import tenancy
from ipeo.navigation import link
from ipeo.tenancy import current_workspace

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared(folder: str) -> Path:
    """A folder of real data, or a skip that says what is missing."""
    if not (SHARED / folder).is_dir():
        pytest.skip(f"the public data set {folder} is not at {SHARED}")
    return SHARED / folder


def send(client: Client, text: str | bytes, kind: str = "", name: str = "file.csv") -> Any:
    """Upload a file on the page."""
    data = text.encode() if isinstance(text, str) else text
    return client.post(
        link("execute:import_new"), {"kind": kind, "file": SimpleUploadedFile(name, data)}
    )


def sent(client: Client, text: str | bytes, kind: str = "", name: str = "file.csv") -> Import:
    """Upload a file on the page, and give its row."""
    response = send(client, text, kind, name)
    assert response.status_code == 302, response.content.decode()
    return Import.objects.latest("pk")


def press(client: Client, brought: Import, do: str = "start", **answers: str) -> Any:
    """Press a button of a file's page, with answers by doubt or by the form's own names."""
    data = {"do": do}
    for place, (key, answer) in enumerate(answers.items()):
        if key.startswith(("map.", "was.", "set.", "kind")):
            data[key] = answer
        else:
            data |= {f"ask.{place}": key, f"answer.{place}": answer}
    return client.post(link("execute:import", brought.pk), data)


def command(kind: str, path: Path, *options: str) -> dict[str, Any]:
    """Run `manage.py import`; a refusal gives what it printed, with `failed`."""
    out = io.StringIO()
    slug = current_workspace().slug
    failed = ""
    try:
        with tenancy.nobody():
            call_command(
                "import", kind, str(path), f"--workspace={slug}", "--json", *options, stdout=out
            )
    except CommandError as error:
        failed = str(error)
    told: dict[str, Any] = json.loads(out.getvalue() or "{}")
    return told | {"failed": failed}


def counts(told: Any) -> tuple[int, int, int, int]:
    """New, changed, unchanged and refused, of a command's answer or of a row."""
    names = ("new", "changed", "unchanged", "refused")
    if isinstance(told, Import):
        told.refresh_from_db()
        return tuple(getattr(told, name) for name in names)  # type: ignore[return-value]
    return tuple(told[name] for name in names)  # type: ignore[return-value]
