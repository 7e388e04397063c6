"""Experiments: whom they can be put to, what they could tell, and what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import QuerySet

from insight.models import Audience
from optimize.models import Experiment, ExperimentUnit
from optimize.numerics.designs import Design, RegionDesign, arm_of, design, regional_design
from optimize.queries.readings import Reading, read
from optimize.queries.units import HISTORY_WEEKS, amounts_of, key_of, panel_of, population

Unit, State = Experiment.Unit, Experiment.State


def experiments() -> QuerySet[Experiment]:
    """Return the workspace's experiments with what they are about."""
    return Experiment.objects.select_related(
        "audience", "channel", "program", "cycle__campaign", "recommendation", "finding",
        "created_by__user", "started_by__user", "stopped_by__user",
    )  # fmt: skip


def matching_experiments(*, state: str = "") -> QuerySet[Experiment]:
    """Return the experiments, or those in one state."""
    return experiments().filter(state=state) if state else experiments()


def reckoned(
    *,
    unit: str,
    metric: str,
    weeks: int,
    share: float,
    on: date,
    audience: Audience | None = None,
    regions: Sequence[str] = (),
    size: int | None = None,
) -> Design | RegionDesign:
    """Reckon what a test of so many weeks could tell, by what its units did until a day.

    `size` is the number of units where a list names them, else the whole population's.
    """
    if unit == Unit.REGION:
        panel, names = panel_of(metric, on - timedelta(weeks=HISTORY_WEEKS), on)
        treated = set(regions)
        chosen = np.array([name in treated for name in names], dtype=bool)
        return regional_design(panel[:, chosen], panel[:, ~chosen], weeks)
    units = population(unit, audience)
    days = timedelta(weeks=weeks)
    late = amounts_of(unit, metric, units, on - days, on - timedelta(days=1))
    early = amounts_of(unit, metric, units, on - 2 * days, on - days - timedelta(days=1))
    if size is not None and units:
        # A list names part of them: as if drawn from all, so that their rate is the same.
        picked = np.random.default_rng(0).permutation(len(units))[:size]
        late, early = late[picked], early[picked]
    return design(late, early, share)


def assigned(experiment: Experiment) -> dict[str, bool]:
    """Return whether each unit is treated: as fixed, or of a draft, as the lot would fall."""
    held = dict(ExperimentUnit.objects.filter(experiment=experiment).values_list("unit_key", "arm"))
    if held:
        return {key: arm == ExperimentUnit.Arm.TREATED for key, arm in held.items()}
    if experiment.state != State.DRAFT:
        return {}
    units = population(experiment.unit, experiment.audience)
    if experiment.unit == Unit.REGION:
        treated = set(experiment.regions)
        return {key: key in treated for key in units}
    return {key: arm_of(experiment.salt, key, experiment.share) for key in units}


def assignment_of(experiment: Experiment, unit: str) -> tuple[str, bool, bool] | None:
    """Return a unit's key, whether it is treated, and whether it counts; None for an unknown one.

    A person may be named by their e-mail, an account by its name. A unit that came after the
    start does not count, yet it gets the answer of the lot, so that a tool can treat it alike.
    """
    key = key_of(experiment.unit, unit)
    if key is None:
        return None
    held = ExperimentUnit.objects.filter(experiment=experiment, unit_key=key).first()
    if held is not None:
        return key, held.arm == ExperimentUnit.Arm.TREATED, True
    enrolled = experiment.state == State.DRAFT
    if experiment.unit == Unit.REGION:
        return key, key in experiment.regions, enrolled
    return key, arm_of(experiment.salt, key, experiment.share), enrolled


@dataclass(frozen=True)
class Lift:
    """What a finished test found of a channel: extra outcome of all treated, in money or counts.

    `metric` is opened, won, net_amount or margin_amount; `se` the standard error of `lift`;
    `relative` the same as a share of what would have been.
    """

    channel_id: int
    start: date
    end: date
    lift: float
    se: float
    metric: str
    relative: float | None
    experiment_id: int
    regions: tuple[str, ...] = ()


def lifts() -> list[Lift]:
    """Return what finished tests found of channels, for curves to be held against.

    A test whose split was broken, or that could not be read, tells nothing.
    """
    found = []
    rows = Experiment.objects.filter(state=State.STOPPED).select_related("program")
    for row in rows.order_by("starts_on", "pk"):
        channel = row.channel_id or (row.program.channel_id if row.program else None)
        held = Reading.kept(row.result)
        if channel is None or held.total is None or not held.total_se:
            continue
        if held.verdict == "broken" or row.starts_on is None or held.through is None:
            continue
        found.append(
            Lift(
                channel_id=channel,
                start=row.starts_on,
                end=held.through,
                lift=held.total,
                se=held.total_se,
                metric=row.metric,
                relative=held.value,
                experiment_id=row.pk,
                regions=tuple(row.regions) if row.unit == Unit.REGION else (),
            )
        )
    return found


def reading_of(experiment: Experiment, on: date) -> Reading | None:
    """Return how an experiment stands on a day: as it was kept once stopped, None of a draft."""
    if experiment.state == State.DRAFT:
        return None
    if experiment.state == State.STOPPED:
        return Reading.kept(experiment.result)
    return read(experiment, assigned(experiment), on)


def days_gone(experiment: Experiment, on: date) -> tuple[int, int] | None:
    """Return how many days of the planned ones have gone, None of a draft."""
    if experiment.starts_on is None or experiment.ends_on is None:
        return None
    planned = (experiment.ends_on - experiment.starts_on).days + 1
    return min(max((on - experiment.starts_on).days + 1, 0), planned), planned
