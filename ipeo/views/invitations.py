"""Invitations: sent again and withdrawn by who manages members, and opened by who was invited."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from allauth.account.adapter import get_adapter
from allauth.account.utils import complete_signup
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ipeo import accounts
from ipeo.actions import invitations as actions
from ipeo.actions.members import OwnersOnly
from ipeo.database.uniqueness import unless_taken
from ipeo.forms import JoinForm
from ipeo.models import Invitation, Role, User
from ipeo.navigation import link
from ipeo.permissions import IN_SHORT, WorkspaceRequest, page, with_article
from ipeo.queries.invitations import invitations
from ipeo.views.guests import held_back, unlisted
from ipeo.views.refusals import refused_as_message

_REFUSED = (
    OwnersOnly,
    actions.AlreadyMember,
    actions.InvitationOver,
    actions.TooManyInvitations,
)


class AlreadySignedUp(Exception):
    """An account with this address was made in the same moment."""


# What the link's page says by itself when it is shown again.
_OVERTAKEN = (
    actions.InvitationOver,
    actions.NotTheirs,
    actions.AccessEnded,
    AlreadySignedUp,
)


@page("members.manage")
def again(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send an invitation once more."""
    return _settle(request, pk, actions.send_again, "is on its way again")


@page("members.manage")
def withdraw(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """End an invitation."""
    return _settle(request, pk, actions.withdraw, "was withdrawn")


def _settle(
    request: WorkspaceRequest, pk: int, act: Callable[..., None], done: str
) -> HttpResponse:
    found = get_object_or_404(invitations(), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, *_REFUSED):
            act(invitation=found, by=request.membership)
            messages.success(request, f"The invitation to {found} {done}.")
    return redirect(link("ipeo:members"))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever opens an invitation's link join; the page says how things stand.

    Opening it changes nothing, since mail programs open links by themselves. What is refused
    when something was sent is told by the page as it stands then.
    """
    if later := held_back(request, "invitation", "ipeo/invitation_later.html"):
        return later
    try:
        with actions.opened(token) as found:
            return unlisted(_answer(request, found))
    except actions.NoSuchInvitation:
        context = {"title": "This link does not work"}
        return unlisted(render(request, "ipeo/invitation_over.html", context, status=404))


def _answer(request: HttpRequest, found: Invitation) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    try:
        actions.demand_open(found)
        if user is not None:
            actions.demand_theirs(found, user=user)
    except actions.InvitationUsed as over:
        by = found.accepted_by
        if user is not None and by is not None and by.is_active and by.user_id == user.pk:
            return redirect(link("ipeo:home"))
        return _refused(request, found, over, is_used=True)
    except actions.InvitationOver as over:
        return _refused(request, found, over)
    except actions.NotTheirs as over:
        return _refused(request, found, over, status=403, is_theirs=False)
    except actions.AccessEnded as over:
        return _refused(request, found, over, status=403)
    if user is not None:
        return _join(request, found, user)
    # Whoever has the link reads the mails of this address.
    get_adapter().stash_verified_email(request, found.email)
    if accounts.has_account(found.email):
        return _offer(request, found)
    return _sign_up(request, found)


def _refused(
    request: HttpRequest, found: Invitation, over: Exception, status: int = 410, **about: bool
) -> HttpResponse:
    context = {"title": str(over), "brand": found.workspace, "invitation": found, **about}
    return render(request, "ipeo/invitation_over.html", context, status=status)


def _offer(request: HttpRequest, found: Invitation, **what: object) -> HttpResponse:
    context = {
        "brand": found.workspace,
        "invitation": found,
        "as_role": with_article(Role(found.role)),
        "role_in_short": IN_SHORT[Role(found.role)],
        **what,
    }
    form = what.get("form")
    status = 422 if isinstance(form, JoinForm) and form.is_bound else 200
    return render(request, "ipeo/invitation.html", context, status=status)


def _join(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    if request.method != "POST":
        return _offer(request, found)
    with suppress(*_OVERTAKEN):
        actions.accept(invitation=found, user=user)
        messages.success(request, f"Welcome to {found.workspace}.")
        return redirect(link("ipeo:home"))
    return redirect(request.path)


def _sign_up(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, email=found.email)
    if request.method != "POST" or not form.is_valid():
        return _offer(request, found, form=form)
    with suppress(*_OVERTAKEN):
        if form.account_already_exists:
            raise AlreadySignedUp
        # Both or neither: nobody is left with an account and without what it was made for.
        with unless_taken(AlreadySignedUp()):
            user = form.save(request)
            actions.accept(invitation=found, user=user)
        messages.success(request, f"Welcome to {found.workspace}.")
        response: HttpResponse = complete_signup(request, user, None, link("ipeo:home"))
        return response
    return redirect(request.path)
