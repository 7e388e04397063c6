"""Background work: delivered at least once, done once, found when lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ipeo import runs as registry
from ipeo.actions import runs
from ipeo.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def counting(workspace):
    calls = []

    def work(run, report):
        report(1, 2, "Half way")
        calls.append(run.pk)
        return {"calls": len(calls)}

    registry.register("counting", work)
    return calls


def test_a_run_is_done_once_however_often_it_is_delivered(counting):
    run = runs.queue_run(kind="counting")
    first = runs.claim_run(run_id=run.pk)
    assert runs.claim_run(run_id=run.pk) is None
    done = runs.perform_run(run=first)
    assert (done.state, done.result) == (Run.State.DONE, {"calls": 1})
    assert runs.claim_run(run_id=run.pk) is None
    assert counting == [run.pk]


def test_a_lost_workers_run_can_be_claimed_when_its_lease_is_over(counting):
    run = runs.queue_run(kind="counting")
    lost = runs.claim_run(run_id=run.pk)
    later = timezone.now() + runs.LEASE + timedelta(seconds=1)
    taken_over = runs.claim_run(run_id=run.pk, now=later)
    assert taken_over.attempts == 2
    runs.perform_run(run=lost)
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING, "the worker that lost its lease writes nothing"
    runs.perform_run(run=taken_over)
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_a_run_lost_too_often_fails_and_says_so(counting):
    run = runs.queue_run(kind="counting")
    Run.objects.filter(pk=run.pk).update(
        state=Run.State.RUNNING,
        attempts=runs.MAX_ATTEMPTS,
        lease_until=timezone.now() - timedelta(seconds=1),
    )
    assert runs.requeue_lost_runs() == 1
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "stopped too many times" in run.error


@pytest.fixture
def sent(monkeypatch):
    """The runs that were sent to a worker."""
    found = []
    monkeypatch.setattr(runs.app, "send_task", lambda name, args: found.append(args[1]))
    return found


def test_a_lost_workers_run_is_sent_again_once_and_then_given_time(counting, sent):
    run = runs.queue_run(kind="counting")
    lost = runs.claim_run(run_id=run.pk)
    over = timezone.now() + runs.LEASE + timedelta(seconds=1)
    for seconds in (0, 15):
        runs.requeue_lost_runs(now=over + timedelta(seconds=seconds))
    assert sent == [run.pk]
    runs.perform_run(run=lost)
    run.refresh_from_db()
    assert run.state == Run.State.QUEUED, "the worker that was given up writes nothing"
    assert runs.claim_run(run_id=run.pk).attempts == 2


def test_a_lost_workers_run_does_not_wait_under_the_key_of_a_later_one(counting, sent):
    lost = runs.queue_run(kind="counting", only_one="same")
    runs.claim_run(run_id=lost.pk)
    later = runs.queue_run(kind="counting", only_one="same")
    now = timezone.now() + runs.LEASE + timedelta(seconds=1)
    runs.requeue_lost_runs(now=now)
    assert set(sent) == {lost.pk, later.pk}
    assert runs.queue_run(kind="counting", only_one="same").pk == later.pk


def test_a_fault_is_logged_and_people_read_a_reference_to_it(workspace, caplog):
    def break_down(run, report):
        raise KeyError("column_17")

    registry.register("breaking", break_down)
    done = runs.run_here(kind="breaking", arguments={})
    assert done.state == Run.State.FAILED
    assert str(done.pk) in done.error
    assert "column_17" not in done.error
    assert "column_17" in caplog.text


def test_only_one_run_waits_under_a_key(counting):
    first = runs.queue_run(kind="counting", only_one="same")
    assert runs.queue_run(kind="counting", only_one="same").pk == first.pk
    runs.claim_run(run_id=first.pk)
    assert runs.queue_run(kind="counting", only_one="same").pk != first.pk


def test_a_refusal_is_told_to_whoever_asked(workspace):
    def refuse(run, report):
        raise runs.WorkRefused("The file is empty.")

    registry.register("refusing", refuse)
    done = runs.run_here(kind="refusing", arguments={})
    assert (done.state, done.error) == (Run.State.FAILED, "The file is empty.")


def test_work_that_no_app_knows_is_not_queued(workspace):
    with pytest.raises(KeyError):
        runs.queue_run(kind="unheard of")
    assert not Run.objects.exists()


def test_a_run_page_shows_progress_and_then_the_error(counting, sign_in):
    run = Run.objects.create(kind="counting", title="Counting", done=1, total=4, state="running")
    browser = sign_in("viewer")
    address = f"/w/{run.workspace.slug}/runs/{run.pk}/"
    assert "25" in browser.get(address).content.decode()
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, error="It broke <here>.")
    page = browser.get(address).content.decode()
    assert "It broke &lt;here&gt;." in page
