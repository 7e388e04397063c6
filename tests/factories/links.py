"""Factories of tracked links; they need a workspace's scope."""

import factory
from factory.django import DjangoModelFactory

from execute import models
from execute.actions.links import save_link
from tests.factories.insight import ChannelFactory


class TrackedLinkFactory(DjangoModelFactory):
    class Meta:
        model = models.TrackedLink

    name = factory.Sequence(lambda n: f"Link {n}")
    target = "https://brand.test/desks?id=7#price"
    channel = factory.SubFactory(ChannelFactory)
    utm_source = "newsletter"
    utm_medium = "email"
    utm_campaign = "desks"

    @classmethod
    def _create(cls, model_class, *args, pk=None, **kwargs):
        made = save_link(link=model_class(*args, **kwargs))
        if pk is None:
            return made
        # A link with a number is one that is stored already, which the action only changes.
        model_class.objects.filter(pk=made.pk).update(id=pk)
        return model_class.objects.get(pk=pk)
