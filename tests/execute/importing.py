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

from execute.models import Deal, Expense, Import, Touch
from insight.models import Account, Contact, Product
from ipeo import tenancy
from ipeo.navigation import link
from ipeo.tenancy import current_workspace

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

FILES = {
    "products": "Product Name,Product Family,List Price,Unit Cost\nDesk,Desks,1000,600\n",
    "accounts": "Account ID,Account Name,Industry,Employees\nA1,Halden,Retail,120\n",
    "contacts": "Contact ID,Name,Email,Account Name,Lead Source,Created Date\n"
    "C1,Ada Berg,ada@halden.test,Halden,Search,2026-01-05\n",
    "deals": "Opportunity ID,Opportunity Name,Account Name,Contact,Opportunity Owner,Product,"
    "Stage,Amount,Created Date,Close Date\n"
    "D1,Desks for Halden,Halden,ada@halden.test,Mia Ortiz,Desk,Closed Won,950,"
    "2026-01-20,2026-02-15\n",
    "touches": "Email,Channel,Activity Type,Date\nada@halden.test,Webinar,Event,2026-01-25\n",
    "expenses": "Date,Channel,Description,Amount,Status\n2026-01-31,Search,Clicks,500,Actual\n",
}
STORED = {
    "products": Product,
    "accounts": Account,
    "contacts": Contact,
    "deals": Deal,
    "touches": Touch,
    "expenses": Expense,
}


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


def load(client: Client, do_due_work: Any, text: str, kind: str, **answers: str) -> Import:
    """Upload a file, start it, do the work, and give its row."""
    brought = sent(client, text, kind)
    response = press(client, brought, **answers)
    assert response.status_code == 302, response.content.decode()
    do_due_work()
    brought.refresh_from_db()
    return brought
