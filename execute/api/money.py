"""Expenses, exchange rates and rules of spend over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions import expenses, rates, recurring, rules
from execute.api.filters import ExpenseFilter
from execute.models import ExchangeRate, Expense, SpendRule
from execute.queries.rates import NoRate, TooLarge
from ipeo.api.problems import Conflict
from ipeo.api.views import KeptViewSet, VersionedViewSet


class ExpenseSerializer(serializers.ModelSerializer[Expense]):
    """Money for a program or a channel. Give `amount` in the workspace's currency, or
    `original_amount` and `original_currency`: the amount then follows at the rate of its date.
    """

    amount = serializers.DecimalField(max_digits=16, decimal_places=2, required=False)
    original_amount = serializers.DecimalField(
        max_digits=16, decimal_places=2, required=False, allow_null=True
    )
    version = serializers.IntegerField(required=False)
    original_currency = serializers.RegexField(
        r"^[A-Z]{3}$", required=False, allow_blank=True, help_text="Three letters, such as GBP."
    )

    class Meta:
        model = Expense
        fields = (
            "id",
            "date",
            "channel",
            "program",
            "description",
            "amount",
            "original_amount",
            "original_currency",
            "exchange_rate",
            "state",
            "committed_amount",
            "campaign_name",
            "rule",
            "impressions",
            "clicks",
            "series",
            "version",
        )
        read_only_fields = ("exchange_rate", "committed_amount", "rule", "series")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take the amount in one currency, not in two."""
        said = "original_amount" in attrs and attrs["original_amount"] is not None
        if "amount" in attrs and said:
            raise serializers.ValidationError(
                {
                    "amount": [
                        "Enter the amount in the workspace's currency or in another, not both."
                    ]
                }
            )
        if "amount" in attrs:
            if attrs.get("original_currency"):
                raise serializers.ValidationError(
                    {"original_amount": ["Enter the amount in this currency."]}
                )
            attrs |= {"original_currency": "", "original_amount": None}
        elif self.instance is None and not (said and attrs.get("original_currency")):
            raise serializers.ValidationError({"amount": ["This field is required."]})
        return attrs


class InvoiceSerializer(serializers.Serializer[Any]):
    """What an invoice says, in the currency of the order."""

    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    day = serializers.DateField()


class RepeatSerializer(serializers.Serializer[Any]):
    """Until when an expense recurs, month by month."""

    until = serializers.DateField()


class ExpenseView(mixins.DestroyModelMixin, VersionedViewSet):
    """Expenses."""

    permission = "expenses.view"
    change_permission = "expenses.edit"
    serializer_class = ExpenseSerializer
    queryset = Expense.objects.select_related("program", "channel")
    filterset_class = ExpenseFilter
    refused_as = {
        expenses.NothingToSpendOn: "program",
        expenses.NotCommitted: Conflict,
        recurring.CannotRecur: "until",
        NoRate: "original_currency",
        TooLarge: "original_amount",
    }

    def keep(self, row: Expense, version: int | None = None) -> Expense:
        """Save an expense."""
        return expenses.save_expense(expense=row, version=version)

    def perform_destroy(self, instance: Expense) -> None:
        """Remove an expense."""
        expenses.delete_expense(expense=instance)

    @extend_schema(request=RepeatSerializer, responses=ExpenseSerializer(many=True))
    @action(detail=True, methods=["post"])
    def repeat(self, request: Request, pk: int) -> Response:
        """Repeat planned or committed spend in each later month; returns all of them."""
        made = recurring.repeat_expense(expense=self.get_object(), **self.sent(RepeatSerializer))
        return Response(ExpenseSerializer(made, many=True).data)

    @extend_schema(request=InvoiceSerializer, responses=ExpenseSerializer)
    @action(detail=True, methods=["post"])
    def invoice(self, request: Request, pk: int) -> Response:
        """Turn committed spend into actual spend; 409 if it is not committed."""
        row = expenses.invoice_arrived(expense=self.get_object(), **self.sent(InvoiceSerializer))
        return Response(ExpenseSerializer(row).data)


class ExchangeRateSerializer(serializers.ModelSerializer[ExchangeRate]):
    """What one unit of a currency is worth in the workspace's from a day on."""

    class Meta:
        model = ExchangeRate
        fields = ("id", "currency", "date", "rate", "origin", "set_by", "set_at")
        read_only_fields = ("set_by", "set_at")


class ConvertedSerializer(serializers.Serializer[Any]):
    """How many rows were converted again."""

    expenses = serializers.IntegerField()
    deals = serializers.IntegerField()


class ExchangeRateView(mixins.DestroyModelMixin, KeptViewSet):
    """Exchange rates; a rate for the same currency and day is replaced."""

    permission = "expenses.view"
    change_permission = "expenses.edit"
    serializer_class = ExchangeRateSerializer
    queryset = ExchangeRate.objects.all()
    filterset_fields = ("currency", "date")
    refused_as = {rates.OwnCurrency: "currency"}

    def keep(self, row: ExchangeRate) -> ExchangeRate:
        """Save a rate."""
        return rates.save_rate(rate=row, by=self.membership)

    def perform_destroy(self, instance: ExchangeRate) -> None:
        """Remove a rate; what was converted at it stays."""
        rates.delete_rate(rate=instance)

    @extend_schema(request=None, responses=ConvertedSerializer)
    @action(detail=False, methods=["post"], url_path="convert-anew")
    def convert_anew(self, request: Request) -> Response:
        """Convert again every amount whose rate has changed."""
        changed = rates.convert_anew()
        return Response({"expenses": changed.expenses, "deals": changed.deals})


class SpendRuleSerializer(serializers.ModelSerializer[SpendRule]):
    """A rule that assigns spend to a program by its text; the first rule that fits decides."""

    class Meta:
        model = SpendRule
        fields = (
            "id",
            "field",
            "comparison",
            "text",
            "program",
            "channel",
            "position",
            "made_by",
            "made_at",
        )
        read_only_fields = ("made_by", "made_at")


class SpendRuleView(mixins.DestroyModelMixin, KeptViewSet):
    """Spend rules; saving one assigns the spend it fits, deleting one undoes that."""

    permission = "expenses.view"
    change_permission = "expenses.edit"
    serializer_class = SpendRuleSerializer
    queryset = SpendRule.objects.all()
    filterset_fields = ("field", "comparison", "program", "channel")
    refused_as = {rules.LeadsNowhere: "program", rules.PatternRefused: "text"}

    def keep(self, row: SpendRule) -> SpendRule:
        """Save a rule and apply it."""
        return rules.save_rule(rule=row, by=self.membership).rule

    def perform_destroy(self, instance: SpendRule) -> None:
        """Remove a rule; what it placed stands as it came."""
        rules.remove_rule(rule=instance)
