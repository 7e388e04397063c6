"""What two people do in the same moment is done once, and one of them is told."""

from django.test import Client

from ipeo import stages, tenancy
from ipeo.actions.campaigns import advance_cycle
from ipeo.actions.invitations import invite, link_of
from ipeo.actions.members import change_member
from ipeo.models import Cycle, Invitation, Membership, Role, StageChange
from tests.factories.ipeo import (
    PASSWORD,
    CycleFactory,
    InvitationFactory,
    MembershipFactory,
    WorkspaceFactory,
)
from tests.together import at_once


def _two(role: str):
    workspace = WorkspaceFactory()
    return [MembershipFactory(workspace=workspace, role=role) for _ in range(2)]


def test_of_two_owners_who_leave_at_once_one_stays(committed_database):
    def leave(owner):
        change_member(membership=owner, role=Role.OWNER, is_active=False, by=owner)

    assert at_once(leave, _two(Role.OWNER)) == ["LastOwner", "done"]


def test_a_gate_is_passed_once_by_two_who_press_at_once(committed_database):
    managers = _two(Role.MANAGER)
    with tenancy.scope(managers[0].workspace):
        cycle = CycleFactory()

    def advance(manager):
        advance_cycle(
            cycle=cycle, by=manager, expected_stage=cycle.stage, override_reason="We know enough."
        )

    assert at_once(advance, managers) == ["AlreadyMoved", "done"]
    with tenancy.scope(managers[0].workspace):
        assert StageChange.objects.count() == 1
        assert Cycle.objects.get().stage == stages.following(cycle.stage)


def test_one_address_is_invited_once_by_two_who_ask_at_once(committed_database, counted_anew):
    managers = _two(Role.MANAGER)

    def ask(by):
        invite(email="nina@brand.test", role=Role.VIEWER, by=by)

    assert at_once(ask, managers) == ["AlreadyInvited", "done"]
    with tenancy.scope(managers[0].workspace):
        assert Invitation.objects.count() == 1


def test_a_link_that_two_open_at_once_makes_one_account_and_one_member(
    committed_database, counted_anew, settings
):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    managers = _two(Role.MANAGER)
    workspace = managers[0].workspace
    with tenancy.scope(workspace):
        invitation = InvitationFactory(invited_by=managers[0])
    path = link_of(invitation).removeprefix(settings.SITE_URL)
    landed = []

    def join(_):
        typed = {"name": "Nina", "password1": PASSWORD, "password2": PASSWORD}
        landed.append(Client().post(path, typed)["Location"])

    assert at_once(join, managers) == ["done", "done"]
    assert sorted(landed) == [path, f"/w/{workspace.slug}/"]
    with tenancy.scope(workspace):
        joined = Membership.objects.filter(workspace=workspace, user__email=invitation.email)
        assert joined.count() == 1
