"""What the API's lists can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from insight.models import Account, Competitor, CompetitorMove, Contact, Disposition, Finding
from ipeo.models import Cycle


class WordsFilter(filters.CharFilter):  # type: ignore[misc]
    """Rows of which one of some columns holds every word."""

    def __init__(self, *columns: str) -> None:
        super().__init__(label="Words that must all occur")
        self.columns = columns

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows that hold every word."""
        for word in (value or "").split():
            anywhere = Q()
            for column in self.columns:
                anywhere |= Q(**{f"{column}__icontains": word})
            qs = qs.filter(anywhere)
        return qs


class AccountFilter(filters.FilterSet):  # type: ignore[misc]
    """Accounts by words, industry, region, country and owner."""

    q = WordsFilter("name", "website", "industry", "region", "country")
    industry = filters.CharFilter(lookup_expr="iexact")
    region = filters.CharFilter(lookup_expr="iexact")
    country = filters.CharFilter(lookup_expr="iexact")
    owner = filters.NumberFilter(field_name="owner_id")

    class Meta:
        model = Account
        fields = ()


class ContactFilter(filters.FilterSet):  # type: ignore[misc]
    """Contacts by words, account, source, consent, owner and first contact."""

    q = WordsFilter("name", "email", "title", "source", "account__name")
    email = filters.CharFilter(lookup_expr="iexact")
    source = filters.CharFilter(lookup_expr="iexact")
    account = filters.ModelChoiceFilter(queryset=Account.objects.all())
    owner = filters.NumberFilter(field_name="owner_id")
    lead_date_from = filters.DateFilter(field_name="lead_date", lookup_expr="gte")
    lead_date_to = filters.DateFilter(field_name="lead_date", lookup_expr="lte")

    class Meta:
        model = Contact
        fields = ("consent",)


class MoveFilter(filters.FilterSet):  # type: ignore[misc]
    """Rivals' moves by rival, kind and date."""

    competitor = filters.ModelChoiceFilter(queryset=Competitor.objects.all())
    happened_from = filters.DateFilter(field_name="happened_on", lookup_expr="gte")
    happened_to = filters.DateFilter(field_name="happened_on", lookup_expr="lte")

    class Meta:
        model = CompetitorMove
        fields = ("kind",)


class FindingFilter(filters.FilterSet):  # type: ignore[misc]
    """Findings by words, campaign, source, confidence, validity, and what a cycle decided."""

    q = WordsFilter("statement", "detail")
    expired = filters.BooleanFilter(method="by_expiry")
    cycle = filters.ModelChoiceFilter(
        queryset=Cycle.objects.all(), field_name="dispositions__cycle"
    )
    decision = filters.ChoiceFilter(
        choices=Disposition.Decision.choices, method="by_decision", label="In any open cycle"
    )

    class Meta:
        model = Finding
        fields = ("campaign", "source", "confidence")

    def by_expiry(self, rows: QuerySet[Finding], name: str, value: bool) -> QuerySet[Finding]:
        """Return those that have expired, or those that still hold."""
        expired = Q(expires_on__lt=timezone.localdate())
        return rows.filter(expired) if value else rows.exclude(expired)

    def by_decision(self, rows: QuerySet[Finding], name: str, value: str) -> QuerySet[Finding]:
        """Return those on which an open cycle decided so."""
        held = Disposition.objects.filter(decision=value, cycle__closed_at=None)
        return rows.filter(pk__in=held.values("finding"))
