"""No workspace sees another's rows: in Python, and beneath it in PostgreSQL."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.template import Context, Template
from django.utils import timezone

from insight.models import Product
from ipeo import tenancy
from ipeo.models import Campaign, Run, TenantModel
from tests.factories.insight import ProductFactory
from tests.factories.ipeo import CampaignFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

TENANT_TABLES = sorted(
    model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel)
)


def test_a_query_outside_any_scope_raises():
    with pytest.raises(tenancy.OutOfScope):
        list(Campaign.objects.all())


def test_a_row_cannot_be_made_outside_any_scope():
    with pytest.raises(tenancy.OutOfScope):
        Campaign.objects.create(name="Nobody's")


def test_a_queryset_may_be_named_before_a_scope_and_is_read_inside_it(workspace):
    with tenancy.nobody():
        queryset = Campaign.objects.all()
    made = CampaignFactory()
    assert list(queryset) == [made]


def test_one_workspace_sees_only_its_own_rows(workspace):
    mine = ProductFactory()
    with tenancy.scope(WorkspaceFactory()):
        theirs = ProductFactory()
        assert list(Product.objects.all()) == [theirs]
    assert list(Product.objects.all()) == [mine]


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_row_level_security_is_forced_on_every_table_of_a_workspace(db, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity,"
            " (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid AND polroles = '{0}')"
            " FROM pg_class WHERE relname = %s",
            [table],
        )
        assert cursor.fetchone() == (True, True, 1)


def test_the_application_owns_nothing_and_cannot_bypass_security(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


def test_raw_sql_sees_no_other_workspaces_rows(workspace):
    ProductFactory()
    with tenancy.scope(WorkspaceFactory()), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM insight_product")
        assert cursor.fetchone() == (0,)
    with tenancy.nobody(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM insight_product")
        assert cursor.fetchone() == (0,)


def test_postgresql_refuses_a_row_written_into_another_workspace(workspace):
    other = WorkspaceFactory()
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Product._base_manager.create(workspace=other, name="Smuggled")


def test_a_row_cannot_be_moved_into_another_workspace(workspace):
    product = ProductFactory()
    other = WorkspaceFactory()
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(workspace=other)


def test_a_rollback_does_not_leave_the_connection_in_an_earlier_scope(workspace):
    other = WorkspaceFactory()
    with tenancy.scope(other):
        try:
            with transaction.atomic():
                ProductFactory(name="Twice")
                ProductFactory(name="Twice")
        except IntegrityError:
            pass
        ProductFactory(name="Once")
    assert not Product.objects.exists()
    with tenancy.scope(other):
        assert [product.name for product in Product.objects.all()] == ["Once"]


def test_the_system_sees_due_work_of_every_workspace_and_nothing_else(workspace):
    Run.objects.create(kind="nothing")
    ProductFactory()
    with tenancy.system(), tenancy.nobody(), tenancy.system(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ipeo_run")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM insight_product")
        assert cursor.fetchone() == (0,)


def test_who_signs_in_comes_to_the_page_that_was_asked_for(workspace, client):
    asked = f"/w/{workspace.slug}/deals/?outcome=won"
    answer = client.get(asked)
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [asked]


def test_a_stranger_finds_nothing_at_a_workspaces_address(workspace, client, sign_in):
    sign_in("manager")
    campaign = CampaignFactory()
    from tests.factories.ipeo import UserFactory

    client.force_login(UserFactory())
    assert client.get(f"/w/{workspace.slug}/").status_code == 404
    assert client.get(f"/w/{workspace.slug}/campaigns/{campaign.pk}/").status_code == 404


def test_a_member_of_two_workspaces_finds_no_row_of_one_at_the_others_address(workspace, member):
    from django.test import Client

    from tests.factories.ipeo import MembershipFactory

    campaign = CampaignFactory()
    other = WorkspaceFactory()
    person = member("manager").user
    MembershipFactory(workspace=other, user=person)
    client = Client()
    client.force_login(person)
    assert client.get(f"/w/{other.slug}/campaigns/{campaign.pk}/edit/").status_code == 404
    assert client.get(f"/w/{workspace.slug}/campaigns/{campaign.pk}/edit/").status_code == 200


def test_a_workspace_scope_has_the_workspaces_own_time_zone(workspace):
    evening = datetime(2026, 6, 9, 22, 30, tzinfo=UTC)
    east = WorkspaceFactory(time_zone="Pacific/Auckland")
    with tenancy.scope(east):
        run = Run.objects.create(kind="none", created_at=evening)
        with tenancy.system():
            assert timezone.localdate(evening) == date(2026, 6, 10)
        with tenancy.scope(workspace):
            assert timezone.localdate(evening) == date(2026, 6, 9)
        assert Run.objects.filter(created_at__date=date(2026, 6, 10)).get() == run
        page = Template("{{ run.created_at|moment }}").render(Context({"run": run}))
        assert page == "10 Jun 2026, 10:30"
    assert timezone.localdate(evening) == date(2026, 6, 9)
