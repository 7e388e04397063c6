"""A workspace's settings, members, keys to the API, background work and audit."""

from __future__ import annotations

from django.conf import settings as configuration
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.actions import invitations
from ipeo.actions import members as actions
from ipeo.forms import InviteForm, RoleForm, TokenForm, WorkspaceForm
from ipeo.models import ApiToken, AuditEvent, Run, Workspace
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, may, page
from ipeo.queries.audit import audit_lines
from ipeo.queries.invitations import lines
from ipeo.queries.members import members_of, tokens_of
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_in_form


@page("members.view", change="workspace.manage")
def settings(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's settings; an owner may change them."""
    stored = Workspace.objects.get(pk=request.workspace.pk)
    form = WorkspaceForm(request.POST or None, instance=stored)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {actions.NobodyElseApproves: "four_eyes"}):
            actions.save_settings(workspace=form.instance, fields=list(form.fields))
            messages.success(request, "Saved. Numbers update at the next measurement.")
            return redirect(link("ipeo:settings"))
    status = 422 if form.is_bound else 200
    return render(request, "ipeo/settings.html", {"form": form}, status=status)


@page("members.view", change="members.manage")
def members(request: WorkspaceRequest) -> HttpResponse:
    """List the members and who is invited; a manager may invite someone."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {
            invitations.AlreadyMember: "email",
            invitations.AlreadyInvited: "email",
            invitations.TooManyInvitations: None,
            actions.OwnersOnly: "role",
        }
        with refused_in_form(form, told):
            made = invitations.invite(by=request.membership, **form.cleaned_data)
            messages.success(request, f"An invitation to {made} is on its way.")
            return redirect(link("ipeo:members"))
    context = {
        "form": form,
        "members": members_of(request.workspace),
        "waiting": lines() if may(request.membership, "members.manage") else [],
        "mail_is_printed": configuration.MAIL_IS_PRINTED,
    }
    return render(request, "ipeo/members.html", context, status=422 if form.is_bound else 200)


@page("members.manage")
def member(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a member's role or access."""
    found = get_object_or_404(members_of(request.workspace), pk=pk)
    form = RoleForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {actions.LastOwner: "role", actions.OwnersOnly: "role"}):
            actions.change_member(membership=found, by=request.membership, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect(link("ipeo:members"))
    context = {"form": form, "subject": get_object_or_404(members_of(request.workspace), pk=pk)}
    return render(request, "ipeo/member.html", context, status=422 if form.is_bound else 200)


@page("tokens.manage")
def tokens(request: WorkspaceRequest) -> HttpResponse:
    """List one's own keys to the API, and make one: its secret is shown once."""
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        wish = {name: form.cleaned_data[name] for name in ("name", "days", "scopes")}
        _, secret = actions.make_token(membership=request.membership, **wish)
        form = TokenForm()
    context = {"form": form, "tokens": tokens_of(request.membership), "secret": secret}
    return render(request, "ipeo/tokens.html", context, status=422 if form.is_bound else 200)


@page("tokens.manage")
def revoke_token(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """End one of one's own keys."""
    token = get_object_or_404(ApiToken.objects.filter(membership=request.membership), pk=pk)
    if request.method == "POST":
        actions.revoke_token(token=token)
        messages.success(request, f"{token.name} no longer works.")
        return redirect(link("ipeo:tokens"))
    return render(request, "ipeo/revoke_token.html", {"token": token})


@page("workspace.view")
def run(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one piece of background work; its progress bar asks again until it is over."""
    found = get_object_or_404(Run.objects.select_related("requested_by"), pk=pk)
    name = "ipeo/run.html#progress" if request.htmx else "ipeo/run.html"
    return render(request, name, {"run": found})


@page("audit.view")
def audit(request: WorkspaceRequest) -> HttpResponse:
    """Show who changed what by hand, the latest first."""
    found = page_of(AuditEvent.objects.all(), order=("-id",), after=request.GET.get("after", ""))
    return render(request, "ipeo/audit.html", {"page": found, "lines": audit_lines(found.rows)})
