"""The experiment that would settle what the measurement cannot."""

from __future__ import annotations

from datetime import date

from ipeo.queries.named import id_in, row_named
from optimize.models import Experiment, Recommendation
from optimize.queries.units import population
from plan.models import Program, ProgramPlan, Scenario

LIFT = 0.2
"""The smallest lift worth knowing that a proposal starts from."""
WEEKS = 12


def proposed(recommendation: str, on: date) -> Experiment:
    """Return an unsaved experiment, filled in from a recommendation where one is named.

    It is split by account, half and half, on the audience that the plan gives the program; the
    result is deals opened, which come soonest. Anything that is no recommendation's id gives an
    empty one.
    """
    rows = Recommendation.objects.select_related("program__channel", "cycle__campaign")
    row = row_named(rows, recommendation)
    made = Experiment(
        unit=Experiment.Unit.ACCOUNT,
        metric=Experiment.Metric.OPENED,
        share=0.5,
        smallest_lift=LIFT,
        weeks=WEEKS,
    )
    if row is None:
        return made
    made.recommendation = row
    made.cycle = row.cycle if row.cycle.closed_at is None else None
    made.program = _subject(row)
    made.name = _free_name(row.title[:100])
    if made.program is None:
        made.treatment = "List price only: no discount beyond the threshold"
        made.metric, made.question = Experiment.Metric.MARGIN_AMOUNT, row.summary
        # Reps decide discounts, so that they are split where there are enough of them.
        enough = len(population(Experiment.Unit.REP)) >= 20
        made.unit = Experiment.Unit.REP if enough else Experiment.Unit.ACCOUNT
        return made
    made.channel = made.program.channel
    made.treatment = f"{made.program.name}, as planned; the others are held out"[:200]
    made.question = f"Does {made.program.name} bring in deals that would not come without it?"
    plan = (
        ProgramPlan.objects.filter(
            scenario__cycle=row.cycle,
            scenario__status=Scenario.Status.APPROVED,
            program=made.program,
        )
        .select_related("audience")
        .first()
    )
    made.audience = plan.audience if plan is not None else None
    return made


def settling(recommendations: list[Recommendation]) -> dict[int, list[Experiment]]:
    """Return the experiments that were designed from each recommendation, by its id."""
    found: dict[int, list[Experiment]] = {}
    rows = Experiment.objects.filter(recommendation__in=[one.pk for one in recommendations])
    for row in rows.order_by("pk"):
        found.setdefault(int(row.recommendation_id or 0), []).append(row)
    return found


def tests_of(row: Recommendation) -> list[Experiment]:
    """Return the tests that settle a recommendation, or that it waits for."""
    found = settling([row]).get(row.pk, [])
    awaited = row_named(Experiment.objects.all(), str(row.evidence.get("experiment") or ""))
    return found if awaited is None or awaited in found else [*found, awaited]


def _subject(row: Recommendation) -> Program | None:
    """The program that an experiment on a recommendation treats with."""
    other = id_in(str(row.evidence.get("to") or ""))
    program: Program | None = row.program
    if row.kind == Recommendation.Kind.REALLOCATE and other is not None:
        program = Program.objects.select_related("channel").filter(pk=other).first()
    return program


def _free_name(wanted: str) -> str:
    taken = set(Experiment.objects.filter(name__startswith=wanted).values_list("name", flat=True))
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} ({number})", number + 1
    return name
