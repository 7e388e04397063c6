"""Audiences: the list, one audience with its people, and the rule while it is being written."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.actions.audiences import (
    AudienceInUse,
    AudienceNameTaken,
    count_audience,
    delete_audience,
    save_audience,
)
from insight.forms.audiences import AudienceForm, RuleLines
from insight.models import Audience, Contact
from insight.queries import audiences as queries
from insight.queries import membership
from insight.queries.audiences import Size
from insight.queries.fields import FIELDS
from insight.queries.rules import MATCHES, MAX_CONDITIONS, Rule, RuleNotValid, in_words, read_rule
from ipeo.navigation import link, panels_of
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_as_message, refused_in_form


@page("insight.view")
def audiences(request: WorkspaceRequest) -> HttpResponse:
    """List the audiences."""
    found = page_of(
        Audience.objects.all(), order=("name", "id"), after=request.GET.get("after", "")
    )
    rows = [(one, one.description or in_words(one.rule)) for one in found.rows]
    return render(request, "insight/audiences.html", {"page": found, "rows": rows})


@page("insight.view", change="insight.edit")
def audience(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show an audience with its rule in words and its people; count it afresh on request."""
    found = get_object_or_404(Audience.objects.all(), pk=pk)
    try:
        if request.method == "POST":
            count_audience(audience=found)
            messages.success(request, f"{found} was recounted.")
            return redirect(link("insight:audience", pk))
        rule = read_rule(found.rule)
        people = queries.contacts_by(rule).select_related("account", "owner__user")
        error = ""
    except RuleNotValid as refusal:
        rule, people, error = None, Contact.objects.none(), str(refusal)
    context = {
        "audience": found,
        "rule": rule,
        "match": MATCHES[rule.match] if rule else "",
        "error": error,
        "page": page_of(people, order=("-id",), after=request.GET.get("after", ""), size=25),
        "panels": panels_of(request.membership, "audience", pk),
    }
    return render(request, "insight/audience.html", context)


@page("insight.edit")
def new_audience(request: WorkspaceRequest) -> HttpResponse:
    """Describe an audience."""
    return _edit(request, Audience())


@page("insight.edit")
def edit_audience(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change an audience's name and rule, or remove it where nothing is made for it."""
    found = get_object_or_404(Audience.objects.all(), pk=pk)
    if "gone" not in request.POST:
        return _edit(request, found)
    with refused_as_message(request, AudienceInUse):
        delete_audience(audience=found)
        messages.success(request, f"{found} is deleted.")
        return redirect(link("insight:audiences"))
    return redirect(link("insight:audience", pk))


def _edit(request: WorkspaceRequest, audience: Audience) -> HttpResponse:
    """Save the audience, or redraw its rule: `add`, `remove`, `redraw` and `count` ask for that."""
    posted = request.method == "POST"
    lines = RuleLines.typed(request.POST) if posted else _stored(audience)
    redrawn = posted and not {"add", "remove", "redraw", "count"}.isdisjoint(request.POST)
    # While the rule is being redrawn the name is kept as typed, and not yet judged.
    form = AudienceForm(
        None if redrawn else request.POST or None,
        instance=audience,
        initial=request.POST.dict() if redrawn else None,
    )
    if "add" in request.POST and len(lines.lines) < MAX_CONDITIONS:
        lines.add()
    if "remove" in request.POST:
        lines.remove(request.POST["remove"])
    wanted = posted and not {"add", "redraw"} & set(request.POST)
    rule = lines.read() if wanted or not posted else None
    if posted and not redrawn and form.is_valid() and rule is not None:
        form.instance.rule = rule.as_json()
        with refused_in_form(form, {AudienceNameTaken: "name"}):
            saved = save_audience(audience=form.instance)
            messages.success(request, f"{saved} is saved.")
            return redirect(link("insight:audience", saved.pk))
    context = {
        "form": form,
        "audience": audience,
        "lines": lines,
        "rule": rule,
        "size": _size(rule, now="count" in request.POST),
        "fields": list(FIELDS.values()),
        "own_fields": _own_fields(lines),
        "matches": MATCHES.items(),
        "full": len(lines.lines) >= MAX_CONDITIONS,
    }
    part = "#size" if "count" in request.POST else "#rule" if redrawn else ""
    template = f"insight/audience_form.html{part if request.htmx else ''}"
    status = 422 if posted and not redrawn else 200
    return render(request, template, context, status=status)


def _size(rule: Rule | None, *, now: bool) -> Size | None:
    """Return a rule's size; where it takes a second and is not asked `now`, the page asks it."""
    if rule is None:
        return None
    return membership.counted(rule) if now else membership.at_hand(rule)


def _own_fields(lines: RuleLines) -> list[tuple[str, str]]:
    """Return the fields that imports brought, and any other that the rule names already."""
    named = {line.field.key: line.field.label for line in lines.lines}
    offered = named | {field.key: field.label for field in queries.own_fields()}
    return [(key, label) for key, label in sorted(offered.items()) if key not in FIELDS]


def _stored(audience: Audience) -> RuleLines:
    try:
        return RuleLines.stored(read_rule(audience.rule))
    except RuleNotValid as refusal:
        return RuleLines(error=str(refusal))
