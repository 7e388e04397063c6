"""Evidence as it is picked, and the renewal of a finding."""

from __future__ import annotations

from typing import Any

from django import forms

from insight.models import FindingEvidence
from ipeo.forms import DateInput


class PickForm(forms.Form):
    """Which of a study's facts a finding keeps, and whether its chart."""

    facts = forms.MultipleChoiceField(
        label="Keep these figures as they are today",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )
    chart = forms.BooleanField(label="Keep the chart too", required=False, initial=True)

    def __init__(self, *args: Any, snapshot: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **({"prefix": "keep"} | kwargs))
        labels = [fact["label"] for fact in snapshot["facts"]]
        facts = self.fields["facts"]
        assert isinstance(facts, forms.MultipleChoiceField)
        facts.choices = [(label, label) for label in labels]
        facts.initial = labels[:4]
        if not labels:
            del self.fields["facts"]
        if snapshot["figure"] is None:
            del self.fields["chart"]


class EvidenceForm(forms.Form):
    """A page that shows why a finding holds, with what it says today."""

    kind = forms.ChoiceField(
        choices=[
            pair for pair in FindingEvidence.Kind.choices if pair[0] != FindingEvidence.Kind.STUDY
        ],
        label="What it is",
    )
    title = forms.CharField(max_length=200, label="What it shows")
    url = forms.CharField(
        max_length=300,
        required=False,
        label="Link",
        help_text="Copy it from the browser. For IPEO pages, such as a list of deals, a study, an "
        "audience, the market, a program or a cycle, today's figures are saved automatically.",
    )
    words = forms.CharField(
        max_length=1000,
        required=False,
        label="What it shows today",
        help_text="Saved as it is now, because pages change.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RenewForm(forms.Form):
    """A new date for a finding whose evidence was looked at again."""

    expires_on = forms.DateField(
        required=False,
        label="Valid until",
        widget=DateInput(),
        help_text="Leave empty if it does not expire.",
    )
    reason = forms.CharField(
        max_length=300,
        label="Why it is still valid",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Describe what was reviewed."},
    )
