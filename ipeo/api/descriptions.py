"""How each operation is described in the API's OpenAPI document."""

from __future__ import annotations

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc

from ipeo.api import views

SAYS = {
    "list": "Returns a page of rows, the newest first.",
    "retrieve": "Returns one row.",
    "create": "Creates a row.",
    "update": "Changes a row; every required field is sent.",
    "partial_update": "Changes a row; what is not sent stays as it is.",
    "destroy": "Deletes a row.",
}


class DescribedSchema(AutoSchema):
    """What an operation says of itself; one that is the same everywhere says so of its view."""

    def get_description(self) -> str:  # type: ignore[override]
        """Return the operation's own words, or the view's and what the operation does."""
        action = getattr(self.view, "action", None) or ""
        method = getattr(self.view, action, None)
        inherited = getattr(method, "__module__", "") == views.__name__
        if action in SAYS and (inherited or not getattr(method, "__doc__", None)):
            return f"{get_doc(type(self.view))} {SAYS[action]}".strip()
        return str(super().get_description())
