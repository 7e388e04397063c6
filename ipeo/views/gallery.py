"""The gallery: every component in its states, with content as in a real workspace."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ipeo import charts
from ipeo.numerics.changes import change
from ipeo.numerics.estimates import Estimate, rate
from ipeo.numerics.ranges import BEFORE, PERIODS, Days
from ipeo.queries.ranges import Choice, Range
from ipeo.stages import Blocker


class OutcomeSample(forms.Form):
    """The outcome form as a rep sees it."""

    outcome = forms.ChoiceField(
        choices=[("won", "Won"), ("lost", "Lost"), ("none", "No decision")],
        widget=forms.RadioSelect,
    )
    drivers = forms.MultipleChoiceField(
        label="What decided it?",
        choices=[
            ("payback", "Payback proof"),
            ("service", "Service"),
            ("relationship", "Relationship"),
            ("fit", "Fit"),
            ("price", "Price"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    net_amount = forms.DecimalField(
        label="Net price, list $48,000",
        widget=forms.TextInput(
            attrs={
                "inputmode": "decimal",
                "data-list-price": "48000",
                "data-discount-threshold": "10",
            }
        ),
    )
    helped = forms.MultipleChoiceField(
        label="What helped?",
        choices=[("one-pager", "ROI one-pager"), ("kit", "Demo kit")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class ProgramSample(forms.Form):
    """A form with every kind of field."""

    name = forms.CharField(max_length=120, help_text="As your team calls it.")
    channel = forms.ChoiceField(
        choices=[("", "Choose"), ("events", "Events"), ("search", "Search")]
    )
    starts_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    budget = forms.DecimalField(min_value=0, help_text="In the workspace's currency.")
    message = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    offer = forms.ChoiceField(
        choices=[("value", "Value"), ("trial", "Trial"), ("price", "Price")],
        widget=forms.RadioSelect,
    )
    is_bet = forms.BooleanField(
        label="A bet: no finding supports it yet",
        required=False,
        help_text="A bet is measured first, before it grows.",
    )


@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the gallery to anyone who is signed in."""
    return render(request, "ipeo/gallery.html", sample())


def sample() -> dict[str, Any]:
    """Return the gallery's content."""
    return {
        "now": timezone.now(),
        "earlier": timezone.now() - timedelta(minutes=12),
        **_figures(),
        **_cycle(),
        **_forms(),
        **_drawings(),
        "programs": _programs(),
    }


def _figures() -> dict[str, Any]:
    return {
        "romi": Estimate(2.4, 1.9, 3.0, 86),
        "win_rate": rate(86, 277),
        "cac": Estimate.unknown("no spend is known for this channel"),
        "counted": Estimate.exact(412, 412),
        "trend": [12, 14, 13, 17, None, 19, 18, 22, 25],
        "risen": change(Estimate(2.4, 1.9, 3.0, 86), Estimate(1.4, 1.1, 1.7, 74)),
        "within": change(rate(86, 277), rate(80, 251)),
        "chosen": Range(
            "quarter",
            "This quarter",
            Days(date(2026, 4, 1), date(2026, 6, 30)),
            Days(date(2026, 1, 1), date(2026, 3, 31)),
            BEFORE,
        ),
        "choices": [Choice(key, label, key == "quarter") for key, label in PERIODS.items()],
    }


def _cycle() -> dict[str, Any]:
    lines = [
        ("insight", "Insight", "6 findings, 2 carried from cycle 2", "done"),
        ("plan", "Plan", "Scenario B approved, $420,000", "done"),
        ("execute", "Execute", "Week 7 of 12, 41 of 58 tasks done", "now"),
        ("optimize", "Optimize", "Opens when execution ends", ""),
    ]
    return {
        "fractions": [1.0, 1.0, 0.6, 0.0],
        "stages": [
            {"key": key, "label": label, "line": line, "state": state, "href": "#cycle"}
            for key, label, line, state in lines
        ],
        "blockers": [
            Blocker("Log outcomes for 4 deals past their close date", "#forms"),
            Blocker("17 tasks are open.", "#forms", "Close or drop them"),
        ],
        "tabs": [
            {"label": "A, as last year", "href": "#plan", "current": False},
            {"label": "B, prove the payback", "href": "#plan", "current": True},
            {"label": "C, defend on service", "href": "#plan", "current": False},
        ],
        "import_steps": ["Choose a file", "Match its columns", "Look it over", "Import"],
    }


def _forms() -> dict[str, Any]:
    typed = {"name": "", "channel": "fax", "starts_on": "31.02.", "budget": "-20", "message": ""}
    return {
        "outcome": OutcomeSample(
            initial={
                "outcome": "won",
                "drivers": ["payback"],
                "net_amount": "46,500",
                "helped": ["one-pager"],
            },
            auto_id="outcome_%s",
        ),
        "program": ProgramSample(auto_id="program_%s"),
        "refused": ProgramSample(typed, auto_id="refused_%s"),
    }


def _drawings() -> dict[str, Any]:
    steps = [
        charts.Step("Aware", 12400),
        charts.Step("Considering", 3910),
        charts.Step("Second look", 1120),
        charts.Step("Opportunity", 412, "execute"),
        charts.Step("Proposal", 231, "execute"),
        charts.Step("Won", 86, "execute"),
    ]
    weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(24)]
    efficacy = [2.6 - 1.5 / (1 + math.exp(-(n - 13) / 3)) for n in range(24)]
    spread = [0.22 + 0.012 * n for n in range(24)]
    months = [date(2026, month, 1) for month in range(4, 10)]
    planned = [60_000.0, 70_000.0, 75_000.0, 80_000.0, 70_000.0, 65_000.0]
    actual = [58_200.0, 74_900.0, 41_000.0, 0.0, 0.0, 0.0]
    committed = [0.0, 0.0, 21_500.0, 32_000.0, 12_000.0, 0.0]
    channels = ["Field events", "Search", "Direct mail", "Webinar", "Trade promotion"]
    rates = [rate(41, 100), rate(120, 330), rate(22, 80), rate(9, 48), rate(5, 41)]
    return {
        "funnel": charts.funnel(steps, handoff="handoff, median 1.4 days"),
        "funnel_rows": [(step.label, f"{step.reached:,d}") for step in steps],
        "efficacy": charts.band(
            weeks,
            efficacy,
            [value - width for value, width in zip(efficacy, spread, strict=True)],
            [value + width for value, width in zip(efficacy, spread, strict=True)],
            name="Won margin per dollar",
            forecast_from=weeks[17],
            events=[charts.Event(date(2026, 3, 14), "competitor launched, 14 Mar")],
            break_even=1.25,
        ),
        "efficacy_rows": [
            (f"{week:%d %b}", f"{value:.2f}", f"{value - width:.2f} to {value + width:.2f}")
            for week, value, width in zip(weeks, efficacy, spread, strict=True)
        ],
        "spend": charts.spend_against_plan(
            months, planned, committed, actual, today=date(2026, 6, 12)
        ),
        "spend_rows": [
            (f"{month:%b %Y}", f"{plan:,.0f}", f"{booked:,.0f}", f"{spent:,.0f}")
            for month, plan, booked, spent in zip(months, planned, committed, actual, strict=True)
        ],
        "rates": charts.bars(channels, rates, kind="percent"),
        "rate_rows": [
            (name, f"{found.value:.0%}", f"{found.low:.0%} to {found.high:.0%}", str(found.n))
            for name, found in zip(channels, rates, strict=True)
        ],
    }


def _programs() -> list[dict[str, Any]]:
    rows = [
        ("Field demos", "Events", 96_000, 120_000, "", "", Estimate(3.1, 2.2, 4.0, 34)),
        ("Payback calculator", "Search", 110_000, 118_000, "", "", Estimate(2.2, 1.8, 2.7, 120)),
        ("Trade-in webinar", "Webinar", 74_000, 36_000, "tiring", "bad",
         Estimate(0.6, 0.3, 0.9, 48)),
        ("Spring rebate", "Trade promotion", 60_000, 22_000, "price-led", "warn",
         Estimate(0.4, 0.1, 0.8, 41)),
        ("Dealer training", "Partner", 30_000, 30_000, "bet", "",
         Estimate.unknown("no deal has closed after it yet")),
    ]  # fmt: skip
    return [
        {
            "name": name,
            "channel": channel,
            "planned": planned,
            "suggested": suggested,
            "plan_share": planned / 165_000,
            "suggested_share": suggested / 165_000,
            "chip": chip,
            "tone": tone,
            "next": following,
        }
        for name, channel, planned, suggested, chip, tone, following in rows
    ]
