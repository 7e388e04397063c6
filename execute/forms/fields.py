"""Fields that several of Execute's forms share."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q

from insight.models import Contact
from ipeo.navigation import link
from ipeo.queries.members import members_of
from ipeo.tenancy import current_workspace

NUMBERED = re.compile(r"\(#(\d{1,18})\)$")


class ContactField(forms.CharField):
    """A person by name or e-mail address; `Name (#12)` tells apart those that share one."""

    def prepare_value(self, value: Any) -> Any:
        """Show a stored contact by name and number."""
        if isinstance(value, int):
            value = Contact.objects.filter(pk=value).first()
        return f"{value} (#{value.pk})" if isinstance(value, Contact) else value

    def clean(self, value: Any) -> Contact | None:
        """Return the person who is meant; refuse what fits nobody or several."""
        text = str(super().clean(value) or "")
        if not text:
            return None
        numbered = NUMBERED.search(text)
        wanted = (
            Q(pk=int(numbered[1])) if numbered else Q(name__iexact=text) | Q(email__iexact=text)
        )
        found = list(Contact.objects.filter(wanted)[:2])
        if len(found) > 1:
            raise forms.ValidationError(
                "Several people have this name. Enter the email address instead."
            )
        if not found:
            raise forms.ValidationError(f"No one is called “{text}”.")
        person: Contact = found[0]
        return person


def offer_members(form: forms.BaseForm, name: str = "owner") -> None:
    """Let a field choose among the workspace's members who still have access."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = members_of(current_workspace()).filter(is_active=True)
    field.empty_label = "Unassigned"


def offer_accounts(form: forms.BaseForm, name: str = "account") -> None:
    """Let a field suggest accounts while a name is typed."""
    form.fields[name].widget.attrs |= {
        "hx-get": link("insight:account_options"),
        "hx-trigger": "input changed delay:250ms",
        "hx-target": "#account-options",
        "hx-sync": "this:replace",
    }
