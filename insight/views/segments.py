"""Audiences against each other, segments worth one, and their people as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.actions.audiences import AudienceNameTaken
from insight.actions.segments import NoSuchSegment, adopt_segment, look_for_segments
from insight.models import Audience, Contact
from insight.queries.audiences import audiences, contacts_of
from insight.queries.membership import MOST_COMPARED, forget, overlaps
from insight.queries.rules import RuleNotValid
from insight.queries.segments import latest_run
from ipeo.downloads import list_file
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.named import id_in
from ipeo.views.refusals import refused_as_message

MOST_EXPORTED = 200_000


@page("insight.view")
def compare_audiences(request: WorkspaceRequest) -> HttpResponse:
    """Show how many people are in both of any two audiences."""
    if request.GET.get("fresh"):
        forget()
        return redirect(link("insight:compare_audiences"))
    held = list(audiences()[: MOST_COMPARED + 1])
    found = overlaps(held) if len(held) > 1 else None
    rows = (
        list(zip(found.audiences, found.sizes, found.rows, strict=True))
        if found is not None
        else []
    )
    context = {"found": found, "rows": rows, "more": len(held) > MOST_COMPARED}
    return render(request, "insight/overlaps.html", context)


@page("insight.view", change="insight.edit")
def segments(request: WorkspaceRequest) -> HttpResponse:
    """Show suggested segments; look for them anew, or adopt one as an audience."""
    if request.method == "POST" and "place" in request.POST:
        with refused_as_message(request, NoSuchSegment, AudienceNameTaken):
            made = adopt_segment(
                kind=request.POST.get("kind", ""),
                place=id_in(request.POST["place"]),
            )
            messages.success(request, f"{made} is now an audience. Give it a name.")
            return redirect(link("insight:edit_audience", made.pk))
        return redirect(link("insight:segments"))
    if request.method == "POST":
        look_for_segments(by=request.membership)
        return redirect(link("insight:segments"))
    run = latest_run()
    context = {
        "run": run,
        "sections": [
            ("value", "By recency, frequency and value", run.result.get("value", [])),
            ("groups", "Similar people", run.result.get("groups", [])),
        ]
        if run is not None and run.state == run.State.DONE
        else [],
    }
    template = "insight/segments.html#state" if request.htmx else "insight/segments.html"
    return render(request, template, context)


@page("insight.view")
def audience_file(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give an audience's people as a CSV file, with what they said about being contacted."""
    found = get_object_or_404(Audience.objects.all(), pk=pk)
    try:
        people = contacts_of(found).select_related("account").order_by("id")
    except RuleNotValid as refusal:
        messages.error(request, f"This rule cannot be read: {refusal}")
        return redirect(link("insight:audience", pk))
    return list_file("audience.csv", _rows(people.iterator(2000)))


def _rows(people: Iterator[Contact]) -> Iterator[tuple[object, ...]]:
    yield ("Name", "Email", "Job title", "Account", "Industry", "Region", "Lead source", "Consent")
    for number, one in enumerate(people):
        if number >= MOST_EXPORTED:
            return
        account = one.account
        yield (
            one.name,
            one.email,
            one.title,
            account.name if account else "",
            account.industry if account else "",
            account.region if account else "",
            one.source,
            one.get_consent_display(),
        )
