"""Experiments: refused where they cannot tell, split by lot, read on any day, stopped once."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from execute.models import Deal, Outcome
from insight.models import Account, Contact
from ipeo.navigation import link
from optimize.actions import curves
from optimize.actions import experiments as actions
from optimize.models import Experiment, ExperimentUnit
from optimize.queries.experiments import assigned, assignment_of, lifts, reading_of
from optimize.queries.verdicts import promise, told
from optimize.queries.weekly import WeeklyFacts
from tests.factories.execute import DealStageFactory
from tests.factories.insight import ChannelFactory, ProductFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
WEEKS = 8


def _accounts(count, region=""):
    """Accounts of the same ids in whatever order the tests run: the lot is drawn from the ids."""
    first = 1_000_000 + Account.objects.count()
    return Account.objects.bulk_create(
        Account(pk=first + place, name=f"Account {place}{region}", region=region)
        for place in range(count)
    )


def _deals(accounts, chance, first, days, seed, lift=None):
    """Deals that some accounts open; `lift` multiplies the chance of those it names."""
    random, stage, product = np.random.default_rng(seed), DealStageFactory(), ProductFactory()
    made = []
    for account in accounts:
        if random.random() >= chance * (lift or {}).get(account.pk, 1.0):
            continue
        day = first + timedelta(days=int(random.integers(0, days)))
        made.append(
            Deal(
                name=f"Deal {len(made)}",
                account=account,
                product=product,
                stage=stage,
                created_date=day,
                closed_date=day,
                outcome=Outcome.WON,
                list_amount=Decimal(1000),
                net_amount=Decimal(900),
                cost_amount=Decimal(400),
            )
        )
    Deal.objects.bulk_create(made)


def _draft(**more):
    given = {
        "name": "Payback letter",
        "treatment": "The payback letter",
        "unit": "account",
        "metric": "opened",
        "smallest_lift": 0.5,
        "weeks": WEEKS,
        "salt": "fixed",
    } | more
    return actions.save_experiment(experiment=Experiment(**given), by=None)


def _market(count=2000, chance=0.15):
    accounts = _accounts(count)
    days = WEEKS * 7
    _deals(accounts, chance, TODAY - timedelta(days=days), days, seed=1)
    return accounts


def _run(accounts, factor, *, chance=0.15, seed=5, **more):
    experiment = actions.start_experiment(experiment=_draft(**more), by=None, on=TODAY)
    lift = {int(key): factor for key, treated in assigned(experiment).items() if treated}
    _deals(accounts, chance, TODAY, WEEKS * 7, seed=seed, lift=lift)
    return experiment


def test_a_test_that_cannot_tell_is_refused_with_what_it_would_take(workspace):
    _market(count=60)
    experiment = _draft(smallest_lift=0.1)

    with pytest.raises(actions.CannotTell, match=r"you want to detect 10%.*You would need about"):
        actions.start_experiment(experiment=experiment, by=None, on=TODAY)

    assert Experiment.objects.get().state == "draft"
    assert not ExperimentUnit.objects.exists()


def test_a_result_that_never_happened_has_no_base_rate(workspace):
    _accounts(100)

    assert "no base rate" in promise(_draft(), TODAY).refusal


def test_the_lot_is_fixed_at_the_start_and_says_the_same_for_ever(workspace):
    accounts = _market()
    draft = _draft()
    before = assigned(draft)

    experiment = actions.start_experiment(experiment=draft, by=None, on=TODAY)

    assert assigned(experiment) == before
    assert 0.45 < np.mean(list(before.values())) < 0.55
    assert experiment.ends_on == TODAY + timedelta(weeks=WEEKS, days=-1)
    late = Account.objects.create(name="Latecomer")
    assert assignment_of(experiment, str(late.pk))[2] is False
    key, treated, counts = assignment_of(experiment, accounts[0].name)
    assert (key, treated, counts) == (str(accounts[0].pk), before[key], True)
    assert assignment_of(experiment, "nobody") is None


def test_a_lift_is_told_before_the_end_and_never_moves_after_the_stop(workspace, member):
    accounts = _market()
    experiment = _run(accounts, 2.5, channel=ChannelFactory())
    last = experiment.ends_on

    found = reading_of(experiment, last - timedelta(days=10))
    assert found.verdict == "treated"
    assert found.low > 0
    assert "does better" in told(experiment, found)

    stopped = actions.stop_experiment(
        experiment=experiment, decision="adopt", by=member("manager"), on=last
    )
    kept = reading_of(stopped, last)
    Deal.objects.all().delete()
    assert reading_of(Experiment.objects.get(), last) == kept
    told_of = lifts()[0]
    assert told_of.channel_id == experiment.channel_id
    assert told_of.se > 0
    assert told_of.lift == pytest.approx(kept.total)
    assert kept.value == pytest.approx(kept.treated / kept.control - 1, rel=0.35)


def test_without_a_difference_none_is_told(workspace):
    accounts = _market()
    experiment = _run(accounts, 1.0)

    early = reading_of(experiment, TODAY + timedelta(days=3))
    end = reading_of(experiment, experiment.ends_on)

    assert early.verdict == "early"
    assert end.verdict == "same"
    assert end.low < 0 < end.high
    assert "No difference detected" in told(experiment, end)


def test_a_split_that_lost_units_is_called_broken_and_no_lift_is_told(workspace):
    accounts = _market()
    experiment = _run(accounts, 2.5)
    lost = ExperimentUnit.objects.filter(experiment=experiment, arm="control")[:300]
    ExperimentUnit.objects.filter(pk__in=[one.pk for one in lost]).delete()

    found = reading_of(experiment, experiment.ends_on)

    assert found.verdict == "broken"
    assert "The split is not valid" in told(experiment, found)
    actions.stop_experiment(experiment=experiment, decision="open", by=None, on=TODAY)
    assert lifts() == []


def test_deciding_against_the_test_needs_a_reason(workspace):
    experiment = _run(_market(), 1.0)

    with pytest.raises(actions.ReasonMissing):
        actions.stop_experiment(experiment=experiment, decision="adopt", by=None, on=TODAY)
    with pytest.raises(ValueError, match="not a valid decision"):
        actions.stop_experiment(experiment=experiment, decision="maybe", by=None)
    actions.stop_experiment(experiment=experiment, decision="open", by=None, on=TODAY)
    with pytest.raises(actions.NotRunning):
        actions.stop_experiment(experiment=experiment, decision="open", by=None)


def test_what_has_started_is_neither_changed_nor_deleted(workspace):
    _market()
    experiment = actions.start_experiment(experiment=_draft(), by=None, on=TODAY)

    seen_as_a_draft = Experiment(pk=experiment.pk, state=Experiment.State.DRAFT)
    with pytest.raises(actions.NotADraft):
        actions.delete_draft(experiment=seen_as_a_draft)
    with pytest.raises(actions.NotADraft):
        actions.save_experiment(experiment=experiment, by=None)
    with pytest.raises(actions.NotADraft):
        actions.delete_draft(experiment=experiment)
    with pytest.raises(actions.NotADraft):
        actions.start_experiment(experiment=experiment, by=None, on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.update(state="stopped")


def test_a_list_splits_a_draft_and_names_that_nobody_has_are_told(workspace):
    _market(count=40)
    Contact.objects.create(name="Ann", email="Ann@example.test")
    Contact.objects.create(name="Bo", email="bo@example.test")
    draft = _draft(unit="person")

    held = actions.take_list(
        experiment=draft,
        content=b"Unit,Arm\nann@example.test,treated\nbo@example.test,Control\nno@x.y,control\n",
    )

    assert (held.treated, held.control, held.unknown) == (1, 1, ("no@x.y",))
    assert sorted(assigned(draft).values()) == [False, True]
    actions.drop_list(experiment=draft)
    assert not ExperimentUnit.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"name,group\na,b\n", "columns unit and arm"),
        (b"unit,arm\n1,sometimes\n", "treated or control"),
        (b"unit,arm\nghost,treated\n", "No line names a known unit"),
        (b"unit,arm\n{0},treated\n{0},control\n", "both arms"),
        (b"unit,arm\n{0},treated\n", "Both arms are needed"),
        (b"\xff\xfe", "UTF-8"),
        (b"unit,arm\n" + b"9" * 200_000 + b",treated\n", "cannot be read as CSV"),
    ],
    ids=["headings", "arm", "nobody", "both arms", "one arm", "not UTF-8", "an endless cell"],
)
def test_a_list_that_says_nothing_clear_is_refused(workspace, content, says):
    account = _accounts(1)[0]
    text = content.replace(b"{0}", str(account.pk).encode())

    with pytest.raises(actions.ListNotValid, match=says):
        actions.take_list(experiment=_draft(), content=text)


def test_regions_are_told_while_they_run_and_read_once_more_at_the_end(workspace):
    random = np.random.default_rng(3)
    accounts = [_accounts(1, region=f"Region {place:02}")[0] for place in range(14)]
    stage, product, deals = DealStageFactory(), ProductFactory(), []
    for week in range(-60, 4):
        for place, account in enumerate(accounts):
            much = 20 + place + 4 * np.sin(week / 8) + random.normal(0, 1)
            much *= 1.5 if week >= 0 and place < 2 else 1
            day = TODAY + timedelta(weeks=week, days=place % 7)
            deals.append(
                Deal(
                    name="Deal", account=account, product=product, stage=stage, created_date=day,
                    closed_date=day, outcome=Outcome.WON, net_amount=Decimal(round(much * 100)),
                )
            )  # fmt: skip
    Deal.objects.bulk_create(deals)
    draft = _draft(
        unit="region",
        metric="net_amount",
        weeks=4,
        smallest_lift=0.3,
        regions=["Region 00", "Region 01"],
        channel=ChannelFactory(),
    )

    experiment = actions.start_experiment(experiment=draft, by=None, on=TODAY)

    assert (
        reading_of(experiment, TODAY + timedelta(days=5)).reason
        == "The first week is not over yet."
    )
    running = reading_of(experiment, TODAY + timedelta(weeks=2))
    assert (running.verdict, running.level, len(running.looks)) == ("treated", 0.95, 2)
    assert running.low < 0.5 < running.high
    assert "whenever you look" in told(experiment, running)
    found = reading_of(experiment, experiment.ends_on)
    assert (found.verdict, found.level) == ("treated", 0.9)
    assert found.low < 0.5 < found.high + 0.05
    assert found.always_low < 0.5 < found.always_high
    assert "90% interval" in told(experiment, found)
    assert "Read during the test" in told(experiment, found)
    assert "While it runs, it detects one of" in promise(draft, TODAY).text
    few = _draft(name="Few", unit="region", weeks=4, regions=[a.region for a in accounts[:9]])
    assert "must stay untreated" in promise(few, TODAY).refusal

    actions.stop_experiment(
        experiment=experiment, decision="adopt", by=None, on=TODAY + timedelta(weeks=2, days=-1)
    )
    (passed_on,) = lifts()
    assert (passed_on.lift, passed_on.relative) == (running.total, running.value)
    would = passed_on.lift / passed_on.relative
    assert would == pytest.approx(running.control * 2 * 2)
    # The interval that held while it ran, not that of an end it did not come to.
    assert passed_on.se * 2 * 1.96 == pytest.approx((running.high - running.low) * would, rel=1e-3)


def test_an_experiment_is_designed_started_and_stopped_on_its_pages(workspace, sign_in):
    accounts = _accounts(600)
    today = date.today()
    _deals(accounts, 0.4, today - timedelta(days=56), 55, seed=1)
    browser = sign_in("marketer")
    assert b"No experiments yet" in browser.get(link("optimize:experiments")).content
    typed = {
        "name": "Letter", "treatment": "A letter", "unit": "account", "metric": "opened",
        "share": "50%", "smallest_lift": "5%", "weeks": "8",
    }  # fmt: skip

    check = link("optimize:check_design")
    assert (
        b"This test cannot give an answer"
        in browser.post(check, typed, headers={"HX-Request": "true"}).content
    )
    typed["smallest_lift"] = "60%"
    assert b"This test is large enough" in browser.post(check, typed).content
    bad = browser.post(link("optimize:new_experiment"), typed | {"weeks": "0", "share": "99%"})
    assert bad.status_code == 422
    assert b"at least 5%" in bad.content
    assert browser.post(link("optimize:new_experiment"), typed).status_code == 302

    held = Experiment.objects.get()
    here = link("optimize:experiment", held.pk)
    assert b"No one is assigned yet" in browser.get(here).content
    upload = SimpleUploadedFile("split.csv", b"unit,arm\nx,treated\n")
    refused = browser.post(link("optimize:experiment_list", held.pk), {"file": upload}, follow=True)
    assert b"No line names a known unit" in refused.content
    started = browser.post(link("optimize:start_experiment", held.pk), follow=True)
    assert b"runs until" in started.content
    lines = browser.get(link("optimize:experiment_export", held.pk)).content.decode()
    assert lines.count("treated") + lines.count("control") == 600
    assert browser.post(here, {"reason": ""}).status_code == 422
    stopped = browser.post(here, {"decision": "open"}, follow=True)
    assert b"saved as of now" in stopped.content
    assert b"Leave open" in browser.get(link("optimize:experiments")).content
    assert browser.get(link("optimize:edit_experiment", held.pk)).status_code == 302


def test_a_viewer_sees_experiments_and_changes_none(workspace, sign_in):
    _market(count=30)
    draft = _draft()
    browser = sign_in("viewer")

    assert browser.get(link("optimize:experiment", draft.pk)).status_code == 200
    assert browser.get(link("optimize:new_experiment")).status_code == 403
    assert browser.post(link("optimize:start_experiment", draft.pk)).status_code == 403


def test_the_api_designs_assigns_reads_and_stops(workspace, sign_in):
    accounts = _accounts(600)
    _deals(accounts, 0.4, date.today() - timedelta(days=56), 55, seed=1)
    browser = sign_in("marketer")
    slug = {"headers": {"Ipeo-Workspace": workspace.slug}, "content_type": "application/json"}
    given = {
        "name": "Letter", "treatment": "A letter", "unit": "account", "metric": "opened",
        "smallest_lift": 0.01,
    }  # fmt: skip

    made = browser.post("/api/v1/experiments/", given, **slug).json()
    here = f"/api/v1/experiments/{made['id']}/"
    assert browser.get(f"{here}power/", **slug).json()["can_tell"] is False
    assert browser.post(f"{here}start/", **slug).status_code == 409
    assert browser.patch(here, {"smallest_lift": 0.6}, **slug).status_code == 200
    assert browser.post(f"{here}start/", **slug).json()["state"] == "running"
    answer = browser.get(f"{here}assignment/?unit={accounts[0].pk}", **slug).json()
    assert answer["arm"] in {"treated", "control"}
    assert browser.get(f"{here}assignment/?unit=nobody", **slug).status_code == 404
    read = browser.get(f"{here}reading/", **slug).json()
    assert (read["verdict"], read["sequential"]["level"]) == ("early", 0.95)
    assert browser.delete(here, **slug).status_code == 409
    assert browser.post(f"{here}stop/", {"decision": "drop"}, **slug).status_code == 400
    assert browser.post(f"{here}stop/", {"decision": "open"}, **slug).json()["state"] == "stopped"


def test_a_finished_test_of_money_holds_its_channels_curve_to_account(workspace):
    channel = ChannelFactory()
    Experiment.objects.create(
        name="Held back",
        treatment="The channel",
        unit="account",
        metric="margin_amount",
        smallest_lift=0.2,
        channel=channel,
        state="stopped",
        decision="open",
        starts_on=date(2026, 3, 4),
        ends_on=date(2026, 3, 24),
        result={"verdict": "same", "total": 900.0, "total_se": 300.0, "through": "2026-03-24"},
    )
    mondays = tuple(date(2026, 2, 2) + timedelta(weeks=week) for week in range(12))

    def facts(kind, first=0):
        weeks = mondays[first:]
        money = np.ones((2, len(weeks)))
        return WeeklyFacts(weeks, kind, money[0], ((-1, "Other"), (channel.pk, "Ours")), money, 0.0)

    (lift,) = curves.tested(facts("margin"))
    assert (lift.channel, lift.start, lift.stop, lift.value, lift.se) == (1, 4, 8, 900.0, 300.0)
    assert curves.tested(facts("net")) == []
    assert curves.tested(facts("margin", first=6)) == []
