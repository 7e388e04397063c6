"""Stages, drivers and reps are the workspace's own."""

import pytest

from execute.actions import setup
from execute.actions.deals import move_deal
from execute.actions.outcomes import log_outcome
from execute.models import DealStage, Driver
from ipeo.models import Membership
from tests.factories.execute import DealFactory, rep_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(workspace):
    return lambda path="": f"/w/{workspace.slug}/{path}"


@pytest.fixture
def stages(workspace):
    setup.ensure_defaults()
    return {stage.name: stage for stage in DealStage.objects.all()}


@pytest.fixture
def drivers(stages):
    return {driver.name: driver for driver in Driver.objects.all()}


def test_a_rep_claims_for_themself_and_a_manager_for_anybody(at, sign_in, member):
    first, second = rep_named("Ana Torres"), rep_named("Bo Lind")
    deal, other = DealFactory(owner=first), DealFactory(owner=second)
    sign_in("sales_rep").post(at(f"deals/reps/{first.pk}/claim/"), {"to": member("manager").pk})
    sign_in("manager").post(at(f"deals/reps/{second.pk}/claim/"), {"to": member("owner").pk})
    deal.refresh_from_db()
    other.refresh_from_db()
    assert (deal.owner, other.owner) == (member("sales_rep"), member("owner"))
    assert Membership.objects.get(pk=first.pk).is_active is False


def test_nothing_is_claimed_while_nobody_is_chosen(at, sign_in):
    placeholder = rep_named("Ana Torres")
    sign_in("manager").post(at(f"deals/reps/{placeholder.pk}/claim/"), {"to": ""})
    assert Membership.objects.get(pk=placeholder.pk).is_active


def formset(rows, fields, **values):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows)}
    for place, row in enumerate(rows):
        data[f"form-{place}-id"] = row.pk
        for name in fields:
            value = getattr(row, name)
            if value is not False:
                data[f"form-{place}-{name}"] = "on" if value is True else value
    return data | values


STAGE_FIELDS = ("name", "position", "outcome", "is_proposal", "is_active")


def test_stages_are_renamed_and_one_that_deals_name_stays(at, sign_in, stages):
    DealFactory(stage=stages["Lead"])
    rows = list(DealStage.objects.order_by("position"))
    browser, address = sign_in("manager"), at("deals/stages/")
    data = formset(rows, STAGE_FIELDS, **{"form-1-name": "Discovery", "form-2-DELETE": "on"})
    assert browser.post(address, data).status_code == 302
    names = set(DealStage.objects.values_list("name", flat=True))
    assert "Discovery" in names
    assert "Opportunity" not in names
    rows = list(DealStage.objects.order_by("position"))
    refused = browser.post(address, formset(rows, STAGE_FIELDS, **{"form-0-DELETE": "on"}))
    assert refused.status_code == 422
    assert "so it cannot be deleted" in refused.content.decode()
    place = next(n for n, row in enumerate(rows) if row.name == "No decision")
    refused = browser.post(address, formset(rows, STAGE_FIELDS, **{f"form-{place}-DELETE": "on"}))
    assert "Keep a stage for deals that are no decision" in refused.content.decode()
    assert DealStage.objects.count() == 7


def test_a_stage_out_of_use_stands_on_the_board_while_deals_do(at, sign_in, stages):
    deal, other = DealFactory(stage=stages["Proposal"]), DealFactory(stage=stages["Lead"])
    rows = list(DealStage.objects.order_by("position"))
    place = next(n for n, row in enumerate(rows) if row.name == "Proposal")
    data = formset(rows, STAGE_FIELDS)
    del data[f"form-{place}-is_active"]
    browser = sign_in("manager")
    assert browser.post(at("deals/stages/"), data).status_code == 302

    def offered(one):
        return {str(row) for row in browser.get(at(f"deals/{one.pk}/")).context["stages"]}

    def columns():
        board = browser.get(at("deals/board/")).context["columns"]
        return {str(column.stage) for column in board}

    assert "Proposal" in columns()
    assert "Proposal" in offered(deal)
    assert "Proposal" not in offered(other)
    browser.post(at(f"deals/{deal.pk}/move/"), {"stage": stages["Lead"].pk})
    assert "Proposal" not in columns()


@pytest.mark.parametrize("ended", ["Won", "Lost", "No decision"])
def test_a_deal_that_ended_is_opened_again_where_it_stood(at, sign_in, stages, member, ended):
    deal = DealFactory(stage=stages["Lead"])
    move_deal(deal=deal, stage=stages["Proposal"], by=member("manager"))
    log_outcome(
        deal=deal,
        outcome=stages[ended].outcome,
        drivers=list(Driver.objects.filter(name="Service")),
        by=member("manager"),
    )
    browser = sign_in("manager")
    page = browser.get(at(f"deals/{deal.pk}/"))
    assert {stage.outcome for stage in page.context["stages"]} == {"open"}
    assert f'<option value="{stages["Proposal"].pk}" selected>Proposal</option>' in page.text
    form = browser.get(at(f"deals/{deal.pk}/outcome/")).context["form"]
    assert form["outcome"].value() == stages[ended].outcome
    browser.post(at(f"deals/{deal.pk}/move/"), {"stage": stages["Proposal"].pk})
    deal.refresh_from_db()
    assert (deal.outcome, deal.stage) == ("open", stages["Proposal"])


def test_the_last_stage_of_an_outcome_stays_in_use(at, sign_in, stages):
    rows = list(DealStage.objects.order_by("position"))
    place = next(n for n, row in enumerate(rows) if row.name == "Lost")
    data = formset(rows, STAGE_FIELDS)
    del data[f"form-{place}-is_active"]
    refused = sign_in("manager").post(at("deals/stages/"), data)
    assert refused.status_code == 422
    assert "Keep a stage for deals that are lost" in refused.content.decode()
    assert DealStage.objects.get(name="Lost").is_active


def test_a_driver_is_added(at, sign_in, drivers):
    rows = list(Driver.objects.order_by("position"))
    fields = ("name", "position", "decides_won", "decides_lost", "is_price", "is_active")
    new = len(rows)
    data = formset(rows, fields) | {
        "form-TOTAL_FORMS": new + 1,
        f"form-{new}-name": "Delivery time",
        f"form-{new}-position": 20,
        f"form-{new}-decides_won": "on",
        f"form-{new}-is_active": "on",
    }
    assert sign_in("manager").post(at("deals/drivers/"), data).status_code == 302
    made = Driver.objects.get(name="Delivery time")
    assert (made.decides_won, made.decides_lost) == (True, False)
