"""Expenses, exchange rates and rules of spend over the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions import expenses, rates, recurring, rules
from execute.actions.versions import EditedMeanwhile
from execute.api.filters import ExpenseFilter
from execute.api.views import WriteViewSet
from execute.models import ExchangeRate, Expense, SpendRule
from execute.queries.rates import NoRate, TooLarge
from ipeo.api.problems import Conflict


@contextmanager
def answered() -> Iterator[None]:
    """Turn what an action raises into a problem document."""
    try:
        yield
    except (expenses.NothingToSpendOn, rules.LeadsNowhere) as refusal:
        raise ValidationError({"program": [str(refusal)]}) from None
    except NoRate as refusal:
        raise ValidationError({"original_currency": [str(refusal)]}) from None
    except TooLarge as refusal:
        raise ValidationError({"original_amount": [str(refusal)]}) from None
    except rates.OwnCurrency as refusal:
        raise ValidationError({"currency": [str(refusal)]}) from None
    except rules.PatternRefused as refusal:
        raise ValidationError({"text": [str(refusal)]}) from None
    except expenses.NotCommitted as refusal:
        raise Conflict(str(refusal)) from None
    except recurring.CannotRecur as refusal:
        raise ValidationError({"until": [str(refusal)]}) from None
    except EditedMeanwhile as refusal:
        raise Conflict(f"{refusal} It is at version {refusal.row.version} now.") from None


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
                {"amount": ["Give it in the workspace's currency or in another, not in both."]}
            )
        if "amount" in attrs:
            if attrs.get("original_currency"):
                raise serializers.ValidationError(
                    {"original_amount": ["Say how much it is in this currency."]}
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


class ExpenseView(mixins.DestroyModelMixin, WriteViewSet):
    """Expenses."""

    permission = "expenses.view"
    change_permission = "expenses.edit"
    serializer_class = ExpenseSerializer
    queryset = Expense.objects.select_related("program", "channel")
    filterset_class = ExpenseFilter

    def keep(self, row: Expense) -> Expense:
        """Save an expense, over the version that was sent with it."""
        with answered():
            return expenses.save_expense(expense=row, version=row.version if row.pk else None)

    def perform_destroy(self, instance: Expense) -> None:
        """Remove an expense."""
        expenses.delete_expense(expense=instance)

    @extend_schema(request=RepeatSerializer, responses=ExpenseSerializer(many=True))
    @action(detail=True, methods=["post"])
    def repeat(self, request: Request, pk: int) -> Response:
        """Write what is planned or committed down for each later month too; answers all of them."""
        row = self.get_object()
        given = RepeatSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with answered():
            made = recurring.repeat_expense(expense=row, **given.validated_data)
        return Response(ExpenseSerializer(made, many=True).data)

    @extend_schema(request=InvoiceSerializer, responses=ExpenseSerializer)
    @action(detail=True, methods=["post"])
    def invoice(self, request: Request, pk: int) -> Response:
        """Turn what was committed into what was paid; 409 where it is not committed."""
        row = self.get_object()
        given = InvoiceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with answered():
            row = expenses.invoice_arrived(expense=row, **given.validated_data)
        return Response(ExpenseSerializer(row).data)


class ExchangeRateSerializer(serializers.ModelSerializer[ExchangeRate]):
    """What one unit of a currency is worth in the workspace's from a day on."""

    class Meta:
        model = ExchangeRate
        fields = ("id", "currency", "date", "rate", "origin", "set_by", "set_at")
        read_only_fields = ("set_by", "set_at")


class ConvertedSerializer(serializers.Serializer[Any]):
    """How many rows were converted anew."""

    expenses = serializers.IntegerField()
    deals = serializers.IntegerField()


class ExchangeRateView(mixins.DestroyModelMixin, WriteViewSet):
    """Exchange rates; one for the same currency and day takes the other's place."""

    permission = "expenses.view"
    change_permission = "expenses.edit"
    serializer_class = ExchangeRateSerializer
    queryset = ExchangeRate.objects.all()
    filterset_fields = ("currency", "date")

    def keep(self, row: ExchangeRate) -> ExchangeRate:
        """Save a rate."""
        with answered():
            return rates.save_rate(rate=row, by=self.membership)

    def perform_destroy(self, instance: ExchangeRate) -> None:
        """Remove a rate; what was converted at it stays."""
        rates.delete_rate(rate=instance)

    @extend_schema(request=None, responses=ConvertedSerializer)
    @action(detail=False, methods=["post"], url_path="convert-anew")
    def convert_anew(self, request: Request) -> Response:
        """Convert anew every amount whose day has another rate by now."""
        changed = rates.convert_anew()
        return Response({"expenses": changed.expenses, "deals": changed.deals})


class SpendRuleSerializer(serializers.ModelSerializer[SpendRule]):
    """Where spend belongs that reads in a certain way; the first that fits decides."""

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


class SpendRuleView(mixins.DestroyModelMixin, WriteViewSet):
    """Rules of spend; saving one places what is there, removing one puts it back."""

    permission = "expenses.view"
    change_permission = "expenses.edit"
    serializer_class = SpendRuleSerializer
    queryset = SpendRule.objects.all()
    filterset_fields = ("field", "comparison", "program", "channel")

    def keep(self, row: SpendRule) -> SpendRule:
        """Save a rule and apply it."""
        with answered():
            return rules.save_rule(rule=row, by=self.membership).rule

    def perform_destroy(self, instance: SpendRule) -> None:
        """Remove a rule; what it placed stands as it came."""
        rules.remove_rule(rule=instance)
