"""What a phone asks of the server beside its pages: what to keep, and to take what waited."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.utils import timezone

from execute.forms.outcomes import OutcomeForm
from execute.models import Deal
from execute.queries.deals import deals
from execute.queries.offline import kept_forms
from execute.views.outcomes import log_typed
from ipeo.actions.once import KeyUsedOtherwise, do_once
from ipeo.actions.versions import EditedMeanwhile
from ipeo.devices import person_key
from ipeo.models import User
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page

KEY, PERSON = "Idempotency-Key", "IPEO-Person"


def _person(request: WorkspaceRequest) -> str:
    assert isinstance(request.user, User)
    return person_key(request.user)


@page("deals.edit")
def kept(request: WorkspaceRequest) -> HttpResponse:
    """Tell a phone who is signed in, what a write needs, and which pages it should keep."""
    day = link("execute:mine")
    forms = kept_forms(request.membership)
    answer = {
        "person": _person(request),
        "csrf": get_token(request),
        "day": day,
        "pages": [
            {"url": day, "stamp": timezone.now().isoformat()},
            *({"url": link("execute:outcome", one.deal_id), "stamp": one.stamp} for one in forms),
        ],
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


@page("deals.edit")
def send_outcome(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take an outcome that waited on a phone, once, however often it is sent.

    The answer is JSON: 201, or what the person must mend in `errors` with 409 or 422.
    """
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    key = request.headers.get(KEY, "")
    if not key or len(key) > 200:
        return _refused(400, f"An outcome that waited is sent with an {KEY}.")
    if request.headers.get(PERSON, "") != _person(request):
        return _refused(409, "Someone else is signed in now. This outcome is not theirs.")
    found = get_object_or_404(deals(), pk=pk)
    asked = f"{request.path} {sorted(request.POST.lists())} {_person(request)}"
    try:
        status, answer = do_once(
            key=key,
            digest=hashlib.sha256(asked.encode()).hexdigest(),
            write=lambda: _logged(request, found),
        )
    except KeyUsedOtherwise as refusal:
        return _refused(409, str(refusal))
    return JsonResponse(answer, status=status)


def _logged(request: WorkspaceRequest, deal: Deal) -> tuple[int, dict[str, Any]]:
    form = OutcomeForm(request.POST, deal=deal)
    try:
        if log_typed(form, by=request.membership):
            return 201, {"href": link("execute:outcome_logged", deal.pk)}
    except EditedMeanwhile as refusal:
        now = refusal.current
        who = f", says {now.outcome_by}" if now.outcome_by else ""
        ending = now.get_outcome_display().lower()
        return 409, {
            "errors": [f"Someone else changed this deal in the meantime: it is now {ending}{who}."]
        }
    return 422, {"errors": [error for errors in form.errors.values() for error in errors]}


def _refused(status: int, error: str) -> HttpResponse:
    return JsonResponse({"errors": [error]}, status=status)
