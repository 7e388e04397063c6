"""Two people at once: nothing is lost, and nothing happens twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from execute.actions import deals, handoffs, outcomes, reps, setup
from execute.models import Deal, DealStage, DealStageChange, Driver, Handoff, Task
from ipeo import tenancy
from ipeo.actions.versions import EditedMeanwhile
from ipeo.models import Membership
from tests.factories.execute import DealFactory, TouchFactory, rep_named
from tests.factories.ipeo import MembershipFactory, WorkspaceFactory


def at_once(workspace: Any, *works: Callable[[], Any]) -> list[Any]:
    """Do the works in threads that start together; give what each returned or raised."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            with tenancy.scope(workspace):
                barrier.wait()
                results[place] = work()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_edits_at_once_one_is_kept_and_one_is_told(committed_database):
    workspace = WorkspaceFactory()
    with tenancy.scope(workspace):
        setup.ensure_defaults()
        deal = DealFactory(stage=DealStage.objects.get(name="Lead"))

    def edit(name):
        def work():
            mine = Deal.objects.get(pk=deal.pk)
            mine.name = name
            return deals.save_deal(deal=mine, by=None, version=1)

        return work

    results = at_once(workspace, edit("Mine"), edit("Theirs"))
    kept = [result for result in results if isinstance(result, Deal)]
    told = [result for result in results if isinstance(result, EditedMeanwhile)]
    assert (len(kept), len(told)) == (1, 1)
    assert told[0].current.name == kept[0].name
    with tenancy.scope(workspace):
        assert Deal.objects.get().version == 2


def test_an_outcome_sent_twice_at_once_is_logged_once(committed_database):
    workspace = WorkspaceFactory()
    with tenancy.scope(workspace):
        setup.ensure_defaults()
        deal = DealFactory(stage=DealStage.objects.get(name="Lead"))
        driver = Driver.objects.get(name="Fit")

    def log():
        return outcomes.log_outcome(deal=deal, outcome="won", drivers=[driver], by=None, version=1)

    results = at_once(workspace, log, log)
    assert sum(isinstance(result, Deal) for result in results) == 1
    assert sum(isinstance(result, EditedMeanwhile) for result in results) == 1
    with tenancy.scope(workspace):
        assert DealStageChange.objects.count() == 1


def test_two_files_that_name_a_new_rep_at_once_make_one_placeholder(committed_database):
    workspace = WorkspaceFactory()
    results = at_once(workspace, *[lambda: rep_named("Ana Torres")] * 4)
    assert len({result.pk for result in results}) == 1
    with tenancy.scope(workspace):
        assert Membership.objects.filter(workspace=workspace).count() == 1


def test_a_buyer_is_handed_to_sales_once_where_two_workers_do_it_at_once(committed_database):
    workspace = WorkspaceFactory()
    with tenancy.scope(workspace):
        looked_at = timezone.now() - timedelta(hours=1)
        for _ in range(3):
            TouchFactory(kind="form", level=3, occurred_at=looked_at)
    results = at_once(workspace, *[handoffs.hand_over] * 3)
    assert sorted(result.handed for result in results) == [0, 0, 3]
    with tenancy.scope(workspace):
        assert Handoff.objects.count() == Task.objects.count() == 3


def test_of_two_claims_at_once_one_gets_the_deals(committed_database):
    workspace = WorkspaceFactory()
    claimers = [MembershipFactory(workspace=workspace) for _ in range(2)]
    with tenancy.scope(workspace):
        placeholder = rep_named("Ana Torres")
        DealFactory(owner=placeholder)

    def claim(member):
        return lambda: reps.claim_placeholder(placeholder=placeholder, claimed_by=member)

    results = at_once(workspace, *[claim(member) for member in claimers])
    assert sorted(result for result in results if isinstance(result, int)) == [1]
    assert sum(isinstance(result, reps.NotAPlaceholder) for result in results) == 1
    with tenancy.scope(workspace):
        assert rep_named("Ana Torres") == Deal.objects.get().owner
