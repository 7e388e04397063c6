"""The outcome of a deal, as a thumb gives it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from execute.forms.approvals import weigh_against_list
from execute.models import Deal, DiscountApproval, Driver, InReturn, Material, Outcome
from execute.queries.discounts import margin_of
from execute.queries.materials import materials_for_deal
from insight.models import Competitor
from ipeo.forms import DateInput
from ipeo.queries.kept import in_use
from ipeo.queries.named import id_in
from ipeo.typed import MoneyField

ENDINGS = [(str(one.value), str(one.label)) for one in Outcome if one != Outcome.OPEN]


class OutcomeForm(forms.Form):
    """How a deal ended, what decided it, at what price, and what helped.

    `order` holds the chosen drivers in the order in which they were touched: the first decided
    most. Without it they stand in the workspace's order.
    """

    outcome = forms.ChoiceField(choices=ENDINGS, widget=forms.RadioSelect())
    won_drivers = forms.ModelMultipleChoiceField(
        Driver.objects.none(),
        required=False,
        label="What decided it?",
        widget=forms.CheckboxSelectMultiple(),
    )
    lost_drivers = forms.ModelMultipleChoiceField(
        Driver.objects.none(),
        required=False,
        label="What decided it?",
        widget=forms.CheckboxSelectMultiple(),
    )
    order = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput())
    competitor = forms.ModelChoiceField(
        Competitor.objects.none(),
        required=False,
        label="Lost to",
        empty_label="Not known",
        blank=True,
        widget=forms.RadioSelect(),
    )
    net_amount = MoneyField(required=False, label="Net price")
    list_amount = MoneyField(required=False, label="List price")
    in_return = forms.ChoiceField(
        choices=InReturn.choices,
        required=False,
        label="What does the buyer give in return?",
        widget=forms.RadioSelect(),
    )
    in_return_note = forms.CharField(
        required=False, max_length=500, label="Details", widget=forms.TextInput()
    )
    materials = forms.ModelMultipleChoiceField(
        Material.objects.none(),
        required=False,
        label="What helped?",
        widget=forms.CheckboxSelectMultiple(),
    )
    note = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    closed_date = forms.DateField(required=False, label="Closed on", widget=DateInput())
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    logged_at = forms.DateTimeField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        self.deal = deal
        kwargs.setdefault("initial", self._stored(deal))
        super().__init__(*args, **kwargs)
        said = deal.deal_drivers.values_list("driver", flat=True)
        usable = in_use(Driver.objects.order_by("position", "pk"), *said)
        self._offer("won_drivers", usable.filter(decides_won=True))
        self._offer("lost_drivers", usable.filter(decides_lost=True))
        self._offer("competitor", in_use(Competitor.objects.order_by("name"), deal.competitor_id))
        self._offer("materials", materials_for_deal(deal, with_named=True))
        self.fields["closed_date"].widget.attrs["max"] = timezone.localdate().isoformat()
        if deal.list_amount is not None:
            del self.fields["list_amount"]
            weigh_against_list(self.fields["net_amount"], deal)

    def _offer(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    @staticmethod
    def _stored(deal: Deal) -> dict[str, Any]:
        """Return what is logged already, to be corrected; of an open deal, what is known."""
        given: dict[str, Any] = {"net_amount": deal.net_amount, "version": deal.version}
        asked = DiscountApproval.objects.filter(deal=deal).order_by("-pk").first()
        if asked is not None:
            given |= {"in_return": asked.in_return, "in_return_note": asked.in_return_note}
        if deal.outcome == Outcome.OPEN:
            return given
        drivers = [row.driver_id for row in deal.deal_drivers.order_by("rank", "pk")]
        return given | {
            "outcome": deal.outcome,
            "won_drivers": drivers,
            "lost_drivers": drivers,
            "order": ",".join(str(pk) for pk in drivers),
            "competitor": deal.competitor_id,
            "materials": list(deal.deal_materials.values_list("material_id", flat=True)),
            "note": deal.outcome_note,
            "closed_date": deal.closed_date,
        }

    @property
    def margin(self) -> str:
        """The contribution margin at list price, a share, for the page's own script."""
        margin = margin_of(self.deal)
        return "" if margin is None else f"{margin:.6f}"

    @property
    def price_drivers(self) -> str:
        """The ids of the drivers that are the price, for the page's own script."""
        ids = Driver.objects.filter(is_price=True).values_list("pk", flat=True)
        return " ".join(str(pk) for pk in ids)

    def chosen(self) -> dict[str, Any]:
        """Return what `log_outcome` takes, the drivers in the order in which they were touched."""
        given = self.cleaned_data
        won = given["outcome"] == Outcome.WON
        drivers = list(given["won_drivers" if won else "lost_drivers"])
        touched = [id_in(pk.strip()) for pk in given["order"].split(",")]
        place = {pk: number for number, pk in reversed(list(enumerate(touched)))}
        drivers.sort(key=lambda driver: place.get(driver.pk, len(touched)))
        return {
            "outcome": given["outcome"],
            "drivers": drivers,
            "competitor": given["competitor"] if given["outcome"] == Outcome.LOST else None,
            "net_amount": given["net_amount"],
            "list_amount": given.get("list_amount"),
            "materials": list(given["materials"]),
            "note": given["note"],
            "in_return": given["in_return"],
            "in_return_note": given["in_return_note"],
            "closed_date": given["closed_date"] or self._day_logged(),
        }

    def _day_logged(self) -> date | None:
        """Return the day on which an outcome that waited was logged, and not the day it arrived."""
        at: datetime | None = self.cleaned_data["logged_at"]
        if at is None or self.deal.closed_date is not None:
            return None
        return timezone.localdate(min(at, timezone.now()))

    def refuse(self, field: str, message: str) -> None:
        """Tell what cannot be taken, at the field where it is mended."""
        if field == "drivers":
            won = self.cleaned_data.get("outcome") == Outcome.WON
            field = "won_drivers" if won else "lost_drivers"
        self.add_error(field if field in self.fields else None, message)
