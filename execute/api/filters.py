"""What the API's lists can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from execute.models import Deal, Expense, Task, Touch
from execute.queries.deals import past_due


class DealFilter(filters.FilterSet):  # type: ignore[misc]
    """Deals by stage, outcome, people, programs and dates."""

    owner = filters.NumberFilter(field_name="owner_id")
    past_due = filters.BooleanFilter(
        method="by_due", label="Still open after its expected close date"
    )
    closed_after = filters.DateFilter(field_name="closed_date", lookup_expr="gte")
    closed_before = filters.DateFilter(field_name="closed_date", lookup_expr="lte")
    updated_after = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Deal
        fields = ("stage", "outcome", "account", "contact", "product", "program")

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
