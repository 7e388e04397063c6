"""A deal is opened or changed: its form with one product or several, and two people at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.deals import (
    AmountNegative,
    LineRefused,
    OutcomeNeeded,
    save_deal,
)
from execute.actions.setup import ensure_defaults
from execute.forms.deals import DealForm
from execute.forms.lines import LineForm, first_moved_up, line_forms, merged_lines
from execute.forms.merging import chosen, merged
from execute.models import Deal
from execute.queries.deals import stages
from execute.queries.lines import lines_of
from ipeo.actions.versions import EditedMeanwhile
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page


@page("deals.edit")
def new_deal(request: WorkspaceRequest) -> HttpResponse:
    """Open a deal."""
    ensure_defaults()
    first = next(iter(stages()), None)
    initial = {"owner": request.membership, "stage": first, "quantity": 1}
    given = {name: request.GET[name] for name in ("name", "account") if name in request.GET}
    data = first_moved_up(request.POST) if request.method == "POST" else None
    form = DealForm(data, instance=Deal(), initial=initial | given)
    more = line_forms(data, [], more="add_line" in request.POST)
    if data is not None and "add_line" not in data and _valid(form, more):
        saved = _saved(request, form, more, version=None)
        if saved is not None:
            messages.success(request, f"{saved} is open, in {saved.stage}.")
            return redirect(link("execute:deal", saved.pk))
    return _edit_page(request, form, more, title="New deal", back=link("execute:deals"))


@page("deals.edit")
def edit_deal(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a deal; what somebody else changed meanwhile is kept, or shown to choose from."""
    stored = get_object_or_404(Deal.objects.all(), pk=pk)
    page = {"title": f"Edit {stored}", "back": link("execute:deal", pk)}
    if request.method != "POST":
        lines = lines_of(stored)
        form = DealForm(instance=stored, first=next(iter(lines), None))
        return _edit_page(request, form, line_forms(None, lines), **page)
    data, merge = first_moved_up(chosen(request.POST)), None
    adding = "add_line" in data
    while True:
        fresh = Deal.objects.get(pk=pk)
        lines = lines_of(fresh)
        first = next(iter(lines), None)
        if data.get("version") != str(fresh.version):
            unbound = DealForm(instance=fresh, first=first)
            merge = merged_lines(merged(data, unbound, DealForm.Meta.fields), lines)
            data = merge.data
            data["version"] = str(fresh.version)
        form = DealForm(data, instance=fresh, first=first)
        more = line_forms(data, lines, more=adding)
        if adding or (merge is not None and merge.conflicts):
            return _edit_page(request, form, more, merge=merge, **page)
        try:
            valid = _valid(form, more)
            saved = _saved(request, form, more, version=fresh.version) if valid else None
        except EditedMeanwhile:
            continue
        break
    if saved is None:
        return _edit_page(request, form, more, merge=merge, **page)
    taken = merge.taken if merge else []
    messages.success(
        request,
        f"The deal is saved. Somebody else's changes meanwhile are kept: {', '.join(taken)}."
        if taken
        else "The deal is saved.",
    )
    return redirect(page["back"])


def _valid(form: DealForm, more: Sequence[LineForm]) -> bool:
    """Whether the form and each product that stays can be read; all of them say what is wrong."""
    return all([form.is_valid(), *(line.is_valid() for line in more if not line.is_gone)])


def _saved(
    request: WorkspaceRequest, form: DealForm, more: Sequence[LineForm], *, version: int | None
) -> Deal | None:
    """Save what the form holds; None where it was refused, which the form then tells."""
    lines = [form.typed(), *(line.typed() for line in more if not line.is_gone)]
    try:
        return save_deal(deal=form.instance, by=request.membership, lines=lines, version=version)
    except (AmountNegative, LineRefused) as refusal:
        form.add_error(refusal.field, str(refusal))
    except OutcomeNeeded as refusal:
        form.add_error("stage", str(refusal))
    return None


def _edit_page(
    request: WorkspaceRequest,
    form: DealForm,
    more: Sequence[LineForm],
    *,
    title: str,
    back: str,
    **context: Any,
) -> HttpResponse:
    merge = context.get("merge")
    adding = "add_line" in request.POST
    status = 409 if merge and merge.conflicts else 422 if form.is_bound and not adding else 200
    lines = [line for line in more if not line.is_bound or line.line or not line.is_gone]
    context |= {"form": form, "lines": lines, "title": title, "back": back}
    context["empty_line"] = LineForm(key="new")
    return render(request, "execute/deal_form.html", context, status=status)
