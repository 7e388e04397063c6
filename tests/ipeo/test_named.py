"""Ids in addresses and forms, whatever is written in their place."""

import pytest

from insight.models import Account
from ipeo.navigation import link
from ipeo.queries.named import id_in, row_named
from tests.factories.insight import AccountFactory

NO_IDS = ["", "x", "-1", "1.0", " 7", "²", "\u0663", "9" * 19, "9" * 5000, "7\0"]


@pytest.mark.parametrize("text", NO_IDS)
def test_what_is_no_id_names_nothing(text):
    assert id_in(text) is None


def test_an_id_names_the_row_among_those_that_are_seen(workspace):
    account, other = AccountFactory(), AccountFactory()
    assert row_named(Account.objects.all(), str(account.pk)) == account
    assert row_named(Account.objects.exclude(pk=other.pk), str(other.pk)) is None


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("insight:new_contact", "account"),
        ("insight:new_finding", "study"),
        ("insight:battlecard", "rival"),
        ("execute:handoffs", "task"),
        ("optimize:new_experiment", "recommendation"),
    ],
)
def test_a_page_opens_whatever_stands_where_an_id_should(sign_in, page, name):
    browser = sign_in()
    for text in ("x", "²", "9" * 5000):
        assert browser.get(link(page), {name: text}).status_code == 200
