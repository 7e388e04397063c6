"""Every change of a fact says what must be measured again."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from execute.models import Deal, Expense, Touch
from insight.models import Contact
from ipeo import tenancy
from ipeo.models import Workspace
from optimize.models import ActivityDelta, ActivityTotal, StaleParty
from optimize.queries.freshness import is_stale, measured, stale_workspaces
from tests.factories.execute import DealFactory, ExpenseFactory, TouchFactory
from tests.factories.insight import AccountFactory, ChannelFactory, ContactFactory
from tests.factories.ipeo import WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def marks(workspace):
    """Gives the parties marked since last asked."""

    def take():
        found = set(StaleParty.objects.values_list("party", flat=True))
        StaleParty.objects.all().delete()
        return found

    return take


def test_a_touch_marks_its_account_and_a_lead_its_person(marks):
    touch = TouchFactory()
    marks()
    touch.level = Touch.Level.SECOND_LOOK
    touch.save()
    assert marks() == {touch.account_id}
    lead = TouchFactory(contact=touch.contact, kind=Touch.Kind.LEAD)
    assert marks() == {touch.account_id, -lead.contact_id}


def test_a_deal_that_changes_hands_marks_both_buyers(marks):
    deal = DealFactory()
    old, new = deal.account_id, AccountFactory().pk
    marks()
    Deal.objects.filter(pk=deal.pk).update(account=new)
    assert marks() == {old, new}


def test_a_deal_of_nobody_known_is_marked_by_itself(marks):
    deal = DealFactory(account=None)
    assert StaleParty.DEAL_ALONE + deal.pk in marks()


def test_only_what_matters_about_a_contact_marks_it(marks):
    contact = ContactFactory()
    marks()
    Contact.objects.filter(pk=contact.pk).update(title="Facilities manager")
    assert marks() == set()
    Contact.objects.filter(pk=contact.pk).update(lead_date=date(2026, 1, 5))
    assert marks() == {-contact.pk, contact.account_id}


def test_a_cascaded_delete_marks_too(marks):
    touch = TouchFactory()
    account, contact = touch.account_id, touch.contact_id
    marks()
    touch.account.delete()
    assert {account, -contact} <= marks()
    assert not Touch.objects.exists()


def test_one_bulk_statement_marks_each_party_once(marks):
    touch = TouchFactory()
    marks()
    Touch.objects.bulk_create(
        Touch(
            account_id=touch.account_id,
            channel_id=touch.channel_id,
            kind="click",
            occurred_at=datetime(2026, 2, day, tzinfo=UTC),
        )
        for day in range(1, 20)
    )
    assert StaleParty.objects.count() == 1
    assert sum(ActivityDelta.objects.values_list("n", flat=True)) == 20


def test_a_touch_is_counted_on_the_workspaces_own_day(workspace):
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Pacific/Auckland")
    TouchFactory(occurred_at=datetime(2026, 1, 31, 22, tzinfo=UTC))
    assert ActivityDelta.objects.get().date == date(2026, 2, 1)


def test_an_edited_expense_is_taken_off_one_channel_and_put_on_another(workspace):
    expense = ExpenseFactory(impressions=900)
    other = ChannelFactory()
    Expense.objects.filter(pk=expense.pk).update(channel=other, amount=Decimal(40), clicks=3)
    from optimize.actions.totals import fold_activity

    fold_activity(workspace.pk)
    rows = ActivityTotal.objects.values_list("channel_id", "figure", "n", "amount")
    assert set(rows) == {
        (other.pk, "actual", 1, Decimal(40)),
        (other.pk, "impressions", 1, Decimal(900)),
        (other.pk, "clicks", 1, Decimal(3)),
    }


def test_marks_stay_in_their_workspace_and_the_system_finds_it(workspace):
    TouchFactory()
    with tenancy.scope(WorkspaceFactory()):
        assert not is_stale()
    assert is_stale()
    assert measured().waiting == 2
    with tenancy.nobody():
        assert stale_workspaces() == [workspace]


def test_a_setting_that_everything_rests_on_asks_for_a_measurement(marks, workspace):
    Workspace.objects.filter(pk=workspace.pk).update(name="Another name")
    assert marks() == set()
    Workspace.objects.filter(pk=workspace.pk).update(half_life_days=9)
    assert marks() == {0}


def test_a_workspace_that_goes_leaves_no_marks_behind(db):
    workspace = WorkspaceFactory()
    with tenancy.scope(workspace):
        StaleParty.objects.create(party=1)
    with tenancy.system(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ipeo_workspace WHERE id = %s", [workspace.pk])
        assert not StaleParty._base_manager.filter(workspace_id=workspace.pk).exists()
