"""Factories of Execute's rows; they need a workspace's scope."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from execute import models
from execute.actions.reps import reps_named
from tests.factories.insight import AccountFactory, ChannelFactory, ContactFactory, ProductFactory
from tests.factories.ipeo import CycleFactory


class DealStageFactory(DjangoModelFactory):
    class Meta:
        model = models.DealStage
        django_get_or_create = ("name",)

    name = "Opportunity"


class DriverFactory(DjangoModelFactory):
    class Meta:
        model = models.Driver

    name = factory.Sequence(lambda n: f"Driver {n}")


class DealFactory(DjangoModelFactory):
    class Meta:
        model = models.Deal

    name = factory.Sequence(lambda n: f"Deal {n}")
    account = factory.SubFactory(AccountFactory)
    product = factory.SubFactory(ProductFactory)
    stage = factory.SubFactory(DealStageFactory)
    created_date = date(2026, 1, 10)
    list_amount = Decimal("1000.00")
    net_amount = Decimal("950.00")
    cost_amount = Decimal("600.00")

    class Params:
        won = factory.Trait(outcome=models.Outcome.WON, closed_date=date(2026, 3, 1))
        lost = factory.Trait(outcome=models.Outcome.LOST, closed_date=date(2026, 3, 1))


class TouchFactory(DjangoModelFactory):
    class Meta:
        model = models.Touch

    contact = factory.SubFactory(ContactFactory)
    account = factory.LazyAttribute(lambda row: row.contact.account if row.contact else None)
    channel = factory.SubFactory(ChannelFactory)
    kind = models.Touch.Kind.CLICK
    level = models.Touch.Level.CONSIDERING
    occurred_at = datetime(2026, 2, 1, 12, tzinfo=UTC)


class ExpenseFactory(DjangoModelFactory):
    class Meta:
        model = models.Expense

    date = date(2026, 2, 1)
    channel = factory.SubFactory(ChannelFactory)
    amount = Decimal("500.00")


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = models.ExchangeRate

    currency = "GBP"
    date = factory.Sequence(lambda n: date(2026, 1, 1) + timedelta(days=n))
    rate = Decimal("1.25")


class SpendRuleFactory(DjangoModelFactory):
    class Meta:
        model = models.SpendRule

    text = factory.Sequence(lambda n: f"campaign {n}")
    channel = factory.SubFactory(ChannelFactory)


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = models.Task

    title = factory.Sequence(lambda n: f"Task {n}")
    cycle = factory.SubFactory(CycleFactory)


class TaskTemplateFactory(DjangoModelFactory):
    class Meta:
        model = models.TaskTemplate

    name = factory.Sequence(lambda n: f"Template {n}")


class HandoffFactory(DjangoModelFactory):
    class Meta:
        model = models.Handoff

    account = factory.SubFactory(AccountFactory)
    kind = models.Touch.Kind.FORM
    handed_at = datetime(2026, 2, 1, 12, tzinfo=UTC)
    due_at = datetime(2026, 2, 2, 12, tzinfo=UTC)


class MaterialFactory(DjangoModelFactory):
    class Meta:
        model = models.Material

    name = factory.Sequence(lambda n: f"One-pager {n}")
    status = models.Material.Status.APPROVED


class MaterialVersionFactory(DjangoModelFactory):
    class Meta:
        model = models.MaterialVersion

    material = factory.SubFactory(MaterialFactory, status=models.Material.Status.DRAFT)
    url = "https://brand.test/roi"


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = models.Import

    kind = models.Import.Kind.DEALS
    file_name = "deals.csv"
    file_digest = "0" * 64


def rep_named(name):
    """Return the member whom a name in a file means."""
    return reps_named([name])[name]
