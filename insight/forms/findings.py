"""Findings, their evidence and the decisions on them, as they are typed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.dateparse import parse_datetime

from insight.models import Disposition, Finding
from insight.queries.evidence import KINDS
from insight.queries.findings import VALIDITY
from ipeo.forms import DateInput
from ipeo.models import Campaign

NOT_KNOWN = "Not known"


class FindingForm(forms.ModelForm[Finding]):
    """Something learned. What was measured keeps its source and its figures."""

    class Meta:
        model = Finding
        fields = (
            "statement",
            "detail",
            "source",
            "confidence",
            "campaign",
            "evidence_url",
            "expires_on",
        )
        labels = {
            "statement": "What we learned",
            "detail": "Details",
            "source": "Source",
            "evidence_url": "Link to the evidence",
            "expires_on": "Valid until",
        }
        help_texts = {
            "statement": "One sentence a plan can build on.",
            "evidence_url": "A link that starts with https:// or, for a page in IPEO, with /.",
            "expires_on": "After this date it needs renewal. Leave empty if it does not expire.",
        }
        widgets = {
            "statement": forms.Textarea(attrs={"rows": 2}),
            "detail": forms.Textarea(attrs={"rows": 4}),
            "expires_on": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign = self.fields["campaign"]
        assert isinstance(campaign, forms.ModelChoiceField)
        campaign.queryset = Campaign.objects.order_by("name")
        campaign.empty_label = "All campaigns"
        if self.instance.pk is not None:
            # Its decisions belong to that campaign's cycles.
            del self.fields["campaign"]
        measured = Finding.Source.MEASUREMENT
        if self.instance.source == measured:
            del self.fields["source"]
        else:
            source = self.fields["source"]
            assert isinstance(source, forms.ChoiceField)
            source.choices = [pair for pair in Finding.Source.choices if pair[0] != measured]

    def clean_statement(self) -> str:
        """Return the sentence on one line, however it was typed."""
        return " ".join(self.cleaned_data["statement"].split())


class EvidenceLineForm(forms.Form):
    """One figure, or one fact in words, that a finding rests on."""

    label = forms.CharField(max_length=120, required=False, label="What was measured or observed")
    value = forms.CharField(max_length=120, required=False, label="Figure or text")
    kind = forms.ChoiceField(choices=list(KINDS.items()), required=False, label="Unit")
    low = forms.DecimalField(required=False, label="Interval from")
    high = forms.DecimalField(required=False, label="to")
    n = forms.IntegerField(required=False, min_value=0, max_value=10**12, label="Sample size (n)")
    period = forms.CharField(max_length=80, required=False, label="Period")

    def clean(self) -> dict[str, Any]:
        """Refuse half an interval, and a figure that nobody can read."""
        cleaned = super().clean() or {}
        low, high = cleaned.get("low"), cleaned.get("high")
        if cleaned.get("value") and not cleaned.get("label"):
            self.add_error("label", "Enter what this figure is.")
        if cleaned.get("label") and not cleaned.get("value"):
            self.add_error("value", "Enter the figure or what was observed.")
        if (low is None) != (high is None):
            self.add_error("high", "An interval needs both ends.")
        elif low is not None and high is not None and low > high:
            self.add_error("high", "The end of the interval is below its start.")
        return cleaned

    def as_fact(self) -> dict[str, Any] | None:
        """Return the line as it is stored, None for an empty one; 41 percent is kept as 0.41.

        What a stored line says beside what is typed here, it goes on saying.
        """
        typed = self.cleaned_data
        if not typed.get("label"):
            return None
        fact = {name: self.initial[name] for name in ("reason", "note") if self.initial.get(name)}
        fact["label"] = typed["label"]
        if typed["period"]:
            fact["period"] = typed["period"]
        if typed["value"] == NOT_KNOWN:
            return fact | {"value": None}
        scale = 100 if typed["kind"] in {"percent", "points"} else 1
        try:
            value = float(Decimal(typed["value"].rstrip("% ").replace(",", "")) / scale)
        except InvalidOperation:
            return fact | {"value": typed["value"]}
        fact |= {"value": value, "kind": typed["kind"] or "number"}
        if typed["low"] is not None:
            fact |= {"low": float(typed["low"] / scale), "high": float(typed["high"] / scale)}
        return fact | ({"n": typed["n"]} if typed["n"] is not None else {})


EvidenceFormSet: type[BaseFormSet[EvidenceLineForm]] = formset_factory(
    EvidenceLineForm, extra=2, max_num=20, absolute_max=20
)


def evidence_lines(evidence: Any) -> list[dict[str, Any]]:
    """Return stored facts as a person would type them."""
    listed = evidence.get("facts") if isinstance(evidence, dict) else None
    lines = []
    for fact in listed if isinstance(listed, list) else []:
        if not isinstance(fact, dict):
            continue
        scale = 100 if fact.get("kind") in {"percent", "points"} else 1
        line = {
            name: round(value * scale, 6) if isinstance(value, float) and scale > 1 else value
            for name, value in fact.items()
        }
        if line.get("value") is None:
            line["value"] = NOT_KNOWN
        lines.append(line)
    return lines


class DisposeForm(forms.Form):
    """A decision on a finding; `seen` is when the decision on the screen was taken."""

    decision = forms.ChoiceField(
        label="Decision for this cycle",
        choices=[
            (Disposition.Decision.ADOPTED, "Adopt"),
            (Disposition.Decision.REJECTED, "Reject"),
            (Disposition.Decision.DEFERRED, "Defer"),
        ],
        widget=forms.RadioSelect(),
        error_messages={"required": "Choose a decision."},
    )
    reason = forms.CharField(
        max_length=300, required=False, help_text="Required to reject or defer."
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean_seen(self) -> datetime | None:
        """Return the time, None for none and for what is no time."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class FindingFilterForm(forms.Form):
    """Narrows the list of findings."""

    q = forms.CharField(required=False, label="Search", max_length=100)
    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("name"), required=False, empty_label="All campaigns"
    )
    source = forms.ChoiceField(
        choices=[("", "All sources"), *Finding.Source.choices], required=False
    )
    confidence = forms.ChoiceField(
        choices=[("", "Any confidence"), *Finding.Confidence.choices], required=False
    )
    validity = forms.ChoiceField(
        choices=[
            ("", "Any date"),
            *zip(VALIDITY, ("Still valid", "Expires within 30 days", "Expired"), strict=True),
        ],
        required=False,
    )
