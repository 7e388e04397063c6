"""Deals, as they are typed and looked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms

from execute.forms.fields import ContactField, offer_accounts, offer_members
from execute.models import Deal, DealLine, DealStage, Driver, Outcome
from execute.queries.behind import Behind, NoSuchFigure, behind
from execute.queries.deals import DECIDED
from insight.forms.catalog import AccountField
from insight.models import Product
from ipeo.forms import DateInput
from ipeo.models import Campaign, Membership
from ipeo.queries.kept import in_use
from ipeo.queries.members import members_of
from ipeo.tenancy import current_workspace
from ipeo.typed import MoneyField
from plan.models import Program

FIRST = ("product", "quantity", "list_amount", "net_amount", "cost_amount")


def plain(quantity: Decimal) -> str:
    """Return a quantity without the zeros that say nothing: 5 for 5.00."""
    return f"{quantity.normalize():f}"


class DealForm(forms.ModelForm[Deal]):
    """A deal; `version` is the one its writer saw.

    Where the deal sells several products its own fields hold the `first` of its lines.
    """

    account = AccountField(required=False)
    contact = ContactField(required=False, help_text="By name or email address.")
    list_amount = MoneyField(
        required=False, label="List price", help_text="Leave empty to use the product's."
    )
    net_amount = MoneyField(required=False, label="Net price")
    cost_amount = MoneyField(
        required=False, label="Cost", help_text="Leave empty to use the product's."
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Deal
        fields = (
            "name",
            "account",
            "contact",
            "stage",
            "owner",
            "expected_close_date",
            "product",
            "quantity",
            "list_amount",
            "net_amount",
            "cost_amount",
            "program",
        )
        labels = {
            "expected_close_date": "Expected to close",
            "program": "Program offer",
        }
        help_texts = {"program": ""}
        widgets = {"expected_close_date": DateInput()}

    def __init__(self, *args: Any, first: DealLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first is not None:
            self.initial.update({name: getattr(first, name) for name in FIRST})
            self.initial["product"] = first.product_id
        if isinstance(self.initial.get("quantity"), Decimal):
            self.initial["quantity"] = plain(self.initial["quantity"])
        offer_members(self)
        offer_accounts(self)
        held = first.product_id if first is not None else self.instance.product_id
        for name, queryset, empty in (
            ("product", in_use(Product.objects.order_by("name"), held), "Not known"),
            ("program", Program.objects.order_by("name"), "No program"),
            ("stage", self._stages(), None),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.empty_label = queryset, empty
        self.fields["quantity"].required = False
        for field in self.fields.values():
            field.show_hidden_initial = self.instance.pk is not None
        self.fields["version"].show_hidden_initial = False
        self.initial["version"] = self.instance.version

    def _stages(self) -> Any:
        """Return the stages that saving may put the deal into: it ends by its outcome alone."""
        held = self.instance.outcome if self.instance.pk else Outcome.OPEN
        staged = DealStage.objects.filter(outcome=held).order_by("position")
        return in_use(staged, self.instance.stage_id)

    def clean_quantity(self) -> Any:
        """Take one for a quantity that is left empty."""
        value = self.cleaned_data.get("quantity")
        return 1 if value is None else value

    def typed(self) -> DealLine:
        """Return what was typed of the first product as a line."""
        return DealLine(position=1, **{name: self.cleaned_data.get(name) for name in FIRST})


class DealFilterForm(forms.Form):
    """Narrows the list of deals."""

    q = forms.CharField(required=False, label="Search", max_length=100)
    stage = forms.ModelChoiceField(
        DealStage.objects.order_by("position"), required=False, empty_label="Any stage"
    )
    outcome = forms.ChoiceField(
        choices=[("", "Any outcome"), *Outcome.choices, (DECIDED, "Won or lost")], required=False
    )
    owner = forms.ChoiceField(required=False)
    due = forms.ChoiceField(
        choices=[("", "Any date"), ("past", "Past its close date")], required=False
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("name"), required=False, empty_label="Any campaign"
    )
    account = AccountField(required=False)
    product = forms.ModelChoiceField(
        Product.objects.order_by("name"), required=False, empty_label="Any product"
    )
    program = forms.ModelChoiceField(
        Program.objects.order_by("name"),
        required=False,
        empty_label="Any program",
        label="Program offer",
    )
    closes_from = forms.DateField(required=False, label="Closes from", widget=DateInput())
    closes_to = forms.DateField(required=False, label="Closes to", widget=DateInput())
    net_from = MoneyField(required=False, label="Net price from")
    net_to = MoneyField(required=False, label="Net price to")
    counted_from = forms.DateField(required=False, label="Counted from", widget=DateInput())
    counted_to = forms.DateField(required=False, label="Counted to", widget=DateInput())
    behind = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput())

    FEW = ("q", "stage", "outcome", "owner", "due")

    def __init__(self, data: Mapping[str, Any] | None, *, member: Membership) -> None:
        super().__init__(data)
        self.member = member
        offer_accounts(self)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [("", "Anyone"), ("mine", "Me")] + [
            (str(other.pk), str(other))
            for other in members_of(current_workspace())
            if other.pk != member.pk
        ]

    def clean_behind(self) -> Behind | None:
        """Return the deals behind a figure that was clicked on."""
        wish: str = self.cleaned_data["behind"]
        try:
            return behind(wish) if wish else None
        except NoSuchFigure as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def behind_words(self) -> str:
        """What the deals behind a figure are called, empty where none is asked for."""
        held = self.cleaned_data.get("behind") if self.is_valid() else None
        return held.words if held else ""

    def wanted(self) -> dict[str, Any]:
        """Return what the filter asks for, as `matching_deals` takes it."""
        given = self.cleaned_data if self.is_valid() else {}
        owner = given.get("owner", "")
        whose = self.member if owner == "mine" else int(owner) if owner else None
        asked = {name: given.get(name) or "" for name in ("outcome", "due")}
        others = set(self.fields) - {"q", "owner", *asked}
        return {
            "search": given.get("q", ""),
            "owner": whose,
            **asked,
            **{name: given.get(name) for name in others},
        }

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that always show."""
        return [self[name] for name in self.FEW]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields behind a fold."""
        return [field for field in self.visible_fields() if field.name not in self.FEW]

    @property
    def folds(self) -> bool:
        """Whether none of the folded fields says anything."""
        return not any(field.data for field in self.more)

    @property
    def query(self) -> str:
        """What the filter asks for, as it stands behind the list's address."""
        given = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({name: text for name, text in given.items() if text})


class SaveViewForm(forms.Form):
    """A name for the filter that stands."""

    name = forms.CharField(max_length=80, label="View name")
    is_shared = forms.BooleanField(required=False, label="Share with everyone")
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput())


class MoveForm(forms.Form):
    """A stage to move a deal to."""

    stage = forms.ModelChoiceField(DealStage.objects.all())
    version = forms.IntegerField(required=False)


class StageForm(forms.ModelForm[DealStage]):
    """A column of the board."""

    class Meta:
        model = DealStage
        fields = ("name", "position", "outcome", "is_proposal", "is_active")
        labels = {
            "outcome": "Stage type",
            "is_proposal": "Buyer has an offer",
            "is_active": "Active",
        }
        help_texts = {"is_proposal": ""}


class DriverForm(forms.ModelForm[Driver]):
    """Something that decides deals."""

    class Meta:
        model = Driver
        help_texts = {"buyer_name": ""}
        fields = (
            "name",
            "buyer_name",
            "position",
            "decides_won",
            "decides_lost",
            "is_price",
            "is_active",
        )
        labels = {
            "buyer_name": "Wording for buyers, if different",
            "decides_won": "For won deals",
            "decides_lost": "For lost deals",
            "is_price": "This driver is price",
            "is_active": "Active",
        }


StageFormSet = forms.modelformset_factory(DealStage, form=StageForm, extra=2, can_delete=True)
DriverFormSet = forms.modelformset_factory(Driver, form=DriverForm, extra=2, can_delete=True)
