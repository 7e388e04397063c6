"""What the kernel's tests share."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.cache import cache

from tests.factories.webhooks import WebhookEndpointFactory
from tests.ipeo.listening import listening


@pytest.fixture
def counted_anew() -> Iterator[None]:
    """Counts of its own, so that what others asked before is not counted here."""
    before = cache.key_prefix
    cache.key_prefix = f"{before}-{uuid4()}"
    yield
    cache.key_prefix = before


@pytest.fixture
def listener(settings):
    settings.WEBHOOK_PRIVATE = True
    with listening() as heard:
        yield heard


@pytest.fixture
def endpoint(workspace, listener):
    return WebhookEndpointFactory(url=listener.url)
