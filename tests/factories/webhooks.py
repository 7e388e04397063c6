"""Factories of webhooks; they need a workspace's scope."""

import factory
from factory.django import DjangoModelFactory

from ipeo import models
from ipeo.actions.webhooks import new_secret
from ipeo.events import TYPES


class WebhookEndpointFactory(DjangoModelFactory):
    class Meta:
        model = models.WebhookEndpoint

    url = "https://listener.test/hook"
    events = list(TYPES)
    secret = factory.LazyFunction(new_secret)
