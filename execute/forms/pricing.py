"""A deal's prices in another currency, as they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from execute.forms.expenses import CurrencyField
from execute.models import Deal
from ipeo.tenancy import current_workspace
from ipeo.typed import MoneyField


class PriceForm(forms.Form):
    """What the offer says, in the currency it is made in."""

    currency = CurrencyField()
    list_amount = MoneyField(required=False, label="List price")
    net_amount = MoneyField(required=False, label="Net price")
    cost_amount = MoneyField(required=False, label="Cost")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Mapping[str, Any] | None, *, deal: Deal) -> None:
        home = current_workspace().currency
        foreign = bool(deal.original_currency)
        before = "original_" if foreign else ""
        initial = {
            name: getattr(deal, f"{before}{name}")
            for name in ("list_amount", "net_amount", "cost_amount")
        }
        initial |= {"currency": deal.original_currency or home, "version": deal.version}
        super().__init__(data, initial=initial)
        self.fields["cost_amount"].help_text = "Leave empty to keep the current amount."
