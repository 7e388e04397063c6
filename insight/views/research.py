"""The library of studies and notes, and one of them read by its kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight import charts
from insight.actions.research import (
    SettingsNotValid,
    TagsNotValid,
    WaveNotValid,
    delete_study,
    delete_wave,
    save_study,
    save_wave,
)
from insight.forms.research import LibraryForm, StudyEditForm, WaveForm
from insight.models import MindsetWave, Study
from insight.numerics.pricing import PriceSensitivity
from insight.queries import research as queries
from insight.queries.exhibits import point_estimate
from insight.views.editing import edit_page
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page

Kind = Study.Kind
SHOWN = 20


@page("insight.view")
def research(request: WorkspaceRequest) -> HttpResponse:
    """List studies and notes, or those that hold the words searched for."""
    form = LibraryForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.library(
        search=wanted.get("q", ""),
        kind=wanted.get("kind", ""),
        tag=wanted.get("tag", ""),
        after=request.GET.get("after", ""),
    )
    context = {
        "form": form,
        "page": found,
        "tags": queries.tags(),
        "tag": wanted.get("tag", ""),
        "narrowed": any(wanted.values()),
    }
    return render(request, "insight/research.html", context)


@page("insight.view")
def study(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a study with its answers read, and the findings that rest on it."""
    found = get_object_or_404(queries.studies(), pk=pk)
    context = {
        "study": found,
        "count": queries.answer_count(found),
        "forms": queries.links_of(found, limit=SHOWN),
        "exhibits": queries.exhibits_of(found, limit=SHOWN),
        **_read(found, request.workspace.currency),
    }
    return render(request, "insight/study.html", context)


def _read(study: Study, currency: str) -> dict[str, Any]:
    """Return what the page shows of a study's answers."""
    if study.kind == Kind.PRICE:
        return _price(study, currency)
    if study.kind == Kind.LADDER:
        return _ladder(study, currency)
    if study.kind == Kind.BRAND:
        return _brand(study)
    return _interviews(study) if study.kind == Kind.INTERVIEWS else {}


def _price(study: Study, currency: str) -> dict[str, Any]:
    read = queries.price_result(study)
    if isinstance(read, str):
        return {"unread": read}
    points = [
        ("Lower bound", "lower", "below it, more people doubt the quality than see a bargain"),
        ("Upper bound", "upper", "above it, more people find it too expensive than acceptable"),
        ("Indifference", "indifference", "equal numbers find it expensive and a bargain"),
        ("Optimum", "optimum", "equally few find it too cheap and too expensive"),
    ]
    if read.trial.size:
        points += [
            ("Most trial", "most_trial", "where most people would try it"),
            ("Most revenue", "most_revenue", "where price times trial is highest"),
        ]
    return {
        "price": read,
        "points": [
            (label, point_estimate(getattr(read, key), read.valid), note)
            for label, key, note in points
        ],
        "figure": charts.price_curves(read, currency=currency),
        "curves": _told(read),
        "columns": ["Price", "Too cheap", "A bargain", "Expensive", "Too expensive", "Would try"],
        "trial": charts.trial_curve(read, currency=currency) if read.trial.size else None,
        "kind": currency,
    }


def _told(read: PriceSensitivity) -> list[list[str]]:
    """Return the curves at a dozen prices, as words for those who do not see the drawing."""
    places = np.unique(np.linspace(0, len(read.prices) - 1, 12).round().astype(int))
    curves = (read.too_cheap, read.bargain, read.expensive, read.too_expensive)
    return [
        [
            f"{read.prices[place]:,g}",
            *(f"{curve[place]:.0%}" for curve in curves),
            f"{read.trial[place]:.0%}" if read.trial.size else "Not asked",
        ]
        for place in places
    ]


def _ladder(study: Study, currency: str) -> dict[str, Any]:
    read = queries.ladder_result(study)
    if isinstance(read, str):
        return {"unread": read}
    steps = list(zip(map(float, read.prices), read.shares, map(float, read.revenue), strict=True))
    return {
        "ladder": read,
        "steps": steps,
        "figure": charts.acceptance_curve(read, currency=currency),
        "kind": currency,
    }


def _brand(study: Study) -> dict[str, Any]:
    waves = queries.waves(study)
    levels = [
        (label, [wave.shares[key] for wave in waves]) for key, label in queries.LEVELS.items()
    ]
    return {
        "waves": [
            (
                read.wave,
                [(read.shares[key], read.changes[key]) for key in queries.LEVELS],
            )
            for read in reversed(waves)
        ],
        "levels": list(queries.LEVELS.values()),
        "figure": charts.mindset([read.wave.held_on for read in waves], levels) if waves else None,
        "unread": "" if waves else "No wave yet.",
    }


def _interviews(study: Study) -> dict[str, Any]:
    read = queries.interviews(study)
    if not read.won + read.lost:
        return {"unread": "No interview yet."}
    ended = [one for one in read.drivers if one.lost.known] if read.lost else list(read.drivers)
    shown = sorted(ended, key=lambda one: -((one.lost if read.lost else one.won).value or 0))[:10]
    return {
        "interviews": read,
        "figure": charts.driver_shares(
            [one.name for one in shown], [one.lost if read.lost else one.won for one in shown]
        ),
    }


@page("insight.edit")
def new_study(request: WorkspaceRequest) -> HttpResponse:
    """Write a note, or begin a study."""
    kind = request.GET.get("kind", "")
    instance = Study(kind=kind if kind in Kind.values else Kind.NOTE)
    return _edit(request, instance, "New study or note", link("insight:research"))


@page("insight.edit")
def edit_study(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change what a study says, or remove it."""
    found = get_object_or_404(queries.studies(), pk=pk)
    if "remove" in request.POST:
        delete_study(study=found)
        messages.success(request, "Study deleted.")
        return redirect(link("insight:research"))
    return _edit(request, found, found.title, link("insight:study", pk))


def _edit(request: WorkspaceRequest, study: Study, title: str, back: str) -> HttpResponse:
    return edit_page(
        request,
        form=StudyEditForm(request.POST or None, instance=study),
        save=lambda row: save_study(study=row, by=request.membership),
        then=lambda row: link("insight:study", row.pk),
        context={
            "title": title,
            "eyebrow": "Research",
            "back": back,
            "removable": "this study with its answers" if study.pk else "",
        },
        refusals={TagsNotValid: "tags", SettingsNotValid: "title"},
        template="insight/study_form.html",
    )


@page("insight.edit")
def new_wave(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Write down a wave that somebody else counted."""
    found = get_object_or_404(queries.studies().filter(kind=Kind.BRAND), pk=pk)
    return _edit_wave(request, MindsetWave(study=found), "New wave")


@page("insight.edit")
def edit_wave(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Correct a wave, or remove it with its answers."""
    found = get_object_or_404(MindsetWave.objects.select_related("study"), pk=pk)
    if "remove" in request.POST:
        delete_wave(wave=found)
        messages.success(request, "Wave deleted.")
        return redirect(link("insight:study", found.study_id))
    return _edit_wave(request, found, found.name)


def _edit_wave(request: WorkspaceRequest, wave: MindsetWave, title: str) -> HttpResponse:
    back = link("insight:study", wave.study_id)
    return edit_page(
        request,
        form=WaveForm(request.POST or None, instance=wave),
        save=lambda row: save_wave(wave=row),
        then=lambda row: back,
        context={
            "title": title,
            "eyebrow": wave.study.title,
            "back": back,
            "removable": "this wave with its answers" if wave.pk else "",
        },
        refusals={WaveNotValid: "asked"},
    )
