"""Exchange rates: the table, and how it is filled."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from execute.actions.rates import OwnCurrency, convert_anew, delete_rate, paste_rates, save_rate
from execute.forms.expenses import PasteRatesForm, RateForm
from execute.models import ExchangeRate
from execute.numerics.rates import Unclear
from execute.queries.rates import outdated
from execute.queries.rates import rates as listed
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_in_form


@page("expenses.view", change="expenses.edit")
def rates(request: WorkspaceRequest) -> HttpResponse:
    """List the rates; take one, or many at once."""
    first = {"date": timezone.localdate()}
    one, many = RateForm(initial=first), PasteRatesForm()
    if request.method == "POST" and request.POST.get("do") == "paste":
        many = PasteRatesForm(request.POST, request.FILES)
        if _pasted(request, many):
            return redirect(link("execute:rates"))
    elif request.method == "POST":
        one = RateForm(request.POST, instance=ExchangeRate(), initial=first)
        if _saved(request, one):
            return redirect(link("execute:rates"))
    context = {
        "page": page_of(
            listed(), order=("currency", "-date", "id"), after=request.GET.get("after", "")
        ),
        "one": one,
        "many": many,
        "outdated": outdated(),
    }
    return render(
        request, "execute/rates.html", context, status=422 if request.method == "POST" else 200
    )


def _saved(request: WorkspaceRequest, form: RateForm) -> bool:
    if not form.is_valid():
        return False
    with refused_in_form(form, {OwnCurrency: "currency"}):
        save_rate(rate=form.instance, by=request.membership)
        messages.success(request, "Rate saved.")
        return True
    return False


def _pasted(request: WorkspaceRequest, form: PasteRatesForm) -> bool:
    if not form.is_valid():
        return False
    given = form.cleaned_data
    with refused_in_form(form, {Unclear: "lines", OwnCurrency: "lines"}):
        changed = paste_rates(text=given["lines"], origin=given["origin"], by=request.membership)
        told = "1 rate is" if changed == 1 else f"{changed:,} rates are"
        messages.success(request, f"{told} new or changed.")
        return True
    return False


@page("expenses.edit")
def delete(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a rate."""
    found = get_object_or_404(ExchangeRate.objects.all(), pk=pk)
    if request.method == "POST":
        delete_rate(rate=found)
        messages.success(request, "Rate deleted. Amounts already converted stay as they are.")
    return redirect(link("execute:rates"))


@page("expenses.edit")
def convert(request: WorkspaceRequest) -> HttpResponse:
    """Convert anew what was converted at rates that have changed."""
    if request.method == "POST":
        changed = convert_anew()
        messages.success(
            request,
            f"Converted again: {changed.expenses:,} expenses and {changed.deals:,} deals.",
        )
    return redirect(link("execute:rates"))
