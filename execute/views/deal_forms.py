"""A deal is opened or changed: its form with one product or several, and two people at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.approvals import WonPastThreshold
from execute.actions.deals import (
    AmountNegative,
    LineRefused,
    OutcomeNeeded,
    save_deal,
)
from execute.forms.lines import DealForms, LineForm, first_moved_up
from execute.models import Deal
from execute.queries.deals import stages
from ipeo.merging import Merge, chosen
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import its_field, refused_in_form
from ipeo.views.together import edit_together


@page("deals.edit")
def new_deal(request: WorkspaceRequest) -> HttpResponse:
    """Open a deal."""
    first = next(iter(stages()), None)
    initial = {"owner": request.membership, "stage": first, "quantity": 1}
    given = {name: request.GET[name] for name in ("name", "account") if name in request.GET}
    data = first_moved_up(request.POST) if request.method == "POST" else None
    forms = DealForms(data, Deal(), initial=initial | given)
    if data is not None and forms.is_valid() and _saved(request, forms, version=None):
        saved = forms.instance
        messages.success(request, f"{saved} is open, in {saved.stage}.")
        return redirect(link("execute:deal", saved.pk))
    return _edit_page(request, forms, title="New deal", back=link("execute:deals"))


@page("deals.edit")
def edit_deal(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a deal; what somebody else changed meanwhile is kept, or shown to choose from."""
    stored = get_object_or_404(Deal.objects.all(), pk=pk)
    title, back = f"Edit {stored}", link("execute:deal", pk)
    if request.method != "POST":
        return _edit_page(request, DealForms(None, stored), title=title, back=back)
    edited = edit_together(
        first_moved_up(chosen(request.POST)),
        bind=lambda data: DealForms(data, get_object_or_404(Deal.objects.all(), pk=pk)),
        merge_with=lambda data, forms: forms.merged_with(data),
        save=lambda forms, version: _saved(request, forms, version=version),
    )
    if not edited.saved:
        return _edit_page(request, edited.form, title=title, back=back, merge=edited.merge)
    messages.success(request, edited.told("Deal saved."))
    return redirect(back)


def _saved(request: WorkspaceRequest, forms: DealForms, *, version: int | None) -> bool:
    """Save what valid forms hold; False where it was refused, which the deal's form then tells."""
    with refused_in_form(
        forms.deal,
        {
            AmountNegative: its_field,
            LineRefused: its_field,
            OutcomeNeeded: "stage",
            WonPastThreshold: its_field,
        },
    ):
        save_deal(deal=forms.instance, by=request.membership, lines=forms.typed(), version=version)
        return True
    return False


def _edit_page(
    request: WorkspaceRequest,
    forms: DealForms,
    *,
    title: str,
    back: str,
    merge: Merge | None = None,
) -> HttpResponse:
    context = {
        "form": forms.deal,
        "lines": forms.shown,
        "empty_line": LineForm(key="new"),
        "merge": merge,
        "title": title,
        "back": back,
    }
    refused = forms.deal.is_bound and not forms.asks_for_more
    status = 409 if merge and merge.conflicts else 422 if refused else 200
    return render(request, "execute/deal_form.html", context, status=status)
