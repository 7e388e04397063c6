"""The week's digest as a page, the switch of whether one gets it, and the link that stops it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ipeo import tenancy
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from optimize.actions.digest import NoSuchMember, latest, stopping, want_digest


@page("digest.view")
def digest(request: WorkspaceRequest) -> HttpResponse:
    """Show the last whole week's digest; the member says whether to get it by e-mail."""
    if request.method == "POST":
        wants = request.POST.get("wants") == "yes"
        want_digest(membership=request.membership, wants=wants)
        told = (
            "You will get the digest every Monday."
            if wants
            else "You will no longer get the digest."
        )
        messages.success(request, told)
        return redirect(link("optimize:digest"))
    context = {"digest": latest(timezone.localdate()), "wants": request.membership.wants_digest}
    return render(request, "optimize/digest_page.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_digest(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop the digest, and stop it; mail programs send the answer by themselves."""
    try:
        found = stopping(token)
    except NoSuchMember:
        raise Http404 from None
    if request.method == "POST":
        with tenancy.scope(found.workspace):
            want_digest(membership=found.membership, wants=False)
    context = {"brand": found.workspace, "stopped": request.method == "POST"}
    return render(request, "optimize/stop_digest.html", context)
