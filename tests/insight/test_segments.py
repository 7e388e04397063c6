"""Audiences by what people did, counted as bits, laid over each other, suggested and exported."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from execute.models import Outcome, Touch
from insight.actions.segments import NoSuchSegment, adopt_segment
from insight.models import Audience, Contact
from insight.queries import membership
from insight.queries.audiences import contacts_by, size_of
from insight.queries.membership import counted, overlaps
from insight.queries.rules import read_rule
from insight.queries.segments import latest_run
from tests.factories.execute import DealFactory, TouchFactory
from tests.factories.insight import AccountFactory, AudienceFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch):
    """Counts as where there are many people."""
    monkeypatch.setattr(membership, "FEW", 0)


@pytest.fixture
def buyers(workspace):
    """Ana's company bought twice, Ben was touched and never bought, Cy has no company."""
    ana = ContactFactory(name="Ana", account=AccountFactory(name="Cedar", industry="Health"))
    ben = ContactFactory(name="Ben", account=AccountFactory(name="Birch", industry="Law"))
    cy = ContactFactory(name="Cy", account=None)
    today = timezone.localdate()
    for days in (30, 400):
        DealFactory(
            account=ana.account,
            outcome=Outcome.WON,
            closed_date=today - timedelta(days=days),
            net_amount=Decimal(5000),
        )
    TouchFactory(contact=ben, account=ben.account, occurred_at=timezone.now() - timedelta(days=5))
    TouchFactory(
        contact=cy,
        account=None,
        level=Touch.Level.SECOND_LOOK,
        occurred_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    return ana, ben, cy


def found(condition):
    return sorted(one.name for one in contacts_by(read_rule({"all": [condition]})).order_by("name"))


@pytest.mark.parametrize(
    ("field", "op", "value", "names"),
    [
        ("deals_won", "at_least", 2, ["Ana"]),
        ("deals_won", "is", 0, ["Ben", "Cy"]),
        ("deals_won", "at_most", 1, ["Ben", "Cy"]),
        ("deals_won", "between", [0, 2], ["Ana", "Ben", "Cy"]),
        ("won_amount", "at_least", 10_000, ["Ana"]),
        ("last_won", "within_days", 60, ["Ana"]),
        ("last_won", "older_than", 60, []),
        ("last_won", "is_unknown", None, ["Ben", "Cy"]),
        ("last_touch", "within_days", 90, ["Ben"]),
        ("last_touch", "older_than", 365, ["Cy"]),
        ("last_touch", "before", "2025-01-01", ["Cy"]),
        ("touches_90", "is_known", None, ["Ben"]),
        ("second_looks", "at_least", 1, ["Cy"]),
    ],
)
def test_people_are_found_by_what_they_did(buyers, field, op, value, names):
    condition = {"field": field, "op": op}
    assert found(condition if value is None else {**condition, "value": value}) == names


@pytest.mark.parametrize(
    "rule",
    [
        {"all": []},
        {"all": [{"field": "industry", "op": "is", "value": "Health"}]},
        {
            "any": [
                {"field": "industry", "op": "is", "value": "law"},
                {"field": "deals_won", "op": "at_least", "value": 1},
            ]
        },
        {
            "all": [
                {"field": "deals_won", "op": "at_least", "value": 1},
                {"field": "industry", "op": "is", "value": "Law"},
            ]
        },
    ],
)
def test_bits_count_what_postgresql_counts(buyers, few, rule):
    Contact.objects.filter(name="Ana").update(consent=Contact.Consent.REFUSED)
    read = read_rule(rule)
    by_bits, asked = counted(read), size_of(read)
    assert (by_bits.contacts, by_bits.accounts, by_bits.refused) == (
        asked.contacts,
        asked.accounts,
        asked.refused,
    )


HEALTH = {"all": [{"field": "industry", "op": "is", "value": "Health"}]}


def test_what_is_kept_is_asked_of_postgresql_once(buyers, few, django_assert_max_num_queries):
    rule = read_rule(HEALTH)
    counted(rule)
    with django_assert_max_num_queries(2):
        counted(rule)


@pytest.fixture
def written(monkeypatch):
    """How many rows PostgreSQL says were written; its own count comes seconds after the fact."""
    told = {"insight_contact": 5}
    monkeypatch.setattr(membership, "_written", lambda: dict(told))
    return told


def test_people_are_counted_anew_once_rows_were_written(buyers, few, written, monkeypatch):
    monkeypatch.setattr(membership, "SETTLES", timedelta(0))
    rule = read_rule(HEALTH)
    assert (counted(rule).contacts, counted(rule).as_of) == (1, None)
    ContactFactory(account=buyers[0].account)
    assert counted(rule).contacts == 1
    written["insight_contact"] = 6
    assert (counted(rule).contacts, counted(rule).as_of) == (2, None)


def test_where_rows_are_written_all_the_time_the_size_says_as_of_when(buyers, few, written):
    rule = read_rule({"all": [{"field": "deals_won", "op": "at_least", "value": 1}]})
    counted(rule)
    written["execute_deal"] = 1
    won = {"outcome": Outcome.WON, "closed_date": timezone.localdate()}
    DealFactory(account=buyers[1].account, net_amount=Decimal(9), **won)
    later = counted(rule)
    assert later.contacts == 1
    assert timezone.now() - later.as_of < timedelta(seconds=30)


def test_where_postgresql_counts_nothing_what_is_kept_serves_no_longer(buyers, few, monkeypatch):
    monkeypatch.setattr(membership, "_written", dict)
    monkeypatch.setattr(membership, "SETTLES", timedelta(0))
    rule = read_rule(HEALTH)
    counted(rule)
    ContactFactory(account=buyers[0].account)
    assert counted(rule).contacts == 2


def test_the_editor_opens_before_many_people_are_counted(buyers, few, workspace, sign_in):
    audience = AudienceFactory(rule=HEALTH)
    address = f"/w/{workspace.slug}/insight/audiences/{audience.pk}/edit/"
    browser = sign_in("marketer")
    assert browser.get(address).context["size"] is None
    typed = {"line": "0", "field-0": "industry", "op-0": "is", "value-0": "Health"}
    told = browser.post(address, {**typed, "count": "1"}, headers={"HX-Request": "true"})
    assert "1 person" in told.content.decode()
    assert browser.get(address).context["size"].contacts == 1


def test_the_overlap_of_two_audiences_is_shown_with_its_share(buyers, few, workspace, sign_in):
    AudienceFactory(name="Everybody known", rule={"all": [{"field": "industry", "op": "is_known"}]})
    AudienceFactory(
        name="Health", rule={"all": [{"field": "industry", "op": "is", "value": "Health"}]}
    )
    over = overlaps(Audience.objects.order_by("name"))
    assert over.sizes == (2, 1)
    assert (over.rows[0][1].both, over.rows[0][1].share) == (1, 0.5)
    assert over.rows[1][0].share == 1
    shown = sign_in("marketer").get(f"/w/{workspace.slug}/insight/audiences/overlaps/")
    assert "Everybody known" in shown.content.decode()


def test_segments_are_looked_for_shown_and_adopted(workspace, buyers, sign_in, do_due_work):
    browser = sign_in("marketer")
    address = f"/w/{workspace.slug}/insight/audiences/suggested/"
    assert "No suggestions yet" in browser.get(address).content.decode()
    browser.post(address)
    do_due_work()
    run = latest_run()
    names = [one["name"] for one in run.result["value"]]
    assert "Best customers" in names
    shown = browser.get(address).content.decode()
    assert "Warm prospects" in shown
    assert "Not enough is known" in shown or "do not form distinct groups" in shown
    browser.post(address, {"kind": "value", "place": str(names.index("Best customers"))})
    assert Audience.objects.get().size == 1


def test_people_who_are_alike_are_told_as_a_rule(workspace, sign_in, do_due_work):
    for industry, employees in (("Health", 900), ("Law", 12)):
        for number in range(20):
            account = AccountFactory(industry=industry, employees=employees + number)
            ContactFactory(account=account)
    sign_in("marketer").post(f"/w/{workspace.slug}/insight/audiences/suggested/")
    do_due_work()
    groups = latest_run().result["groups"]
    assert [one["size"] for one in groups] == [20, 20]
    assert all("100%" in one["note"] for one in groups)


def test_a_segment_that_is_no_longer_offered_is_not_adopted(workspace):
    with pytest.raises(NoSuchSegment):
        adopt_segment(kind="value", place=0)


def test_an_audience_leaves_as_a_file_of_inert_cells(workspace, sign_in):
    ContactFactory(name="=HYPERLINK(1)", account=AccountFactory(name="Cedar", industry="Health"))
    ContactFactory(name="Ben")
    audience = AudienceFactory(rule={"all": [{"field": "industry", "op": "is", "value": "health"}]})
    answer = sign_in("marketer").get(
        f"/w/{workspace.slug}/insight/audiences/{audience.pk}/people.csv"
    )
    text = answer.content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "Ben" not in text
