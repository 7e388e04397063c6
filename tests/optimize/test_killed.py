"""A measurement whose worker is killed is finished by the next, with nothing lost or twice."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from execute.models import Deal, Outcome
from ipeo import tenancy
from ipeo.actions import runs
from ipeo.models import Cycle
from optimize.actions.closing import close_period, restate_closed_books
from optimize.actions.recompute import recompute, request_recompute
from optimize.models import Fit, StaleParty
from tests.factories.execute import DealFactory
from tests.factories.ipeo import WorkspaceFactory
from tests.killing import work, work_and_be_killed
from tests.optimize.edits import Company, everything


def _settled():
    """A company that is measured, with a closed cycle in its books."""
    company = Company(1)
    for _ in range(30):
        company.edit()
    DealFactory(won=True, closed_date=date(2026, 5, 4))
    cycle = Cycle.objects.get(closed_at=None)
    cycle.stage = Cycle.Stage.OPTIMIZE
    cycle.save()
    recompute()
    close_period(cycle=cycle, by=None)
    return company


def _change(company, amount):
    for _ in range(8):
        company.edit()
    Deal.objects.filter(outcome=Outcome.WON).update(net_amount=amount)


# Inside a piece, before closed books are restated, and before conclusions are drawn.
PLACES = (40, "measured_at = clock_timestamp()", 'INSERT INTO "optimize_fit"')


def test_a_killed_measurement_is_finished_by_the_next(committed_database, monkeypatch):
    monkeypatch.setattr(runs, "_send", lambda *args: None)
    with tenancy.scope(WorkspaceFactory()):
        company = _settled()
        for number, place in enumerate(PLACES):
            _change(company, Decimal(700 + number))
            before = timezone.now()
            run = request_recompute()
            assert work_and_be_killed(run.pk, place), place
            work(run.pk)

            assert not StaleParty.objects.exists()
            assert restate_closed_books() == [], place
            assert Fit.objects.latest("fitted_at").fitted_at > before, place
        measured = everything()
        recompute(full=True)
        assert everything() == measured
