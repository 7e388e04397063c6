"""Reps whom files name become placeholders, which a member later claims with all its deals."""

import pytest

from execute.actions import reps
from execute.models import Deal
from execute.queries.reps import placeholders
from insight.models import Account, Contact
from ipeo.models import Membership
from tests.factories.execute import DealFactory, TaskFactory, rep_named
from tests.factories.insight import AccountFactory, ContactFactory
from tests.factories.ipeo import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_a_name_nobody_has_becomes_a_placeholder_once(workspace):
    first = rep_named("Ana  Torres")
    assert first.is_placeholder
    assert (first.role, first.source_name) == ("sales_rep", "Ana Torres")
    assert rep_named("ana torres") == first
    assert rep_named("Añá Torres") == first


@pytest.mark.parametrize("name", ["Ana Torres", "ANA TORRES", "ana@brand.test", "A. Torres"])
def test_a_member_is_found_by_any_of_their_names(workspace, name):
    user = UserFactory(name="Ana Torres", email="ana@brand.test")
    member = MembershipFactory(workspace=workspace, user=user, name="A. Torres")
    assert rep_named(name) == member


def test_many_names_are_found_in_a_few_statements(workspace, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        found = reps.reps_named([f"Rep {n}" for n in range(300)] + ["rep 1", " "])
    assert len(found) == 301
    assert found["rep 1"] == found["Rep 1"]
    assert len(placeholders()) == 300


def test_a_rep_of_another_workspace_is_nobody_here(workspace):
    MembershipFactory(workspace=WorkspaceFactory(), user=UserFactory(name="Ana Torres"))
    assert rep_named("Ana Torres").workspace == workspace


def test_a_claim_moves_all_and_the_name_means_the_claimer_from_then_on(workspace, member):
    rep = member("sales_rep")
    for name in ("Ana Torres", "Torres, Ana"):
        placeholder = rep_named(name)
        deal = DealFactory(owner=placeholder)
        AccountFactory(owner=placeholder)
        ContactFactory(owner=placeholder)
        task = TaskFactory(owner=placeholder)
        assert reps.claim_placeholder(placeholder=placeholder, claimed_by=rep) == 1
        deal.refresh_from_db()
        task.refresh_from_db()
        assert (deal.owner, deal.version) == (task.owner, task.version) == (rep, 2)
    assert not Account.objects.filter(owner__user=None, owner__isnull=False).exists()
    assert not Contact.objects.filter(owner__user=None, owner__isnull=False).exists()
    assert rep_named("Ana Torres") == rep_named("torres, ana") == rep
    assert Membership.objects.filter(workspace=workspace, user=None, is_active=True).count() == 0
    assert placeholders() == []


def test_nobody_claims_a_member_or_twice(workspace, member):
    placeholder = rep_named("Ana Torres")
    with pytest.raises(reps.NotAPlaceholder):
        reps.claim_placeholder(placeholder=member("manager"), claimed_by=member("sales_rep"))
    with pytest.raises(reps.ClaimedByNobody):
        reps.claim_placeholder(placeholder=placeholder, claimed_by=rep_named("Bo Lind"))
    reps.claim_placeholder(placeholder=placeholder, claimed_by=member("sales_rep"))
    with pytest.raises(reps.NotAPlaceholder):
        reps.claim_placeholder(placeholder=placeholder, claimed_by=member("manager"))


def test_a_name_without_letters_is_nobody(workspace):
    assert reps.reps_named(["", " "]) == {}


def test_placeholders_stand_with_their_deals(workspace):
    few, many = rep_named("Few"), rep_named("Many")
    DealFactory(owner=few, won=True)
    DealFactory(owner=many)
    DealFactory(owner=many, lost=True)
    assert [(row.member, row.deals, row.open_deals) for row in placeholders()] == [
        (many, 2, 1),
        (few, 1, 0),
    ]
    assert Deal.objects.count() == 3
