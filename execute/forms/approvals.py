"""A discount that is asked for, and what a manager says to it."""

from __future__ import annotations

from typing import Any

from django import forms

from execute.models import Deal, InReturn
from ipeo.tenancy import current_workspace
from ipeo.typed import MoneyField

APPROVE, SEND_BACK = "approve", "send_back"


def weigh_against_list(field: forms.Field, deal: Deal) -> None:
    """Let the page tell, as a price is typed, how far off the deal's list price it is."""
    if deal.list_amount is not None:
        field.widget.attrs |= {
            "data-list-price": str(deal.list_amount),
            "data-discount-threshold": f"{current_workspace().discount_threshold * 100:f}",
        }


class AskApprovalForm(forms.Form):
    """The price that is asked for, and what the buyer gives for it."""

    net_amount = MoneyField(label="Net price")
    in_return = forms.ChoiceField(
        choices=InReturn.choices,
        label="What does the buyer give in return?",
        widget=forms.RadioSelect(),
    )
    in_return_note = forms.CharField(required=False, max_length=500, label="Details")

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"net_amount": deal.net_amount})
        super().__init__(*args, **kwargs)
        weigh_against_list(self.fields["net_amount"], deal)

    def refuse(self, field: str, message: str) -> None:
        """Tell what cannot be taken, at the field where it is mended."""
        self.add_error(field if field in self.fields else None, message)


class DecideForm(forms.Form):
    """Let it pass, or send it back with a reason."""

    decision = forms.ChoiceField(choices=[(APPROVE, "Approve"), (SEND_BACK, "Send back")])
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Note to the rep",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Required to send it back.",
    )
    asked_at = forms.DateTimeField(required=False, widget=forms.HiddenInput())
