"""Objectives as people type them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from insight.models import Audience
from ipeo.forms import DateInput
from ipeo.merging import Merge, merged, text_of, versioned
from ipeo.models import Cycle
from ipeo.typed import read_money, read_percent
from plan.models import Objective
from plan.queries.baselines import Baseline
from plan.queries.objectives import RATES, in_metric, objectives_of


class ObjectiveForm(forms.Form):
    """What the cycle is to reach; the metric tells how the figures are read.

    `measured` is what each metric stood at before. A baseline that nobody typed is the measured
    one of the metric that is chosen; `measured_for` names the metric whose it is.
    """

    metric = forms.ChoiceField(choices=Objective.Metric.choices)
    baseline = forms.CharField(required=False, max_length=30)
    measured_for = forms.CharField(required=False, widget=forms.HiddenInput())
    target = forms.CharField(required=False, max_length=30)
    due_date = forms.DateField(required=False, label="By", widget=DateInput())
    audience = forms.ModelChoiceField(
        Audience.objects.order_by("name"), required=False, empty_label="Everyone"
    )
    columns = ("metric", "baseline", "target", "due_date", "audience")

    def __init__(
        self,
        *args: Any,
        cycle: Cycle,
        measured: Mapping[str, Baseline],
        instance: Objective | None = None,
        given: Mapping[str, str] | None = None,
        **kw: Any,
    ):
        self.cycle = cycle
        self.measured = measured
        self.instance = instance or Objective(cycle=cycle)
        stored = self._stored() if instance else {"due_date": cycle.ends_on}
        kw["initial"] = stored | self._begun(stored, given or {})
        super().__init__(*args, **kw)
        versioned(self)
        if given and instance and not self.is_bound:
            self.data = self._begun_from(stored | self._begun(stored, {}), given)

    def _begun_from(self, held: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
        """What the person started from, as the page says it or as stored.

        Not what an address asks for: that is a change, which somebody else's must not undo.
        """
        names = {name: self[name].html_initial_name for name in self.columns}
        return {html: given.get(html, text_of(held[name])) for name, html in names.items()}

    def _begun(self, stored: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
        """What stands there and an address asks for; without a baseline the measured one."""
        wanted = given.get("metric", "")
        metric = wanted if wanted in self.measured else stored.get("metric") or self._first_unset()
        held = stored["baseline"] if metric == stored.get("metric") else ""
        typed = self._followed(metric, given.get("baseline", held), given.get("measured_for", ""))
        text = typed or self.measured[metric].text
        target = given.get("target", stored.get("target", ""))
        return {"metric": metric, "baseline": text, "target": target, "measured_for": metric}

    def _first_unset(self) -> str:
        """The first metric that the cycle has no objective for."""
        held = {one.metric for one in objectives_of(self.cycle)}
        return next((one for one in self.measured if one not in held), next(iter(self.measured)))

    def _followed(self, metric: str, typed: str, measured_for: str) -> str:
        """The baseline as typed; the metric's measured one where another's still stands there."""
        before = self.measured.get(measured_for)
        if before is None or measured_for == metric or typed != before.text:
            return typed
        return self.measured[metric].text

    @property
    def says(self) -> str:
        """What was measured of the metric chosen."""
        chosen = self["metric"].value()
        found = self.measured.get(chosen)
        if found is None:
            return ""
        if not found.text:
            return f"Not measured: {found.known_by}."
        return f"Measured: {found.text} ({found.known_by})."

    def _stored(self) -> dict[str, Any]:
        held = self.instance
        return {
            "metric": held.metric,
            "baseline": in_metric(held.metric, held.baseline, ""),
            "target": in_metric(held.metric, held.target, ""),
            "due_date": held.due_date,
            "audience": held.audience_id,
        }

    def clean(self) -> dict[str, Any]:
        """Read baseline and target as the metric's kind of figure."""
        cleaned = super().clean() or {}
        metric, measured_for = cleaned.get("metric", ""), cleaned.pop("measured_for", "")
        if metric:
            typed = cleaned.get("baseline", "")
            cleaned["baseline"] = self._followed(metric, typed, measured_for)
        for name in ("baseline", "target"):
            text = cleaned.get(name, "")
            try:
                cleaned[name] = read_in_metric(metric, text) if text else None
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    def merged(self, data: QueryDict) -> Merge:
        """Put what was typed together with this form's row as stored.

        A figure that means what stood there before, or what the other person wrote, is no other
        one for being written otherwise: 180000 and $180,000.
        """
        typed, metric = data.copy(), data.get("metric", "")
        for name in ("baseline", "target"):
            known = {typed.get(f"initial-{name}"), text_of(self[name].value())}
            with suppress(ValidationError):
                text = in_metric(metric, read_in_metric(metric, typed.get(name, "")))
                if typed.get(name) and text in known:
                    typed[name] = text
        return merged(typed, self, self.columns)

    def row(self) -> Objective:
        """Return the objective with what was typed, not yet saved."""
        for name in self.columns:
            setattr(self.instance, name, self.cleaned_data[name])
        return self.instance


def read_in_metric(metric: str, text: str) -> Decimal:
    """Return the figure that a text names, as the metric counts; raises `ValidationError`."""
    if metric in RATES:
        return read_percent(text)
    if metric == Objective.Metric.WON_MARGIN and text.strip()[:1] in {"-", "\N{MINUS SIGN}"}:
        # Deals won below their cost leave a margin below zero to begin from.
        return -read_money(text.strip()[1:])
    amount = read_money(text)
    if metric == Objective.Metric.NEW_CUSTOMERS and amount != amount.to_integral_value():
        raise ValidationError("Enter a whole number of customers.")
    return amount
