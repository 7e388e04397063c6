"""What narrows the list of touches."""

from __future__ import annotations

from django import forms

from execute.models import Touch
from insight.models import Channel
from ipeo.forms import DateInput
from ipeo.models import Campaign
from plan.models import Program


class TouchFilterForm(forms.Form):
    """Narrows the touches."""

    program = forms.ModelChoiceField(
        Program.objects.order_by("name"), required=False, empty_label="Any program"
    )
    channel = forms.ModelChoiceField(
        Channel.objects.order_by("name"), required=False, empty_label="Any channel"
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("name"), required=False, empty_label="Any campaign"
    )
    kind = forms.ChoiceField(choices=[("", "Any kind"), *Touch.Kind.choices], required=False)
    date_from = forms.DateField(required=False, label="From", widget=DateInput())
    date_to = forms.DateField(required=False, label="Until", widget=DateInput())
