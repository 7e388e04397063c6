"""What two people do in the same moment is done once, and one of them is told."""

from ipeo import stages, tenancy
from ipeo.actions.campaigns import advance_cycle
from ipeo.actions.members import change_member
from ipeo.models import Cycle, Role, StageChange
from tests.factories.ipeo import CycleFactory, MembershipFactory, WorkspaceFactory
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
