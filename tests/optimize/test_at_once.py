"""Two people who close or decide in the same moment: one does, the other is told."""

from ipeo import tenancy
from ipeo.models import Cycle
from optimize.actions.advice import decide
from optimize.actions.closing import close_period
from optimize.actions.recompute import recompute
from optimize.models import Decision, Period
from tests.factories.ipeo import CycleFactory, MembershipFactory, WorkspaceFactory
from tests.factories.optimize import RecommendationFactory
from tests.together import at_once


def test_a_period_is_closed_and_advice_decided_once_by_two_at_once(committed_database):
    workspace = WorkspaceFactory()
    managers = [MembershipFactory(workspace=workspace) for _ in range(2)]
    with tenancy.scope(workspace):
        cycle = CycleFactory(stage=Cycle.Stage.OPTIMIZE)
        advice = RecommendationFactory(cycle=cycle)
        recompute()

    def decides(manager):
        decide(recommendation=advice, decision="accepted", by=manager)

    def closes(manager):
        close_period(cycle=cycle, by=manager)

    assert at_once(decides, managers) == ["AlreadyDecided", "done"]
    assert at_once(closes, managers) == ["AlreadyClosed", "done"]
    with tenancy.scope(workspace):
        assert (Decision.objects.count(), Period.objects.count()) == (1, 1)
