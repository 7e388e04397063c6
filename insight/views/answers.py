"""Answers come: by a file whose columns are named in place, by hand, or by a link."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from insight.actions.research import (
    AnswerRefused,
    FormOver,
    LooksSwapped,
    NoAnswers,
    NoSuchForm,
    TooManyAnswers,
    WaveMissing,
    answer_form,
    demand_open,
    ensure_wave,
    load_answers,
    make_form,
    opened,
    revoke_form,
)
from insight.forms.research import AnswersFileForm, AskedForm, ColumnsForm, InterviewForm, LinkForm
from insight.models import MindsetWave, Study, StudyForm
from insight.queries.answers import PRICES, guessed, holds_figures, questions_of
from insight.queries.research import studies
from ipeo import tables
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.guests import held_back, unlisted
from ipeo.views.refusals import refused_in_form

KEPT_SECONDS = 3600
SHOWN_ROWS, SHOWN_COLUMNS = 3, 12
"""How much of a file is shown beside the form."""


@page("insight.edit")
def import_answers(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a file of answers; its columns are named on the next page."""
    found = _answerable(pk)
    form = AnswersFileForm(request.POST or None, request.FILES or None, study=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"].read()
        with refused_in_form(form, {tables.NotATable: "file"}):
            table = tables.read(data, form.cleaned_data["file"].name)
            digest = hashlib.sha256(data).hexdigest()
            wave = (form.cleaned_data.get("wave", ""), str(form.cleaned_data.get("held_on", "")))
            cache.set(_key(request, pk, digest), (table, wave), KEPT_SECONDS)
            return redirect(link("insight:answer_columns", pk, digest))
    context = {"form": form, "study": found, "questions": questions_of(found.kind)}
    status = 422 if form.is_bound else 200
    return render(request, "insight/answers_file.html", context, status=status)


def _key(request: WorkspaceRequest, pk: int, digest: str) -> str:
    return f"answers:{request.workspace.pk}:{request.membership.pk}:{pk}:{digest}"


def _answerable(pk: int) -> Study:
    return get_object_or_404(studies().exclude(kind=Study.Kind.NOTE), pk=pk)


@page("insight.edit")
def answer_columns(request: WorkspaceRequest, pk: int, digest: str) -> HttpResponse:
    """Name the columns of a file, and keep its answers; swapped prices are asked about."""
    found = _answerable(pk)
    held = cache.get(_key(request, pk, digest[:64]))
    if held is None:
        messages.error(request, "The file is no longer available. Upload it again.")
        return redirect(link("insight:import_answers", pk))
    table, (wave_name, held_on) = held
    guess = guessed(found.kind, table.headers)
    form = ColumnsForm(request.POST or None, study=found, table=table, guess=guess)
    context: dict[str, Any] = {"form": form, "study": found, "table": table}
    if request.method == "POST" and form.is_valid():
        columns = form.columns()
        swap = request.POST.get("swapped")
        if swap == "mend":
            columns = _in_order(columns, request.POST.get("order", ""))
        day = parse_date(held_on)
        wave = ensure_wave(study=found, name=wave_name, held_on=day) if wave_name and day else None
        told = {NoAnswers: None, TooManyAnswers: None, WaveMissing: None}
        try:
            with refused_in_form(form, told):
                loaded = load_answers(
                    study=found,
                    columns=columns,
                    rows=len(table),
                    wave=wave,
                    batch=digest[:64],
                    as_they_are=swap is not None,
                )
                _tell(request, loaded.taken, [one.reason for one in loaded.refused])
                return redirect(link("insight:study", pk))
        except LooksSwapped as doubt:
            labels = {one.key: one.label for one in questions_of(found.kind)}
            context["order"] = doubt.order
            context["named"] = [
                (table.headers[int(form.cleaned_data[key])], labels[asked])
                for key, asked in zip(doubt.order, PRICES, strict=True)
            ]
    first = [column[:SHOWN_ROWS] for column in table.columns[:SHOWN_COLUMNS]]
    figures = [holds_figures(column) for column in first]
    context["heads"] = list(zip(table.headers, figures, strict=False))
    context["rows"] = [list(zip(cells, figures, strict=True)) for cells in zip(*first, strict=True)]
    status = 422 if form.is_bound else 200
    return render(request, "insight/answer_columns.html", context, status=status)


def _in_order(columns: dict[str, Any], order: str) -> dict[str, Any]:
    """Return the four price columns in the order of their medians."""
    given = order.split(",")
    if sorted(given) != sorted(PRICES):
        return columns
    mended = {asked: columns[key] for asked, key in zip(PRICES, given, strict=True)}
    return {**columns, **mended}


def _tell(request: WorkspaceRequest, taken: int, reasons: list[str]) -> None:
    people = "answer is" if taken == 1 else "answers are"
    messages.success(request, f"{taken:,} {people} saved.")
    if reasons:
        rows = "1 row has" if len(reasons) == 1 else f"{len(reasons):,} rows have"
        messages.warning(request, f"{rows} no answer. The first: {reasons[0]}")


@page("insight.edit")
def add_interview(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Write down an interview."""
    found = get_object_or_404(studies().filter(kind=Study.Kind.INTERVIEWS), pk=pk)
    form = InterviewForm(request.POST or None, study=found)
    if request.method == "POST" and form.is_valid():
        columns = {key: [value] for key, value in form.cleaned_data.items()}
        load_answers(study=found, columns=columns, rows=1)
        messages.success(request, "Interview saved.")
        return redirect(link("insight:study", pk))
    context = {
        "form": form,
        "title": "Record an interview",
        "eyebrow": found.title,
        "back": link("insight:study", pk),
    }
    return render(request, "insight/edit.html", context, status=422 if form.is_bound else 200)


@page("insight.edit")
def ask_people(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make a link that asks for answers, and show it once."""
    found = _answerable(pk)
    form, address = LinkForm(request.POST or None, study=found), ""
    if found.kind == Study.Kind.BRAND and not MindsetWave.objects.filter(study=found).exists():
        messages.info(request, "Add a wave first. Answers belong to a wave.")
        return redirect(link("insight:new_wave", pk))
    if request.method == "POST" and form.is_valid():
        _, secret = make_form(study=found, by=request.membership, **form.cleaned_data)
        address = request.build_absolute_uri(reverse("asked", args=[secret]))
    context = {"form": form, "study": found, "address": address}
    status = 422 if form.is_bound and not address else 200
    response = render(request, "insight/ask_people.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@page("insight.edit")
def revoke_study_form(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a link back."""
    found = get_object_or_404(StudyForm.objects.all(), pk=pk)
    if request.method == "POST":
        revoke_form(form=found)
        messages.success(request, "The link was revoked.")
    return redirect(link("insight:study", found.study_id))


@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask what a study asks; a link that is not open says nothing of why it is not."""
    if later := held_back(request, "asked", "insight/asked_nothing.html", later=True):
        return later
    try:
        with opened(secret) as form:
            return unlisted(_ask(request, form))
    except NoSuchForm:
        return unlisted(render(request, "insight/asked_nothing.html", status=404))
    except FormOver:
        return unlisted(render(request, "insight/asked_nothing.html", status=410))


asked.public = True  # type: ignore[attr-defined]


def _ask(request: HttpRequest, held: StudyForm) -> HttpResponse:
    form = AskedForm(request.POST or None, asked=held)
    seller = held.workspace.name
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {AnswerRefused: None}):
            answer_form(form=held, cells=form.cleaned_data, once=form.cleaned_data["once"])
            return render(request, "insight/asked_thanks.html", {"seller": seller})
    demand_open(held)
    context = {"form": form, "seller": seller, "study": held.study}
    status = 422 if form.is_bound else 200
    return render(request, "insight/asked.html", context, status=status)
