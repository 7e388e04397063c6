"""Factories of Insight's rows; they need a workspace's scope."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from insight import models
from tests.factories.ipeo import CycleFactory


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = models.Product

    name = factory.Sequence(lambda n: f"Desk {n}")
    list_price = Decimal("1000.00")
    unit_cost = Decimal("600.00")


class ChannelFactory(DjangoModelFactory):
    class Meta:
        model = models.Channel

    name = factory.Sequence(lambda n: f"Channel {n}")
    key = factory.LazyAttribute(lambda row: row.name.lower())


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = models.Account

    name = factory.Sequence(lambda n: f"Account {n}")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = models.Contact

    name = factory.Sequence(lambda n: f"Contact {n}")
    email = factory.Sequence(lambda n: f"contact{n}@buyer.test")
    account = factory.SubFactory(AccountFactory)


class AudienceFactory(DjangoModelFactory):
    class Meta:
        model = models.Audience

    name = factory.Sequence(lambda n: f"Audience {n}")


class CompetitorFactory(DjangoModelFactory):
    class Meta:
        model = models.Competitor

    name = factory.Sequence(lambda n: f"Rival {n}")


class CompetitorMoveFactory(DjangoModelFactory):
    class Meta:
        model = models.CompetitorMove

    competitor = factory.SubFactory(CompetitorFactory)
    kind = models.CompetitorMove.Kind.PRICE_CUT
    description = "Cut prices by a tenth"
    happened_on = date(2026, 3, 14)


class BrandStoryFactory(DjangoModelFactory):
    class Meta:
        model = models.BrandStory

    title = "Desks that pay back"
    for_whom = "Facilities managers"
    problem = "Cheap desks are bought twice"
    promise = "A desk that pays back within two years"
    version = factory.Sequence(lambda n: n + 1)


class ProofPointFactory(DjangoModelFactory):
    class Meta:
        model = models.ProofPoint

    story = factory.SubFactory(BrandStoryFactory)
    statement = factory.Sequence(lambda n: f"Proof {n}")


class FindingFactory(DjangoModelFactory):
    class Meta:
        model = models.Finding

    statement = factory.Sequence(lambda n: f"Finding {n}")


class DispositionFactory(DjangoModelFactory):
    class Meta:
        model = models.Disposition

    finding = factory.SubFactory(FindingFactory)
    cycle = factory.SubFactory(CycleFactory)


class StudyFactory(DjangoModelFactory):
    class Meta:
        model = models.Study

    title = factory.Sequence(lambda n: f"Study {n}")


class MindsetWaveFactory(DjangoModelFactory):
    class Meta:
        model = models.MindsetWave

    study = factory.SubFactory(StudyFactory, kind=models.Study.Kind.BRAND)
    name = factory.Sequence(lambda n: f"Wave {n}")
    held_on = date(2026, 3, 1)


class BattlecardFactory(DjangoModelFactory):
    class Meta:
        model = models.Battlecard

    competitor = factory.SubFactory(CompetitorFactory)
    their_claim = "The lowest price"
    our_answer = "The lowest cost over ten years"
