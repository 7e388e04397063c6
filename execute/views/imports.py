"""Files: sent, looked at, answered, loaded, and what came of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.imports.files import (
    AlreadyStarted,
    TooLarge,
    Unanswered,
    answer_import,
    forget_file,
    receive_file,
    start_import,
)
from execute.actions.imports.mappings import (
    MappingNameMissing,
    MappingNameTaken,
    delete_mapping,
    save_mapping,
)
from execute.actions.imports.undoing import CannotUndo, start_undo
from execute.forms.imports import FileForm, content_of, read_answers
from execute.models import Import, ImportMapping, ImportRefusal
from execute.numerics.doubts import NoSuchName, Unreadable
from execute.numerics.understanding import Understanding
from execute.queries import imports as queries
from execute.queries.mappings import mappings as saved_mappings
from execute.queries.previews import preview, refused_rows
from execute.queries.undoing import (
    can_be_undone,
    kept_by_undoing,
    told_of_undoing,
    undo_has_stopped,
)
from ipeo.downloads import list_file
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_as_message, refused_in_form

WHERE = {
    "products": ("insight:products", "See the products"),
    "accounts": ("insight:accounts", "See the accounts"),
    "contacts": ("insight:contacts", "See the contacts"),
    "deals": ("execute:deals", "See the deals"),
    "touches": ("execute:touches", "See the touches"),
    "expenses": ("execute:expenses", "See the expenses"),
    "stage_history": ("execute:deals", "See the deals"),
}


@page("imports.view")
def imports(request: WorkspaceRequest) -> HttpResponse:
    """List the files that brought facts."""
    found = page_of(
        queries.imports(), order=("-created_at", "-id"), after=request.GET.get("after", "")
    )
    context = {
        "page": found,
        "rows": [(brought, queries.has_stopped(brought)) for brought in found.rows],
    }
    return render(request, "execute/imports.html", context)


@page("imports.run")
def import_new(request: WorkspaceRequest) -> HttpResponse:
    """Take a file in."""
    given = {"kind": request.GET.get("kind", "")}
    form = FileForm(request.POST or None, request.FILES or None, initial=given)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        with refused_in_form(form, {Unreadable: "file", TooLarge: "file"}):
            brought = receive_file(
                kind=form.cleaned_data["kind"],
                file_name=sent.name,
                data=content_of(sent),
                by=request.membership,
            )
            return redirect(link("execute:import", brought.pk))
    context = {"form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "execute/import_new.html", context, status=status)


@page("imports.view", change="imports.run")
def import_page(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one file: to be answered, on its way, or with what came of it."""
    brought = get_object_or_404(queries.imports(), pk=pk)
    if request.method == "POST":
        return _answer(request, brought)
    if brought.state == Import.State.PREVIEW or queries.has_stopped(brought):
        return _preview(request, brought)
    undoing = brought.state == Import.State.UNDOING and not undo_has_stopped(brought)
    if brought.state == Import.State.RUNNING or undoing:
        run = brought.undo_run if undoing else brought.run
        context: dict[str, Any] = {"brought": brought, "run": run, "undoing": undoing}
        return render(request, "execute/import_running.html", context)
    if request.htmx and request.GET.get("progress"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    url_name, label = WHERE[brought.kind]
    refusals = ImportRefusal.objects.filter(source=brought)
    context = {
        "brought": brought,
        "doubts": [_used(doubt) for doubt in brought.doubts],
        "page": page_of(
            refusals, order=("line", "id"), after=request.GET.get("after", ""), size=25
        ),
        "where": link(url_name),
        "where_label": label,
        "may_undo": can_be_undone(brought),
        "undo_stopped": undo_has_stopped(brought),
        "undone": told_of_undoing(brought) if brought.undone_at else [],
        "kept": kept_by_undoing(brought),
    }
    return render(request, "execute/import_done.html", context)


def _used(doubt: dict[str, Any]) -> tuple[str, str]:
    labels = {option["value"]: option["label"] for option in doubt["options"]}
    return doubt["question"], labels.get(doubt["answer"], doubt["answer"])


def _preview(
    request: WorkspaceRequest,
    brought: Import,
    *,
    seen: Understanding | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "brought": brought,
        "error": error,
        "kinds": Import.Kind.choices,
        "stopped": queries.has_stopped(brought),
        "earlier": queries.same_file(brought),
        "may_undo": can_be_undone(brought),
    }
    try:
        context["preview"] = preview(brought, seen or queries.understood(brought))
    except (Unreadable, NoSuchName) as refusal:
        context["error"] = error or str(refusal)
        status = 422
    return render(request, "execute/import_preview.html", context, status=status)


def _answer(request: WorkspaceRequest, brought: Import) -> HttpResponse:
    try:
        with refused_as_message(request, AlreadyStarted):
            return _do(request, brought, request.POST.get("do", "look"))
        return redirect(link("execute:import", brought.pk))
    except Unanswered as refusal:
        waiting = len(refusal.understanding.blocking)
        error = (
            "Answer one question before importing."
            if waiting == 1
            else f"{waiting} questions need answers before importing."
        )
        return _preview(request, brought, seen=refusal.understanding, error=error, status=422)
    except (Unreadable, NoSuchName, MappingNameTaken, MappingNameMissing) as refusal:
        return _preview(request, brought, error=str(refusal), status=422)


def _do(request: WorkspaceRequest, brought: Import, what: str) -> HttpResponse:
    """Do what a button of the preview says: look again, read anew, save, start, or forget."""
    given, here = read_answers(request.POST, brought), link("execute:import", brought.pk)
    if what == "forget":
        forget_file(brought=brought)
        messages.success(request, f"{brought.file_name} was deleted. Nothing was imported.")
        return redirect(link("execute:imports"))
    if what == "anew":
        answer_import(brought=brought, anew=True)
        messages.success(request, "The file was read again without the saved mapping.")
        return redirect(here)
    seen = answer_import(
        brought=brought,
        kind=given.kind,
        mapping=given.mapping,
        answers=given.answers,
        set_to=given.set_to,
    )
    if what == "save":
        saved = save_mapping(
            brought=brought, name=request.POST.get("mapping_name", ""), by=request.membership
        )
        text = f"Saved as “{saved.name}”. Files with these headers will be mapped this way."
        messages.success(request, text)
        return redirect(here)
    if what == "start":
        start_import(brought=brought, by=request.membership)
        return redirect(here)
    return _preview(request, brought, seen=seen)


@page("imports.view")
def refused(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give the refused rows as a file: line and reason beside what the file said."""
    brought = get_object_or_404(queries.imports(), pk=pk)
    return list_file(f"refused-rows-{brought.pk}.csv", refused_rows(brought))


@page("imports.run")
def import_undo(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take an import back."""
    brought = get_object_or_404(queries.imports(), pk=pk)
    here = link("execute:import", brought.pk)
    if request.method == "POST":
        with refused_as_message(request, CannotUndo):
            start_undo(brought=brought, by=request.membership)
    return redirect(here)


@page("imports.view")
def mappings(request: WorkspaceRequest) -> HttpResponse:
    """List the saved mappings."""
    found = page_of(
        saved_mappings(), order=("-last_used_at", "-id"), after=request.GET.get("after", "")
    )
    return render(request, "execute/import_mappings.html", {"page": found})


@page("imports.run")
def mapping_delete(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Forget a saved mapping."""
    mapping = get_object_or_404(ImportMapping, pk=pk)
    if request.method == "POST":
        delete_mapping(mapping=mapping)
        messages.success(request, f"The mapping “{mapping.name}” was deleted.")
    return redirect(link("execute:import_mappings"))
