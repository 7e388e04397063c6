"""A deal's prices in another currency."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.approvals import WonPastThreshold
from execute.actions.pricing import day_of, price_deal
from execute.forms.pricing import PriceForm
from execute.queries.deals import deals
from execute.queries.rates import NoRate, TooLarge
from ipeo.actions.versions import EditedMeanwhile
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import Field, its_field, overtaken_in_form, refused_in_form


@page("deals.edit")
def price(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a deal's prices in the currency of its offer."""
    deal = get_object_or_404(deals(), pk=pk)
    form = PriceForm(request.POST or None, deal=deal)
    if request.method == "POST" and form.is_valid():
        told: dict[type[Exception], Field] = {
            NoRate: "currency",
            TooLarge: None,
            WonPastThreshold: its_field,
        }
        with (
            refused_in_form(form, told),
            overtaken_in_form(form, EditedMeanwhile, seen="version"),
        ):
            price_deal(deal=deal, **form.cleaned_data)
            messages.success(request, "Prices saved.")
            return redirect(link("execute:deal", pk))
    context = {"form": form, "deal": deal, "day": day_of(deal)}
    return render(request, "execute/price.html", context, status=422 if form.is_bound else 200)
