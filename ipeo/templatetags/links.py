"""Addresses inside the workspace, for templates."""

from typing import Any

from django import template

from ipeo import navigation

register = template.Library()


@register.simple_tag
def link(name: str, *args: Any) -> str:
    """Return the address of a page in the workspace: `{% link 'plan:cycle' cycle.pk %}`."""
    return navigation.link(name, *args)
