"""Experiments are drafted, split, started, and stopped with a decision."""

from __future__ import annotations

import csv
import io
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ipeo import tenancy
from ipeo.database import bulk
from ipeo.database.holding import hold
from ipeo.models import Membership
from optimize.models import Experiment, ExperimentUnit
from optimize.numerics.designs import Design, RegionDesign, arm_of
from optimize.queries.experiments import assigned, reckoned
from optimize.queries.readings import read
from optimize.queries.units import keys_of, population
from optimize.queries.verdicts import said

State, Unit = Experiment.State, Experiment.Unit
TREATED, CONTROL = ExperimentUnit.Arm.TREATED.value, ExperimentUnit.Arm.CONTROL.value
LARGEST_LIST = 20_000_000
"""Bytes of a list that names units and arms."""


class NotADraft(Exception):
    """The experiment has started, so its design cannot be changed."""


class NotRunning(Exception):
    """Only a running experiment is stopped."""


class CannotTell(Exception):
    """The test could not tell what it is to find out; the message says why, and what it takes."""


class ListNotValid(Exception):
    """The list names no unit, or an arm that there is not."""


class ReasonMissing(Exception):
    """Going against what the test found needs a reason."""


@dataclass(frozen=True)
class ListRead:
    """What a list of units held: how many of each arm, and names that nobody has."""

    treated: int
    control: int
    unknown: tuple[str, ...]


@transaction.atomic
def save_experiment(*, experiment: Experiment, by: Membership | None) -> Experiment:
    """Save a draft; raises `NotADraft` for one that has started."""
    if experiment.pk is not None:
        held = _locked(experiment)
        if held.state != State.DRAFT:
            raise NotADraft(f"{experiment.name} has started, so its design cannot be changed.")
        if held.unit != experiment.unit:
            ExperimentUnit.objects.filter(experiment=experiment).delete()
    else:
        experiment.created_by, experiment.salt = by, experiment.salt or secrets.token_hex(8)
    if experiment.unit != Unit.REGION:
        experiment.regions = []
    experiment.updated_at = timezone.now()
    experiment.save()
    return experiment


@transaction.atomic
def delete_draft(*, experiment: Experiment) -> None:
    """Delete a draft; raises `NotADraft` for one that has started."""
    held = _locked(experiment)
    if held.state != State.DRAFT:
        raise NotADraft("An experiment that has started cannot be deleted.")
    held.delete()


def design_of(experiment: Experiment, on: date) -> Design | RegionDesign:
    """Reckon what a draft could tell if it started on a day."""
    listed = ExperimentUnit.objects.filter(experiment=experiment)
    treated = listed.filter(arm=TREATED).count()
    size = listed.count()
    return reckoned(
        unit=experiment.unit,
        metric=experiment.metric,
        weeks=experiment.weeks,
        share=treated / size if size else experiment.share,
        on=on,
        audience=experiment.audience,
        regions=experiment.regions,
        size=size or None,
    )


@transaction.atomic
def start_experiment(
    *,
    experiment: Experiment,
    by: Membership | None,
    on: date | None = None,
    now: datetime | None = None,
) -> Experiment:
    """Split the units and start; the units, the design and the planned end are fixed by it.

    `on` is the first day that counts, today unless given. Raises `NotADraft`, and `CannotTell`
    where the sample is too small for the lift that is wanted.
    """
    held = _locked(experiment)
    if held.state != State.DRAFT:
        raise NotADraft(f"{held.name} has already started.")
    on = on or timezone.localdate()
    found = design_of(held, on)
    refusal = said(found, held.smallest_lift, held.weeks, held.unit)
    if refusal:
        raise CannotTell(refusal)
    if not ExperimentUnit.objects.filter(experiment=held).exists():
        _split(held)
    held.design = _frozen(found, held.smallest_lift)
    held.state, held.started_by, held.started_at = State.RUNNING, by, now or timezone.now()
    held.starts_on, held.ends_on = on, on + timedelta(weeks=held.weeks, days=-1)
    held.save()
    return held


@transaction.atomic
def stop_experiment(
    *,
    experiment: Experiment,
    decision: str,
    reason: str = "",
    by: Membership | None,
    on: date | None = None,
    now: datetime | None = None,
) -> Experiment:
    """Stop with a decision, and keep what was read; neither moves afterwards.

    Raises `NotRunning`, `ReasonMissing` where the decision goes against what was found, and
    `ValueError` for what is no decision.
    """
    if decision not in Experiment.Decision.values:
        raise ValueError(f"“{decision}” is not a valid decision.")
    held = _locked(experiment)
    if held.state != State.RUNNING:
        raise NotRunning(f"{held.name} is not running.")
    now, reason = now or timezone.now(), reason.strip()
    through = min(on or timezone.localdate(), held.ends_on or timezone.localdate())
    found = read(held, assigned(held), through)
    proved = {Experiment.Decision.ADOPT: "treated", Experiment.Decision.DROP: "control"}
    if decision in proved and found.verdict != proved[Experiment.Decision(decision)] and not reason:
        raise ReasonMissing("The test did not show this. Enter a reason for deciding it anyway.")
    held.result = found.as_dict()
    held.decision, held.reason = decision, reason
    held.state, held.stopped_by, held.stopped_at = State.STOPPED, by, now
    held.save()
    return held


@transaction.atomic
def take_list(*, experiment: Experiment, content: bytes) -> ListRead:
    """Split a draft as a list says: CSV with the columns `unit` and `arm`.

    A unit is an id, an e-mail, an account's name or a region; an arm is treated or control. The
    list replaces an earlier one. Raises `NotADraft`, or `ListNotValid`.
    """
    held = _locked(experiment)
    if held.state != State.DRAFT:
        raise NotADraft(f"{held.name} has started, so its split cannot be changed.")
    named = _named(content)
    keys = keys_of(held.unit, list(named))
    arms = {keys[name]: arm for name, arm in named.items() if name in keys}
    unknown = tuple(name for name in named if name not in keys)
    if not arms:
        raise ListNotValid("No line names a known unit.")
    if len(set(arms.values())) < 2:
        raise ListNotValid("Both arms are needed: some lines with treated and others with control.")
    ExperimentUnit.objects.filter(experiment=held).delete()
    _keep(held, arms, is_given=True)
    treated = sum(arm == TREATED for arm in arms.values())
    if held.unit == Unit.REGION:
        held.regions = sorted(key for key, arm in arms.items() if arm == TREATED)
        held.save(update_fields=["regions"])
    return ListRead(treated, len(arms) - treated, unknown)


@transaction.atomic
def drop_list(*, experiment: Experiment) -> None:
    """Let the lot split a draft again; raises `NotADraft`."""
    held = _locked(experiment)
    if held.state != State.DRAFT:
        raise NotADraft(f"{held.name} has started, so its split cannot be changed.")
    ExperimentUnit.objects.filter(experiment=held).delete()


def _locked(experiment: Experiment) -> Experiment:
    held = hold(Experiment, experiment.pk, "audience")
    return held


def _split(experiment: Experiment) -> None:
    units = population(experiment.unit, experiment.audience)
    chosen = set(experiment.regions)
    is_treated = (
        [key in chosen for key in units]
        if experiment.unit == Unit.REGION
        else [arm_of(experiment.salt, key, experiment.share) for key in units]
    )
    arms = {
        key: TREATED if treated else CONTROL for key, treated in zip(units, is_treated, strict=True)
    }
    if len(set(arms.values())) < 2:
        raise CannotTell("There are too few units: the random split put all of them in one arm.")
    _keep(experiment, arms, is_given=False)


def _keep(experiment: Experiment, arms: dict[str, str], *, is_given: bool) -> None:
    import pandas as pd  # a second, that no process should pay at its start

    frame = pd.DataFrame({"unit_key": list(arms), "arm": list(arms.values())})
    bulk.insert(
        "optimize_experimentunit",
        tenancy.current_workspace().pk,
        frame,
        {"experiment_id": experiment.pk, "is_given": is_given},
    )


def _frozen(found: Design | RegionDesign, wanted: float) -> dict[str, Any]:
    if isinstance(found, RegionDesign):
        return {
            "smallest": found.smallest,
            "while_running": found.while_running,
            "n_treated": found.n_treated,
            "n_control": found.n_others,
        }
    return {
        "smallest": found.smallest,
        "mean": found.mean,
        "sd": found.sd,
        "active": found.active,
        "n_treated": found.n_treated,
        "n_control": found.n_control,
        "power": found.power(wanted),
    }


def _named(content: bytes) -> dict[str, str]:
    """The arm of each unit that a list names."""
    if len(content) > LARGEST_LIST:
        raise ListNotValid("The list is larger than 20 MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListNotValid("The list is not UTF-8 text.") from None
    rows = csv.DictReader(io.StringIO(text))
    try:
        columns = {str(name).strip().lower(): name for name in rows.fieldnames or ()}
        if not {"unit", "arm"} <= columns.keys():
            raise ListNotValid("The list needs a first line with the columns unit and arm.")
        return _arms(rows, columns)
    except csv.Error as error:
        raise ListNotValid(
            f"It cannot be read as CSV after line {rows.line_num}: {error}."
        ) from None


def _arms(rows: Any, columns: dict[str, str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for line in rows:
        unit = (line.get(columns["unit"]) or "").strip()
        arm = (line.get(columns["arm"]) or "").strip().lower()
        if not unit:
            continue
        if arm not in {TREATED, CONTROL}:
            raise ListNotValid(f"Line {rows.line_num}: an arm is treated or control, not “{arm}”.")
        if named.get(unit, arm) != arm:
            raise ListNotValid(f"Line {rows.line_num}: {unit} is in both arms.")
        named[unit] = arm
    return named
