"""What people type on Optimize's pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from ipeo.forms import DateInput
from optimize.models import AttributionModel, Decision

BREAKDOWNS = (
    ("channel", "Channel"),
    ("program", "Program"),
    ("campaign", "Campaign"),
    ("rep", "Rep"),
    ("product", "Product"),
    ("month", "Month"),
)


class ReportForm(forms.Form):
    """Which figures to show: from when to when, shared out how, by what."""

    date_from = forms.DateField(label="From", widget=DateInput(), required=False)
    date_to = forms.DateField(label="To", widget=DateInput(), required=False)
    model = forms.ChoiceField(
        label="Credit goes to", choices=AttributionModel.choices, required=False
    )
    by = forms.ChoiceField(choices=BREAKDOWNS, required=False, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("date_from"), cleaned.get("date_to")
        if first and last and last < first:
            self.add_error("date_to", "The range must end after it starts.")
        return cleaned


class DecideForm(forms.Form):
    """A decision on a recommendation; `seen` is when the decision on the screen was taken."""

    decision = forms.ChoiceField(
        label="What do you decide?",
        choices=Decision.Choice.choices,
        widget=forms.RadioSelect(),
        error_messages={"required": "Choose what to do with it."},
    )
    reason = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Needed to reject. The next cycle reads it.",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean_seen(self) -> datetime | None:
        """Return the time, None for none and for what is no time."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None
