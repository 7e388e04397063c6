"""Two records of one company become one, with all that is known of either."""

from datetime import timedelta

import pytest
from django.utils import timezone

from execute.models import Deal, Handoff, Touch
from insight.actions.accounts import SameAccount, merge_accounts
from insight.models import Account, Contact
from ipeo.models import AuditEvent
from tests.factories.execute import DealFactory, TouchFactory
from tests.factories.insight import AccountFactory, ContactFactory
from tests.factories.ipeo import CycleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(workspace):
    """Two accounts of one company, each with a person, a touch and a deal."""
    pair = [
        AccountFactory(name="Alvarez", region="", attributes={"tier": "A"}),
        AccountFactory(name="Alvarez Inc", region="West", attributes={"tier": "B", "size": 4}),
    ]
    for account in pair:
        contact = ContactFactory(account=account)
        TouchFactory(contact=contact, account=account)
        DealFactory(account=account, contact=contact)
    return pair


def test_people_touches_and_deals_come_along_and_blanks_are_filled(twins):
    kept, gone = twins
    merge_accounts(account=gone, into=kept)
    kept.refresh_from_db()
    assert not Account.objects.filter(pk=gone.pk).exists()
    for model in (Contact, Touch, Deal):
        assert model.objects.filter(account=kept).count() == 2
    assert (kept.name, kept.region) == ("Alvarez", "West")
    assert kept.attributes == {"tier": "A", "size": 4}


def test_a_handoff_that_both_have_is_kept_once(twins):
    kept, gone = twins
    cycle, now = CycleFactory(), timezone.now()
    for account in twins:
        Handoff.objects.create(
            account=account, cycle=cycle, kind="form", handed_at=now, due_at=now + timedelta(1)
        )
    merge_accounts(account=gone, into=kept)
    assert Handoff.objects.get().account == kept


def test_an_account_is_not_merged_into_itself(twins):
    with pytest.raises(SameAccount):
        merge_accounts(account=twins[0], into=twins[0])


def test_the_merge_is_audited_row_by_row(twins):
    kept, gone = twins
    before = AuditEvent.objects.count()
    merge_accounts(account=gone, into=kept)
    assert AuditEvent.objects.count() > before + 3


def test_page_and_api_merge(twins, sign_in, workspace):
    kept, gone = twins
    browser = sign_in("marketer")
    page = f"/w/{workspace.slug}/insight/accounts/{gone.pk}/"
    assert f"{page}merge/" in browser.get(page).content.decode()
    assert browser.post(f"{page}merge/", {"account": "nobody"}).status_code == 422
    answer = browser.post(f"{page}merge/", {"account": f"{kept.name} (#{kept.pk})"})
    assert answer.status_code == 302
    assert answer.url.endswith(f"/accounts/{kept.pk}/")
    other = AccountFactory()
    ask = {"headers": {"IPEO-Workspace": workspace.slug}, "content_type": "application/json"}
    address = f"/api/v1/accounts/{other.pk}/merge/"
    assert browser.post(address, {"into": other.pk}, **ask).status_code == 400
    found = browser.post(address, {"into": kept.pk}, **ask)
    assert found.status_code == 200, found.content
    assert found.json()["id"] == kept.pk
    assert not Account.objects.filter(pk=other.pk).exists()


def test_a_later_file_finds_the_merged_account_by_the_key_it_had(workspace):
    gone, kept = AccountFactory(import_key="crm-7"), AccountFactory(import_key=None)
    assert merge_accounts(account=gone, into=kept).import_key == "crm-7"
    other, keyed = AccountFactory(import_key="crm-8"), AccountFactory(import_key="crm-9")
    assert merge_accounts(account=other, into=keyed).import_key == "crm-9"
