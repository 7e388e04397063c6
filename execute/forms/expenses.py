"""Expenses, exchange rates and rules of spend, as they are typed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from execute.models import ExchangeRate, Expense, SpendRule
from insight.models import Channel
from ipeo.forms import DateInput
from ipeo.merging import versioned
from ipeo.models import Campaign, Cycle
from ipeo.numerics.ranges import month_after
from ipeo.queries.kept import in_use
from ipeo.tenancy import current_workspace
from ipeo.typed import MoneyField
from plan.models import Program

MOST_BYTES = 2 * 1024 * 1024


def _offer(form: forms.BaseForm, name: str, queryset: Any, empty: str) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset, field.empty_label = queryset, empty


class CurrencyField(forms.CharField):
    """The three letters of a currency, in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocapitalize": "characters"}))
        super().__init__(max_length=3, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the code."""
        code = super().clean(value).upper()
        if code and not re.fullmatch(r"[A-Z]{3}", code):
            raise ValidationError("Use the three letters of a currency, such as GBP.")
        return code


class ExpenseForm(forms.ModelForm[Expense]):
    """Money for a program or a channel, in any currency there is a rate for."""

    amount = MoneyField()
    currency = CurrencyField(required=False)

    class Meta:
        model = Expense
        fields = ("date", "amount", "state", "program", "channel", "description")
        labels = {"state": "Status"}
        widgets = {"date": DateInput()}

    field_order = ("date", "amount", "currency", "state", "program", "channel", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = current_workspace().currency
        _offer(self, "program", Program.objects.order_by("name"), "No program")
        channels = in_use(Channel.objects.order_by("name"), self.instance.channel_id)
        _offer(self, "channel", channels, "Use the program's")
        self.initial["currency"] = self.instance.original_currency or home
        self.fields[
            "currency"
        ].help_text = f"Other currencies are converted to {home} at the rate on that date."
        if self.instance.original_currency:
            self.initial["amount"] = self.instance.original_amount
        versioned(self)
        if self.instance.pk is None:
            self.fields["until"] = forms.DateField(
                required=False,
                label="Repeat monthly until",
                widget=DateInput(),
                help_text="For monthly planned or committed costs, such as a retainer.",
            )
        elif self.instance.series is not None and self.instance.state != Expense.State.ACTUAL:
            self.fields["later"] = forms.BooleanField(
                required=False, label="Also change later expenses in the series, except their dates"
            )

    @property
    def merged_fields(self) -> tuple[str, ...]:
        """The fields that two people may both have changed."""
        return (*(self._meta.fields or ()), "currency")

    def clean(self) -> dict[str, Any]:
        """Keep what was said in another currency beside what it is worth."""
        cleaned = super().clean() or {}
        currency = cleaned.get("currency", "")
        foreign = bool(currency) and currency != current_workspace().currency
        self.instance.original_currency = currency if foreign else ""
        self.instance.original_amount = cleaned.get("amount") if foreign else None
        return cleaned


class InvoiceForm(forms.Form):
    """What the invoice says."""

    amount = MoneyField(label="Invoice amount")
    day = forms.DateField(label="Invoice date", widget=DateInput())


class MonthInput(forms.TextInput):
    """The browser's own month field."""

    input_type = "month"


class ExpenseFilterForm(forms.Form):
    """Narrows the expenses."""

    cycle = forms.ModelChoiceField(
        Cycle.objects.select_related("campaign").order_by("-starts_on", "-pk"),
        required=False,
        empty_label="Any time",
        label="Campaign and cycle",
    )
    program = forms.ModelChoiceField(
        Program.objects.order_by("name"), required=False, empty_label="Any program"
    )
    channel = forms.ModelChoiceField(
        Channel.objects.order_by("name"), required=False, empty_label="Any channel"
    )
    month = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", required=False, widget=MonthInput())
    state = forms.ChoiceField(choices=[("", "Any state"), *Expense.State.choices], required=False)
    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("name"), required=False, empty_label="Any campaign"
    )
    date_from = forms.DateField(required=False, label="From", widget=DateInput())
    date_to = forms.DateField(required=False, label="Until", widget=DateInput())

    def clean_month(self) -> tuple[date, date] | None:
        """Return the month's first day, and the next month's."""
        text: str = self.cleaned_data["month"]
        if not text or text.startswith("0000"):
            return None
        first = date(int(text[:4]), int(text[5:]), 1)
        return (first, month_after(first, 1)) if first.year < 9999 else None


class RateForm(forms.ModelForm[ExchangeRate]):
    """One rate."""

    currency = CurrencyField()
    rate = forms.DecimalField(max_digits=18, decimal_places=8, label="Rate")

    class Meta:
        model = ExchangeRate
        fields = ("currency", "date", "rate", "origin")
        labels = {"date": "From", "origin": "Source"}
        widgets = {"date": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = current_workspace().currency
        self.fields["rate"].help_text = f"In {home}. Applies until the next rate."


class PasteRatesForm(forms.Form):
    """Many rates at once, pasted or in a file."""

    lines = forms.CharField(
        required=False,
        label="Paste rates",
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "GBP 2026-05-01 1.2731"}),
        help_text="One per line: currency, date, rate.",
    )
    upload = forms.FileField(
        required=False,
        label="Or upload a file",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"}),
    )
    origin = forms.CharField(required=False, max_length=200, label="Source")

    def clean(self) -> dict[str, Any]:
        """Return the text of either."""
        cleaned = super().clean() or {}
        upload = cleaned.get("upload")
        if upload is not None:
            if upload.size > MOST_BYTES:
                raise ValidationError("The file is larger than 2 MB.")
            try:
                cleaned["lines"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise ValidationError("The file is not plain text in UTF-8.") from None
        if not cleaned.get("lines", "").strip():
            raise ValidationError("Paste rates or choose a file.")
        return cleaned


class RuleForm(forms.ModelForm[SpendRule]):
    """Where spend belongs that reads in a certain way."""

    class Meta:
        model = SpendRule
        fields = ("field", "comparison", "text", "program", "channel", "position")
        labels = {"field": "Where the", "comparison": "How", "position": "Order"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "program", Program.objects.order_by("name"), "No program")
        channels = in_use(Channel.objects.order_by("name"), self.instance.channel_id)
        _offer(self, "channel", channels, "Keep the row's channel")
        self.fields["position"].help_text = "The matching rule with the lowest number applies."


class MatchForm(forms.Form):
    """The program that a campaign's spend belongs to."""

    name = forms.CharField(max_length=300, strip=False)
    program = forms.ModelChoiceField(Program.objects.all())
