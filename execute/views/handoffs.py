"""What marketing hands to sales, and how long sales takes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from execute.actions.handoffs import mark_touched
from execute.forms.tasks import HandoffFilterForm
from execute.models import Handoff
from execute.queries import handoffs as queries
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.named import id_in
from ipeo.queries.paging import page_of


@page("tasks.view")
def handoffs(request: WorkspaceRequest) -> HttpResponse:
    """List the buyers handed to sales, with the clock of each and the median of all."""
    data = request.GET if request.GET else {"state": "waiting"}
    form = HandoffFilterForm(data)
    given = form.cleaned_data if form.is_valid() else {}
    now = timezone.now()
    owner = request.membership if given.get("owner") == "mine" else None
    found = queries.handoffs(
        cycle=given.get("cycle"),
        owner=owner,
        task=id_in(request.GET.get("task", "")),
    )
    rows = found.filter(queries.waits(given.get("state", ""), now))
    context = {
        "form": form,
        "page": page_of(rows, order=("-handed_at", "-id"), after=request.GET.get("after", "")),
        "clock": queries.clock_of(found, now=now),
        "now": now,
        "narrowed": bool(request.GET),
        "hours": request.workspace.handoff_hours,
    }
    return render(request, "execute/handoffs.html", context)


@page("tasks.edit")
def touched(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Stop a buyer's clock: sales has been in touch."""
    found = get_object_or_404(Handoff.objects.select_related("account", "contact"), pk=pk)
    if request.method == "POST":
        mark_touched(handoff=found)
        messages.success(request, f"{found.account or found.contact}: marked as contacted.")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return redirect(back if safe else link("execute:handoffs"))
