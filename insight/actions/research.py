"""Studies are kept, answered and asked about by a link."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from insight.models import MindsetWave, Study, StudyAnswer, StudyForm
from insight.queries.answers import Refused, price_order, questions_of, read_one, read_rows
from insight.queries.research import LEVELS
from ipeo import tenancy
from ipeo.database import bulk
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Membership
from ipeo.tenancy import current_workspace_id
from ipeo.tokens import digest_of

LIFETIME = timedelta(days=30)
LONGEST_SECRET = 100
MOST_TAGS, LONGEST_TAG = 12, 40
MOST_ANSWERS = 100_000
MOST_PER_LINK = 5_000
MOST_STEPS = 20


class TagsNotValid(Exception):
    """Tags are a few short words."""


class SettingsNotValid(Exception):
    """A study's settings are the prices of its ladder, and nothing else."""


class TakesNoAnswers(Exception):
    """A note has no questions."""


class TooManyAnswers(Exception):
    """A study keeps so many answers and no more."""


class WaveMissing(Exception):
    """Answers to a tracking study belong to a wave of that study whose counts are its answers'."""


class WaveNotValid(Exception):
    """A wave's counts cannot be, or its name is taken."""


class LooksSwapped(Exception):
    """The prices do not rise; by their medians the columns come in another order, `order`."""

    def __init__(self, order: tuple[str, ...]) -> None:
        super().__init__("The prices are not in rising order: the columns look swapped.")
        self.order = order


class NoAnswers(Exception):
    """Not one row holds an answer; `refused` says why."""

    def __init__(self, refused: list[Refused]) -> None:
        first = f" {refused[0].reason}" if refused else ""
        super().__init__(f"No row in the file has an answer.{first}")
        self.refused = refused


class NoSuchForm(Exception):
    """No link has this secret."""


class FormOver(Exception):
    """The link has taken all its answers, ran out, or was taken back."""


class AnswerRefused(Exception):
    """What somebody answered cannot be taken."""


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Return tags in small letters, each once; raises `TagsNotValid`."""
    clean = list(dict.fromkeys(tag for one in tags if (tag := " ".join(one.lower().split()))))
    if len(clean) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in clean):
        raise TagsNotValid(f"Write up to {MOST_TAGS} tags of up to {LONGEST_TAG} characters.")
    return clean


def clean_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a study's settings: `prices`, the steps asked, rising; raises `SettingsNotValid`."""
    steps = settings.get("prices", [])
    numbers = isinstance(steps, list) and all(
        isinstance(step, (int, float)) and not isinstance(step, bool) and 0 < step <= 10**9
        for step in steps
    )
    if set(settings) - {"prices"} or not numbers or len(steps) > MOST_STEPS:
        raise SettingsNotValid(f"Settings hold prices: up to {MOST_STEPS} numbers above 0.")
    return {"prices": sorted(set(steps))} if steps else {}


def save_study(*, study: Study, by: Membership | None = None) -> Study:
    """Save a study or a note; raises `TagsNotValid` or `SettingsNotValid`."""
    study.tags = clean_tags(study.tags)
    study.settings = clean_settings(study.settings)
    if study.pk is None:
        study.created_by = by
    study.save()
    return study


def delete_study(*, study: Study) -> None:
    """Remove a study with its answers; what findings keep of it stays as it was."""
    study.delete()


@dataclass(frozen=True)
class Loaded:
    """How many answers a file brought, and the rows that hold none."""

    taken: int
    refused: list[Refused]


@transaction.atomic
def load_answers(
    *,
    study: Study,
    columns: Mapping[str, Sequence[Any]],
    rows: int,
    wave: MindsetWave | None = None,
    batch: str = "",
    as_they_are: bool = False,
    now: datetime | None = None,
) -> Loaded:
    """Keep the answers that a table holds; `columns` are a question's cells.

    The same file again (`batch`) replaces what it brought before. Raises `TakesNoAnswers`,
    `WaveMissing`, `TooManyAnswers`, `NoAnswers`, and `LooksSwapped` where the prices of most
    people do not rise but would in another order, unless `as_they_are`.
    """
    _demand_answers(study, wave)
    # Two files at once would both find room for themselves, and count a wave past each other.
    hold(Study, study.pk)
    taken, refused = read_rows(study.kind, columns, rows)
    if not taken:
        raise NoAnswers(refused)
    if study.kind == Study.Kind.PRICE and not as_they_are:
        order = price_order(taken)
        if order is not None:
            raise LooksSwapped(order)
    if batch:
        StudyAnswer.objects.filter(study=study, batch=batch, wave=wave).delete()
    if StudyAnswer.objects.filter(study=study).count() + len(taken) > MOST_ANSWERS:
        raise TooManyAnswers(f"A study can hold up to {MOST_ANSWERS:,} answers.")
    _insert(taken, study=study, wave=wave, batch=batch, answered_at=now or timezone.now())
    if wave is not None:
        count_wave(wave=wave)
    return Loaded(len(taken), refused)


def _insert(
    given: Sequence[Mapping[str, Any]],
    *,
    study: Study,
    wave: MindsetWave | None,
    batch: str,
    answered_at: datetime,
) -> None:
    import pandas as pd

    bulk.insert(
        StudyAnswer._meta.db_table,
        current_workspace_id(),
        pd.DataFrame({"given": [json.dumps(one) for one in given]}),
        {
            "study_id": study.pk,
            "wave_id": wave.pk if wave else None,
            "batch": batch,
            "answered_at": answered_at,
        },
    )


def _demand_answers(study: Study, wave: MindsetWave | None) -> None:
    if not questions_of(study.kind):
        raise TakesNoAnswers("A note has no questions.")
    if wave is not None and wave.study_id != study.pk:
        raise WaveMissing("This wave belongs to another study.")
    if study.kind == Study.Kind.BRAND and wave is None:
        raise WaveMissing("Choose the wave these answers belong to.")
    if wave is not None and wave.asked and not StudyAnswer.objects.filter(wave=wave).exists():
        raise WaveMissing(
            f"The counts of “{wave.name}” were entered manually. Choose another wave, so that "
            "answers do not replace them."
        )


def save_wave(*, wave: MindsetWave) -> MindsetWave:
    """Save a wave with its counts; raises `WaveNotValid`."""
    if wave.study.kind != Study.Kind.BRAND:
        raise WaveNotValid("Only brand tracking studies have waves.")
    counts = (wave.aware, wave.considering, wave.preferring)
    if any(count > wave.asked for count in counts):
        raise WaveNotValid("The counts cannot be higher than the number of people asked.")
    if not wave.aware >= wave.considering >= wave.preferring:
        raise WaveNotValid(
            "Preference cannot be higher than consideration, nor consideration higher than "
            "awareness."
        )
    with unless_taken(WaveNotValid(f"There is already a wave called “{wave.name}” in this study.")):
        wave.save()
    return wave


def ensure_wave(*, study: Study, name: str, held_on: date) -> MindsetWave:
    """Return the study's wave of a name, made where there is none."""
    wave: MindsetWave
    wave, _ = MindsetWave.objects.get_or_create(
        study=study, name=name.strip(), defaults={"held_on": held_on}
    )
    return wave


def delete_wave(*, wave: MindsetWave) -> None:
    """Remove a wave with its answers."""
    wave.delete()


def count_wave(*, wave: MindsetWave) -> MindsetWave:
    """Count a wave's answers into its shares."""
    found = StudyAnswer.objects.filter(wave=wave).aggregate(
        asked=Count("pk"),
        **{level: Count("pk", filter=Q(**{f"given__{level}": True})) for level in LEVELS},
    )
    for name, value in found.items():
        setattr(wave, name, value)
    wave.save(update_fields=list(found))
    return wave


def make_form(
    *,
    study: Study,
    by: Membership | None,
    wave: MindsetWave | None = None,
    most: int = 1,
    days: int = LIFETIME.days,
    now: datetime | None = None,
) -> tuple[StudyForm, str]:
    """Save a link that takes `most` answers; return it with its secret, shown once.

    The secret is 256 bits; only its hash is kept. Raises `TakesNoAnswers` or `WaveMissing`.
    """
    _demand_answers(study, wave)
    now = now or timezone.now()
    secret = secrets.token_urlsafe(32)
    form = StudyForm.objects.create(
        study=study,
        wave=wave,
        digest=digest_of(secret),
        most=max(1, min(most, MOST_PER_LINK)),
        made_by=by,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    return form, secret


def revoke_form(*, form: StudyForm, now: datetime | None = None) -> StudyForm:
    """Take a link back; the answers that came stay."""
    if form.revoked_at is None:
        form.revoked_at = now or timezone.now()
        form.save(update_fields=["revoked_at"])
    return form


@contextmanager
def opened(secret: str) -> Iterator[StudyForm]:
    """Work inside the workspace of a link, on nobody's behalf; raises `NoSuchForm`."""
    if not secret or len(secret) > LONGEST_SECRET:
        raise NoSuchForm
    with tenancy.nobody(), tenancy.system():
        found = (
            StudyForm._base_manager.select_related("workspace")
            .filter(digest=digest_of(secret))
            .first()
        )
    if found is None:
        raise NoSuchForm
    with tenancy.nobody(), tenancy.scope(found.workspace):
        form = StudyForm.objects.select_related("study__product", "wave").get(pk=found.pk)
        yield form


def demand_open(form: StudyForm, *, now: datetime | None = None) -> None:
    """Refuse a link that has taken all its answers, ran out, or was taken back: `FormOver`."""
    now = now or timezone.now()
    if form.revoked_at or form.expires_at <= now or form.answered >= form.most:
        raise FormOver


@transaction.atomic
def answer_form(
    *, form: StudyForm, cells: Mapping[str, Any], once: str = "", now: datetime | None = None
) -> StudyAnswer:
    """Keep what somebody answered by a link; raises `AnswerRefused` or `FormOver`.

    What is sent twice with the same `once`, by a second press of the button, is kept once: the
    answer there is comes back, also where the link has taken all its answers with it.
    """
    now = now or timezone.now()
    held = hold(StudyForm, form.pk)
    batch = digest_of(once) if once else ""
    if once:
        sent = StudyAnswer.objects.filter(form=held, batch=batch).first()
        if sent is not None:
            return sent
    demand_open(held, now=now)
    try:
        given = read_one(form.study.kind, cells)
    except ValueError as error:
        raise AnswerRefused(str(error)) from None
    if StudyAnswer.objects.filter(study=form.study).count() >= MOST_ANSWERS:
        raise FormOver
    StudyForm.objects.filter(pk=held.pk).update(answered=F("answered") + 1)
    answer = StudyAnswer.objects.create(
        study=form.study, wave=form.wave, form=held, given=given, batch=batch, answered_at=now
    )
    if form.wave is not None:
        MindsetWave.objects.filter(pk=form.wave.pk).update(
            asked=F("asked") + 1, **{level: F(level) + int(given[level]) for level in LEVELS}
        )
    return answer
