"""What the API's lists can be narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from execute.models import Deal, Expense, Task, Touch
from execute.queries.behind import NoSuchFigure, behind
from execute.queries.deals import closes, counted, has_words, of_campaign, past_due
from execute.queries.lines import sells
from insight.models import Product


class DealFilter(filters.FilterSet):  # type: ignore[misc]
    """Deals by words, stage, outcome, people, programs, dates and amounts."""

    search = filters.CharFilter(method="by_words", label="Words in its name or its buyer's")
    campaign = filters.NumberFilter(method="by_campaign", label="Deals of a campaign, by its id")
    closes_from = filters.DateFilter(
        method="by_closing", label="Ended, or expected to close, on this day or later"
    )
    closes_to = filters.DateFilter(
        method="by_closing", label="Ended, or expected to close, until this day"
    )
    counted_from = filters.DateFilter(
        method="by_counting", label="Counted by figures on this day or later"
    )
    counted_to = filters.DateFilter(method="by_counting", label="Counted by figures until this day")
    behind = filters.CharFilter(
        method="by_figure", label="Deals behind a figure, such as first.program.12"
    )
    net_from = filters.NumberFilter(field_name="net_amount", lookup_expr="gte")
    net_to = filters.NumberFilter(field_name="net_amount", lookup_expr="lte")

    owner = filters.NumberFilter(field_name="owner_id")
    product = filters.ModelChoiceFilter(
        queryset=lambda request: Product.objects.all(),
        method="by_product",
        label="Sells this product, alone or as one of several",
    )
    past_due = filters.BooleanFilter(
        method="by_due", label="Still open after its expected close date"
    )
    closed_after = filters.DateFilter(field_name="closed_date", lookup_expr="gte")
    closed_before = filters.DateFilter(field_name="closed_date", lookup_expr="lte")
    updated_after = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Deal
        fields = ("stage", "outcome", "account", "contact", "program")

    def by_words(self, found: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Return the deals in which every word stands."""
        return found.filter(has_words(value))

    def by_product(self, found: QuerySet[Any], name: str, value: Product) -> QuerySet[Any]:
        """Return the deals that sell a product."""
        return found.filter(sells(value))

    def by_campaign(self, found: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Return the deals of a campaign."""
        return found.filter(of_campaign(int(value)))

    def by_closing(self, found: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Return the deals that close from a day on, or until one."""
        first, last = (value, date.max) if name == "closes_from" else (date.min, value)
        return found.filter(closes(first, last))

    def by_counting(self, found: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Return the deals that figures count from a day on, or until one."""
        first, last = (value, date.max) if name == "counted_from" else (date.min, value)
        return found.filter(counted(first, last))

    def by_figure(self, found: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Return the deals behind a figure; none for one that is not known."""
        try:
            return found.filter(behind(value).condition)
        except NoSuchFigure:
            return found.none()

    def by_due(self, found: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Return the deals that are past their close date, or those that are not."""
        return found.filter(past_due()) if value else found.exclude(past_due())


class TouchFilter(filters.FilterSet):  # type: ignore[misc]
    """Touches by buyer, channel, program, kind and time."""

    occurred_after = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")
    occurred_before = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lte")

    class Meta:
        model = Touch
        fields = ("contact", "account", "channel", "program", "kind")


class TaskFilter(filters.FilterSet):  # type: ignore[misc]
    """Tasks by owner, side, state, cycle, program and due date."""

    owner = filters.NumberFilter(field_name="owner_id")
    due_before = filters.DateFilter(field_name="due_date", lookup_expr="lte")

    class Meta:
        model = Task
        fields = ("side", "state", "cycle", "program")


class ExpenseFilter(filters.FilterSet):  # type: ignore[misc]
    """Expenses by program, channel, state and date."""

    date_after = filters.DateFilter(field_name="date", lookup_expr="gte")
    date_before = filters.DateFilter(field_name="date", lookup_expr="lte")

    class Meta:
        model = Expense
        fields = ("program", "channel", "state")
