"""Two experiments of the demonstration: one that has found something, and one that runs."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from demo.facts import Cast
from demo.story import at_hour
from execute.models import Touch
from ipeo.database import bulk
from ipeo.models import Cycle, Membership
from optimize.actions.experiments import (
    CannotTell,
    design_of,
    save_experiment,
    start_experiment,
    stop_experiment,
)
from optimize.models import Experiment
from optimize.queries.experiments import assigned, reading_of

WEEKS = 12
TRUE_LIFT = 0.9
"""How many more of the treated answered the payback letter than would have."""


def run_experiments(
    *, cycle: Cycle, cast: Cast, people: dict[str, Membership], today: date
) -> list[Experiment]:
    """Run one experiment to its end and start another; return those that could tell anything."""
    begun = min(cycle.starts_on + timedelta(weeks=2), today - timedelta(weeks=WEEKS + 4))
    letter = _draft(
        "Payback letter before the first call",
        "A letter with their own payback, a week before the call",
        "Do more people answer when the payback comes before the price?",
        unit=Experiment.Unit.PERSON,
        cycle=cycle,
        by=people["marketer"],
    )
    service = _draft(
        "Service promise in the first mail",
        "The two-day repair promise as the first line",
        "Does the promise of a repair within two days make accounts answer?",
        unit=Experiment.Unit.ACCOUNT,
        cycle=cycle,
        by=people["marketer"],
    )
    made = []
    if _started(letter, begun, people["manager"]):
        _answers(letter, cast)
        end = letter.ends_on or today
        found = reading_of(letter, end)
        adopts = found is not None and found.verdict == "treated"
        made.append(
            stop_experiment(
                experiment=letter,
                decision="adopt" if adopts else "open",
                by=people["manager"],
                on=end,
                now=at_hour(end + timedelta(days=1)),
            )
        )
    if _started(service, today - timedelta(weeks=5), people["manager"]):
        made.append(service)
    return made


def _draft(
    name: str, treatment: str, question: str, *, unit: str, cycle: Cycle, by: Membership
) -> Experiment:
    return save_experiment(
        experiment=Experiment(
            name=name,
            treatment=treatment,
            question=question,
            unit=unit,
            metric=Experiment.Metric.RESPONDED,
            cycle=cycle,
            smallest_lift=0.2,
            weeks=WEEKS,
            salt=name[:32],
        ),
        by=by,
    )


def _started(experiment: Experiment, on: date, by: Membership) -> bool:
    """Start an experiment that asks for what it can tell; False, and it is gone, for none."""
    smallest = design_of(experiment, on).smallest
    if smallest is None:
        experiment.delete()
        return False
    experiment.smallest_lift = max(math.ceil(smallest * 20) / 20, experiment.smallest_lift)
    experiment.save(update_fields=["smallest_lift"])
    try:
        started = start_experiment(experiment=experiment, by=by, on=on, now=at_hour(on))
    except CannotTell:
        experiment.delete()
        return False
    experiment.refresh_from_db()
    return started.pk == experiment.pk


def _answers(experiment: Experiment, cast: Cast) -> None:
    """Let more of the treated answer, as the letter truly makes them."""
    assert experiment.starts_on is not None
    rng = np.random.default_rng(20)
    treated = [int(key) for key, is_treated in assigned(experiment).items() if is_treated]
    first, days = experiment.starts_on, WEEKS * 7
    answered = set(
        Touch.objects.filter(
            level=Touch.Level.SECOND_LOOK,
            contact__in=treated,
            occurred_at__range=(at_hour(first), at_hour(first + timedelta(days=days))),
        ).values_list("contact_id", flat=True)
    )
    silent = [pk for pk in treated if pk not in answered]
    channel = next(one for one in cast.programs if one.channel.name == "Direct mail").channel
    more = rng.permutation(silent)[: round(TRUE_LIFT * len(answered))]
    touches = [
        Touch(
            contact_id=int(pk),
            channel=channel,
            kind=Touch.Kind.REPLY,
            level=Touch.Level.SECOND_LOOK,
            occurred_at=at_hour(first + timedelta(days=int(day))),
        )
        for pk, day in zip(more, rng.integers(0, days, len(more)), strict=True)
    ]
    with bulk.unaudited():
        Touch.objects.bulk_create(touches)
