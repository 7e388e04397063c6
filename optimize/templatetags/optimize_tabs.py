"""The pages of Optimize that stand side by side, as tabs: one list, and the tag that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template

from ipeo.navigation import link

register = template.Library()


@dataclass(frozen=True)
class Tab:
    """One page among Optimize's own; `also` are pages that belong to it."""

    label: str
    url_name: str
    also: tuple[str, ...] = ()


TABS = (
    Tab("Overview", "optimize:optimize", ("optimize:cycle", "optimize:program")),
    Tab("Models", "optimize:models"),
    Tab("Curves", "optimize:curves", ("optimize:curve",)),
    Tab("Wear-out", "optimize:wearing", ("optimize:wear",)),
    Tab("Price and value", "optimize:price"),
    Tab("Win/loss", "optimize:wins"),
    Tab("Experiments", "optimize:experiments", ("optimize:experiment",)),
)
"""In their order."""


@register.simple_tag(takes_context=True)
def optimize_tabs(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tabs, the page at hand marked."""
    request = context.get("request")
    here = request.resolver_match.view_name if request and request.resolver_match else ""
    return [
        {
            "label": tab.label,
            "href": link(tab.url_name),
            "current": here == tab.url_name or here in tab.also,
        }
        for tab in TABS
    ]
