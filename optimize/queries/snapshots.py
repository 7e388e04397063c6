"""Evidence as it is now, as JSON that a page can show when everything has moved on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ipeo.charts import Event
from optimize.models import Experiment, Snapshot
from optimize.queries.fits import WearFit
from optimize.queries.overview import moves_between


@dataclass(frozen=True)
class WearDrawing:
    """A program's efficacy by month as it was drawn; figures in the unit that `unit` names."""

    days: tuple[date, ...]
    observed: tuple[float | None, ...]
    fitted: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ahead: tuple[tuple[date, float, float, float], ...]
    events: tuple[Event, ...]
    pays: bool
    unit: str

    @classmethod
    def kept(cls, held: dict[str, Any]) -> WearDrawing:
        """Return it from the JSON that was kept."""
        return cls(
            days=tuple(date.fromisoformat(day) for day in held["days"]),
            observed=tuple(held["observed"]),
            fitted=tuple(held["fitted"]),
            low=tuple(held["low"]),
            high=tuple(held["high"]),
            ahead=tuple((date.fromisoformat(one[0]), *one[1:]) for one in held["ahead"]),
            events=tuple(Event(date.fromisoformat(on), label) for on, label in held["events"]),
            pays=bool(held["pays"]),
            unit=str(held["unit"]),
        )


def wear_now(fit: WearFit) -> dict[str, Any]:
    """Return a program's efficacy as it is drawn now, as JSON."""
    scale, wear = fit.scale, fit.wear
    days = [fit.day_at(place) for place in range(len(fit.months))]
    ahead = list(fit.ahead())
    last = ahead[-1][0] if ahead else days[-1]
    return {
        "days": [day.isoformat() for day in days],
        "observed": [None if one is None else one * scale for one in fit.observed],
        "fitted": [one * scale for one in wear.fitted],
        "low": [one * scale for one in wear.fitted_low],
        "high": [one * scale for one in wear.fitted_high],
        "ahead": [
            [day.isoformat(), value * scale, low * scale, high * scale]
            for day, value, low, high in ahead
        ],
        "events": [[one.on.isoformat(), one.label] for one in moves_between(days[0], last)],
        "pays": fit.break_even is not None,
        "unit": "Won margin per unit of spend, monthly"
        if fit.break_even is not None
        else "Deals opened per 100 touches, monthly",
    }


def experiment_now(experiment: Experiment) -> dict[str, Any]:
    """Return an experiment's result with what its drawing needs, as JSON."""
    return {
        "reading": experiment.result,
        "unit": experiment.unit,
        "metric": experiment.metric,
        "starts_on": experiment.starts_on and experiment.starts_on.isoformat(),
        "ends_on": experiment.ends_on and experiment.ends_on.isoformat(),
    }


def experiment_then(held: dict[str, Any]) -> Experiment:
    """Return an unsaved experiment as it was when its result was kept."""
    return Experiment(
        unit=held["unit"],
        metric=held["metric"],
        starts_on=date.fromisoformat(held["starts_on"]),
        ends_on=date.fromisoformat(held["ends_on"]),
        state=Experiment.State.STOPPED,
        result=held["reading"],
    )


def snapshot(pk: int) -> Snapshot | None:
    """Return kept evidence with its cycle."""
    return Snapshot.objects.select_related("cycle__campaign").filter(pk=pk).first()
