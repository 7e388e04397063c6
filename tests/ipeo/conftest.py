"""What the tests of webhooks share."""

import pytest

from tests.factories.webhooks import WebhookEndpointFactory
from tests.ipeo.listening import listening


@pytest.fixture
def listener(settings):
    settings.WEBHOOK_PRIVATE = True
    with listening() as heard:
        yield heard


@pytest.fixture
def endpoint(workspace, listener):
    return WebhookEndpointFactory(url=listener.url)
