"""Addresses inside the workspace, and the navigation that the apps fill in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject

from ipeo import stages, tenancy
from ipeo.devices import person_key
from ipeo.models import Membership
from ipeo.permissions import may
from ipeo.queries import memberships_of


@dataclass(frozen=True)
class Entry:
    """One line of the navigation, current on its page, the pages below it and those in `also`."""

    group: str
    label: str
    url_name: str
    permission: str
    order: int = 0
    stage: str = ""
    icon: str = ""
    also: tuple[str, ...] = ()


GROUPS = ("", "The cycle", "Data", "Workspace")
_entries: list[Entry] = []


def register(*entries: Entry) -> None:
    """Add lines to the navigation."""
    _entries.extend(entries)


def link(name: str, *args: Any) -> str:
    """Return the address of a page inside the scope's workspace."""
    return _reversed(get_script_prefix(), name, tenancy.current_workspace().slug, *args)


@lru_cache(maxsize=4096, typed=True)
def _reversed(prefix: str, name: str, *args: Any) -> str:
    # A page names some hundred addresses, most of them again and again, and each takes 50 µs.
    return reverse(name, args=args)


def panels_of(membership: Membership, on: str, *args: Any, query: str = "") -> list[dict[str, Any]]:
    """Return the panels that stages offer to a page and this member may open, by address.

    `args` are what the panels' addresses take, `query` is what stands behind each.
    """
    behind = f"?{query}" if query else ""
    return [
        {"href": f"{link(panel.url_name, *args)}{behind}", "width": panel.width}
        for panel in stages.panels(on)
        if may(membership, panel.permission)
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    """Give templates the workspace, the member, the navigation and what the member may do."""
    membership = getattr(request, "membership", None)
    theme = request.COOKIES.get("theme", "")
    given: dict[str, Any] = {"theme": theme if theme in {"light", "dark"} else ""}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        given["person"] = person_key(user)
        given["memberships"] = SimpleLazyObject(lambda: memberships_of(user=user))
    if membership is None:
        return given
    here = request.resolver_match
    entered = _entered(here.view_name if here else "", request.path)
    groups = []
    for title in GROUPS:
        items = [
            {
                "label": entry.label,
                "href": link(entry.url_name),
                "current": entry is entered,
                "stage": entry.stage,
                "icon": entry.icon,
            }
            for entry in sorted(_entries, key=lambda entry: entry.order)
            if entry.group == title and may(membership, entry.permission)
        ]
        if items:
            groups.append({"title": title, "items": items})
    return given | {
        "workspace": membership.workspace,
        "membership": membership,
        "nav": groups,
        "may": _May(membership),
    }


def _entered(view_name: str, path: str) -> Entry | None:
    """Return the line that a page belongs to: named by it, else the nearest page above it."""
    for entry in _entries:
        if view_name == entry.url_name or view_name in entry.also:
            return entry
    home = link("ipeo:home")
    above = [
        (len(address), entry)
        for entry in _entries
        if path.startswith(address := link(entry.url_name)) and address != home
    ]
    return max(above, key=lambda one: one[0], default=(0, None))[1]


class _May:
    """`{% if may.deals_edit %}` in a template asks the one table of permissions."""

    def __init__(self, membership: Any) -> None:
        self._membership = membership

    def __getitem__(self, name: str) -> bool:
        return may(self._membership, name.replace("_", ".", 1))
