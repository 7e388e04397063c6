"""The brand story, its versions and its proof points."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.actions.stories import (
    OldVersion,
    Story,
    StoryMovedOn,
    add_proof_point,
    move_proof_point,
    remove_proof_point,
    save_story,
)
from insight.actions.stories import (
    edit_proof_point as reword,
)
from insight.forms.market import ProofPointForm, StoryForm
from insight.models import BrandStory, ProofPoint
from insight.queries import stories as queries
from insight.views.editing import edit_page
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import overtaken_in_form, refused_as_message, refused_in_form


@page("insight.view", change="insight.edit")
def story(request: WorkspaceRequest) -> HttpResponse:
    """Show the story that holds with its proof points and versions; add a proof point."""
    current = queries.current_story()
    form = ProofPointForm(request.POST or None)
    if request.method == "POST" and current is None:
        return redirect(link("insight:edit_story"))
    if request.method == "POST" and current is not None and form.is_valid():
        with refused_in_form(form, {OldVersion: None}):
            add_proof_point(story=current, **form.cleaned_data)
            messages.success(request, "Proof point added.")
            return redirect(link("insight:story"))
    points = queries.proof_points(current) if current else []
    uses = queries.uses(points)
    context = {
        "story": current,
        "points": [(point, uses[point.pk]) for point in points],
        "versions": page_of(
            queries.story_versions(), order=("-version",), after=request.GET.get("after", "")
        ),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "insight/story.html", context, status=status)


@page("insight.view")
def story_version(request: WorkspaceRequest, version: int) -> HttpResponse:
    """Show one version of the story as it was."""
    found = get_object_or_404(
        BrandStory.objects.select_related("created_by__user"), version=version
    )
    context = {"story": found, "points": queries.proof_points(found)}
    return render(request, "insight/story_version.html", context)


@page("insight.edit")
def edit_story(request: WorkspaceRequest) -> HttpResponse:
    """Tell the story anew: saving it makes a new version."""
    current = queries.current_story()
    given = {name: getattr(current, name) for name in StoryForm.Meta.fields} if current else {}
    form = StoryForm(
        request.POST or None,
        initial={**given, "seen_version": current.version if current else None},
    )
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in StoryForm.Meta.fields}
        with overtaken_in_form(form, StoryMovedOn):
            saved = save_story(
                story=Story(**typed),
                by=request.membership,
                seen_version=form.cleaned_data["seen_version"],
            )
            messages.success(request, f"Version {saved.version} of the story was saved.")
            return redirect(link("insight:story"))
    status = 422 if form.is_bound else 200
    context = {"form": form, "story": current}
    return render(request, "insight/story_form.html", context, status=status)


@page("insight.edit")
def edit_proof_point(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change, move or remove a proof point of the current story."""
    point = get_object_or_404(ProofPoint.objects.select_related("story"), pk=pk)
    if not {"move", "remove"}.isdisjoint(request.POST):
        with refused_as_message(request, OldVersion):
            if "move" in request.POST:
                move_proof_point(point=point, steps=-1 if request.POST["move"] == "up" else 1)
            else:
                remove_proof_point(point=point)
                messages.success(request, "Proof point deleted.")
        return redirect(link("insight:story"))
    return edit_page(
        request,
        form=ProofPointForm(request.POST or None, instance=point),
        save=lambda row: reword(point=row, statement=row.statement, evidence=row.evidence),
        then=lambda row: link("insight:story"),
        context={
            "title": "Proof point",
            "eyebrow": "Brand story",
            "back": link("insight:story"),
            "removable": "this proof point",
        },
        refusals={OldVersion: "statement"},
    )
