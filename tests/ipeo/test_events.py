"""An event that really commits: with its change, or not at all."""

import pytest
from django.db import connection, transaction

from ipeo import tenancy
from ipeo.actions.events import OutsideTransaction, record_event
from ipeo.models import WebhookDelivery
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.webhooks import WebhookEndpointFactory


def test_an_event_is_sent_after_its_commit_and_never_apart_from_its_change(
    committed_database, monkeypatch
):
    sent = []
    monkeypatch.setattr(
        "ipeo.actions.events.app.send_task", lambda name, **given: sent.append(given["args"])
    )
    workspace = WorkspaceFactory()
    with tenancy.scope(workspace):
        WebhookEndpointFactory()
        assert not connection.in_atomic_block
        with pytest.raises(OutsideTransaction):
            record_event("deal.created", {})
        with transaction.atomic():
            record_event("deal.created", {})
            assert sent == []
        assert sent == [[workspace.pk, WebhookDelivery.objects.get().pk]]
