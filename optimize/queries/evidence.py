"""What advice rests on: each program of a campaign, under every attribution model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from insight.models import ResponseCurve
from insight.queries.curves import current_curves
from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate
from ipeo.numerics.ranges import month_after
from ipeo.templatetags.figures import day
from optimize.models import AttributionModel, Experiment
from optimize.numerics.evidence import ProgramEvidence, RunningTest
from optimize.numerics.figures import Figures
from optimize.queries.curves import curve_of
from optimize.queries.fits import wears
from optimize.queries.measures import Slice, by_program
from plan.models import Program
from plan.queries.budget import planned_by_program_month

OWN, OWN_LABEL = "own", "Own deals"
"""One more way to count, beside the attribution models: whole deals, to the program that opened
them. Models that all share deals out alike can all err alike."""
MONTHS = 12
"""How far back returns are looked at: a deal takes months to close after its program was paid."""


@dataclass(frozen=True)
class ProgramStanding:
    """A program's figures over the last months, under each attribution model."""

    program: Program
    by_model: dict[str, Figures]
    own: Estimate

    @property
    def figures(self) -> Figures:
        """The figures under the model that pages show unless another is chosen."""
        return self.by_model[AttributionModel.FIRST]

    @property
    def returns(self) -> list[tuple[str, Estimate]]:
        """The return on investment by its own deals, then under each model, by their names."""
        models = [(model.label, self.by_model[model].romi) for model in AttributionModel]
        return [(OWN_LABEL, self.own), *models]

    @property
    def weakest(self) -> float | None:
        """The lowest return that any way of counting gives, None where one does not know it."""
        values = [romi.value for _, romi in self.returns]
        known = [value for value in values if value is not None]
        return min(known) if len(known) == len(values) and known else None


def window_of(cycle: Cycle, on: date | None = None) -> tuple[date, date]:
    """Return the days whose returns a cycle is advised on: a year up to now, or to its end.

    They are whole months, which the totals answer whatever the number of facts.
    """
    last = min(on or timezone.localdate(), cycle.ends_on).replace(day=1)
    return month_after(last, 1 - MONTHS), month_after(last, 1) - timedelta(days=1)


def standings_of(cycle: Cycle, on: date | None = None) -> list[ProgramStanding]:
    """Return the campaign's programs with their figures, the highest sure return first."""
    first, last = window_of(cycle, on)
    piece = Slice(campaign=cycle.campaign_id, date_from=first, date_to=last)
    programs = by_program(piece, models=AttributionModel.values)
    fits = wears([one.program.pk for one in programs])
    unfitted = Estimate.unknown("not estimated yet")
    complete = [
        ProgramStanding(
            one.program,
            one.by_model,
            fits[one.program.pk].own_return(first, last) if one.program.pk in fits else unfitted,
        )
        for one in programs
    ]
    return sorted(complete, key=lambda one: (one.weakest is None, -(one.weakest or 0.0)))


def remaining_by_program(cycle: Cycle, on: date | None = None) -> dict[int, Decimal]:
    """Return the money that the approved plan still holds for each program, from now on."""
    on = on or timezone.localdate()
    running = on.replace(day=1)
    left: dict[int, Decimal] = {}
    days = (month_after(running, 1) - running).days
    for (program_id, month), amount in planned_by_program_month(cycle).items():
        if month < running:
            continue
        share = Decimal(days - on.day) / days if month == running else Decimal(1)
        left[program_id] = left.get(program_id, Decimal(0)) + amount * share
    return left


def evidence_for(cycle: Cycle, on: date | None = None) -> list[ProgramEvidence]:
    """Return what is known of each program of a cycle's campaign."""
    standings = standings_of(cycle, on)
    remaining = remaining_by_program(cycle, on)
    fits = wears([one.program.pk for one in standings])
    following, tests = next_margins(), running_tests(on or timezone.localdate())
    evidence = []
    for one in standings:
        fit = fits.get(one.program.pk)
        evidence.append(
            ProgramEvidence(
                key=str(one.program.pk),
                name=one.program.name,
                channel=one.program.channel.name,
                romi={OWN: one.own}
                | {str(model): figures.romi for model, figures in one.by_model.items()},
                spend_remaining=float(remaining.get(one.program.pk, 0)),
                wear=fit.wear if fit else None,
                price_dependence=one.figures.price_dependence,
                months=tuple(f"{fit.day_at(place):%B %Y}" for place in range(len(fit.periods)))
                if fit
                else (),
                changed=f"{fit.changed_on:%B %Y}" if fit and fit.changed_on else "",
                settling=fit.plan.says if fit and fit.plan and fit.wear.unclear else "",
                dip=fit.dip if fit else None,
                next_margin=following.get(one.program.channel_id),
                test=tests.get(("program", one.program.pk))
                or tests.get(("channel", one.program.channel_id)),
            )
        )
    return evidence


def next_margins() -> dict[int, Estimate]:
    """Return what the next unit of money on each channel brings back, by its response curve.

    Only of curves that the data told, in margin or in net amount, which margin does not exceed.
    """
    told = {}
    for row in current_curves():
        if row.outcome not in {ResponseCurve.Outcome.MARGIN, ResponseCurve.Outcome.NET}:
            continue
        following = curve_of(row).following
        if following.has_interval:
            told[int(row.channel_id)] = following
    return told


def running_tests(on: date) -> dict[tuple[str, int], RunningTest]:
    """Return the tests that run on a day, by the program they are about, else by the channel."""
    found: dict[tuple[str, int], RunningTest] = {}
    rows = Experiment.objects.filter(state=Experiment.State.RUNNING, ends_on__gte=on)
    for row in rows.order_by("ends_on", "pk"):
        place = ("program", row.program_id) if row.program_id else ("channel", row.channel_id)
        if place[1] is not None and row.ends_on is not None:
            test = RunningTest(str(row.pk), row.name, day(row.ends_on))
            found[place[0], int(place[1])] = test
    return found
