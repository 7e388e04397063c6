"""Addresses inside the workspace, for templates."""

from typing import Any

from django import template

from ipeo import navigation

register = template.Library()


@register.simple_tag
def link(name: str, *args: Any) -> str:
    """Return the address of a page inside the current workspace: `{% link 'plan:plan' cycle.pk %}`."""
    return navigation.link(name, *args)
