"""Writes in bulk: what fails among them is told as it is."""

import pytest
from django.db import DataError, OperationalError, connection, transaction

from ipeo import tenancy
from ipeo.database.bulk import unaudited
from ipeo.models import AuditEvent
from tests.factories.insight import ProductFactory
from tests.factories.ipeo import WorkspaceFactory


def test_what_fails_in_bulk_is_told_and_hand_edits_after_it_are_audited(workspace):
    with pytest.raises(DataError, match="division by zero"), transaction.atomic(), unaudited():
        connection.cursor().execute("SELECT 1 / 0")
    before = AuditEvent.objects.count()
    ProductFactory()
    assert AuditEvent.objects.count() == before + 1


def test_a_connection_lost_in_bulk_is_told_as_such(committed_database):
    with tenancy.scope(WorkspaceFactory()):
        with pytest.raises(OperationalError), unaudited():
            connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
        connection.close()
        ProductFactory()
        assert AuditEvent.objects.count() == 1
