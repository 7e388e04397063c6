"""Factories of Optimize's rows; they need a workspace's scope."""

import factory
from factory.django import DjangoModelFactory

from optimize import models
from tests.factories.ipeo import CycleFactory


class RecommendationFactory(DjangoModelFactory):
    class Meta:
        model = models.Recommendation

    cycle = factory.SubFactory(CycleFactory)
    kind = models.Recommendation.Kind.REALLOCATE
    route = models.Recommendation.Route.CHANNEL
    subject_key = factory.Sequence(lambda n: str(n + 1))
    title = factory.Sequence(lambda n: f"Move budget {n}")
    summary = "Every attribution model agrees."
    text = "Every attribution model agrees, with these intervals."
    gain = 61_000.0
    gain_low = 22_000.0
    gain_high = 104_000.0
    n = 86
    evidence = factory.LazyFunction(
        lambda: {
            "romi_difference": {
                model: {"value": 1.2, "low": 0.4, "high": 2.0, "n": 86}
                for model in models.AttributionModel.values
            }
        }
    )
