"""Factories of Plan's rows; they need a workspace's scope."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from plan import models
from tests.factories.insight import ChannelFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory


class ObjectiveFactory(DjangoModelFactory):
    class Meta:
        model = models.Objective

    cycle = factory.SubFactory(CycleFactory)
    metric = models.Objective.Metric.WON_MARGIN
    baseline = Decimal(100_000)
    target = Decimal(150_000)
    due_date = date(2026, 6, 30)


class ProgramFactory(DjangoModelFactory):
    class Meta:
        model = models.Program

    campaign = factory.SubFactory(CampaignFactory)
    name = factory.Sequence(lambda n: f"Program {n}")
    channel = factory.SubFactory(ChannelFactory)


class ScenarioFactory(DjangoModelFactory):
    class Meta:
        model = models.Scenario

    cycle = factory.SubFactory(CycleFactory)
    name = factory.Sequence(lambda n: f"Scenario {n}")


class ProgramPlanFactory(DjangoModelFactory):
    class Meta:
        model = models.ProgramPlan

    scenario = factory.SubFactory(ScenarioFactory)
    program = factory.SubFactory(
        ProgramFactory, campaign=factory.SelfAttribute("..scenario.cycle.campaign")
    )


class BudgetLineFactory(DjangoModelFactory):
    class Meta:
        model = models.BudgetLine

    program_plan = factory.SubFactory(ProgramPlanFactory)
    month = date(2026, 1, 1)
    amount = Decimal("10000.00")


class ReadyScenarioFactory(ScenarioFactory):
    """A draft that lacks nothing: one objective, one value-led bet with money."""

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        scenario = super()._create(model_class, *args, **kwargs)
        models.Objective.objects.get_or_create(
            cycle=scenario.cycle,
            metric=models.Objective.Metric.WON_MARGIN,
            defaults={
                "baseline": Decimal(100_000),
                "target": Decimal(150_000),
                "due_date": scenario.cycle.ends_on,
            },
        )
        BudgetLineFactory(
            program_plan=ProgramPlanFactory(scenario=scenario, is_bet=True),
            month=scenario.cycle.starts_on.replace(day=1),
        )
        return scenario
