"""Who takes over a placeholder's deals."""

from __future__ import annotations

from typing import Any

from django import forms

from ipeo.models import Membership
from ipeo.queries.members import members_of
from ipeo.tenancy import current_workspace


class ClaimForm(forms.Form):
    """A member who can sign in."""

    to = forms.ModelChoiceField(Membership.objects.none(), required=False, label="Belongs to")

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = members_of(current_workspace()).filter(is_active=True, user__isnull=False)
        field.empty_label = "Choose a member"

    def choices(self) -> list[Any]:
        """Return the members to choose from, read once for any number of rows."""
        return list(self["to"].field.widget.choices)
