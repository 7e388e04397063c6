"""Deals are opened, moved and edited; what somebody else changed meanwhile is never lost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from execute.actions import deals, setup
from execute.models import Deal, DealStage, DealStageChange, Driver, Outcome
from execute.queries import deals as queries
from ipeo.actions.versions import EditedMeanwhile
from tests.factories.execute import DealFactory, DealStageFactory, TouchFactory
from tests.factories.insight import AccountFactory, ProductFactory
from tests.factories.ipeo import CampaignFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stages(workspace):
    setup.ensure_defaults()
    return {stage.name: stage for stage in DealStage.objects.all()}


def test_a_workspace_begins_with_the_fields_stages_and_reasons_once(workspace):
    setup.ensure_defaults()
    setup.ensure_defaults()
    names = list(DealStage.objects.order_by("position").values_list("name", flat=True))
    assert names == [name for name, _, _ in setup.STAGES]
    assert Driver.objects.get(is_price=True).name == "Price"
    assert DealStage.objects.filter(outcome=Outcome.NO_DECISION).count() == 1


def test_a_workspace_with_its_own_stages_keeps_them(workspace):
    DealStageFactory(name="Engaging")
    setup.ensure_defaults()
    assert DealStage.objects.count() == 1


def test_a_closing_stage_is_made_where_the_workspace_has_none(workspace):
    DealStageFactory(name="Engaging")
    assert setup.closing_stage("won").outcome == Outcome.WON
    assert setup.closing_stage("won") == setup.closing_stage("won")


def test_amounts_nobody_typed_follow_the_product(stages, member):
    product = ProductFactory(list_price=Decimal(480), unit_cost=Decimal(300))
    made = deals.save_deal(
        deal=Deal(name="Desks", product=product, quantity=Decimal(100), stage=stages["Lead"]),
        by=member("sales_rep"),
    )
    assert (made.list_amount, made.cost_amount) == (Decimal(48000), Decimal(30000))
    made.quantity = Decimal(50)
    edited = deals.save_deal(deal=made, by=member("sales_rep"), version=made.version)
    assert (edited.list_amount, edited.cost_amount) == (Decimal(24000), Decimal(15000))
    edited.list_amount = Decimal(25000)
    edited = deals.save_deal(deal=edited, by=member("sales_rep"), version=edited.version)
    edited.quantity = Decimal(10)
    edited = deals.save_deal(deal=edited, by=member("sales_rep"), version=edited.version)
    assert (edited.list_amount, edited.cost_amount) == (Decimal(25000), Decimal(3000))


def test_a_new_deal_stands_in_its_history_from_the_start(stages, member):
    made = deals.save_deal(deal=Deal(name="Desks", stage=stages["Lead"]), by=member("manager"))
    change = DealStageChange.objects.get()
    assert (change.deal, change.stage, change.by) == (made, stages["Lead"], member("manager"))
    assert made.created_date == timezone.localdate()


def test_each_move_is_recorded_and_a_move_to_the_same_stage_is_none(stages, member):
    deal = DealFactory(stage=stages["Lead"])
    by = member("sales_rep")
    moved = deals.move_deal(deal=deal, stage=stages["Proposal"], by=by)
    again = deals.move_deal(deal=moved, stage=stages["Proposal"], by=by, version=moved.version)
    assert moved.version == again.version == 2
    assert [change.stage for change in deal.stage_changes.all()] == [stages["Proposal"]]


def test_a_deal_does_not_end_by_a_move_alone(stages, member):
    deal = DealFactory(stage=stages["Lead"])
    with pytest.raises(deals.OutcomeNeeded):
        deals.move_deal(deal=deal, stage=stages["Won"], by=member("sales_rep"))
    deal.stage = stages["Won"]
    with pytest.raises(deals.OutcomeNeeded):
        deals.save_deal(deal=deal, by=member("sales_rep"))
    assert Deal.objects.get().stage == stages["Lead"]


def test_a_deal_moved_back_is_open_again(stages, member):
    deal = DealFactory(won=True, stage=stages["Won"], outcome_note="Payback convinced them")
    moved = deals.move_deal(deal=deal, stage=stages["Negotiation"], by=member("manager"))
    assert (moved.outcome, moved.closed_date, moved.outcome_note) == ("open", None, "")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(stages, member):
    deal = DealFactory(stage=stages["Lead"])
    mine, theirs = Deal.objects.get(), Deal.objects.get()
    theirs.name = "Theirs"
    deals.save_deal(deal=theirs, by=member("manager"), version=1)
    mine.name = "Mine"
    with pytest.raises(EditedMeanwhile) as caught:
        deals.save_deal(deal=mine, by=member("sales_rep"), version=1)
    assert caught.value.current.name == "Theirs"
    assert Deal.objects.get().name == "Theirs"
    with pytest.raises(EditedMeanwhile):
        deals.move_deal(deal=deal, stage=stages["Proposal"], by=member("manager"), version=1)


def test_an_amount_below_zero_is_refused(stages, member):
    deal = Deal(name="Desks", stage=stages["Lead"], net_amount=Decimal(-1))
    with pytest.raises(deals.AmountNegative) as caught:
        deals.save_deal(deal=deal, by=member("manager"))
    assert caught.value.field == "net_amount"


def test_a_deal_past_its_close_date_waits_until_its_outcome_is_known(stages, member):
    rep, yesterday = member("sales_rep"), timezone.localdate() - timedelta(days=1)
    late = DealFactory(owner=rep, expected_close_date=yesterday)
    later = DealFactory(owner=rep, expected_close_date=yesterday - timedelta(days=3))
    DealFactory(owner=rep, expected_close_date=timezone.localdate())
    DealFactory(owner=rep, expected_close_date=None)
    DealFactory(owner=member("manager"), expected_close_date=yesterday)
    DealFactory(owner=rep, expected_close_date=yesterday, won=True)
    assert list(queries.waiting_of(rep)) == [later, late]
    assert queries.next_waiting(rep, after=later) == late
    assert [row.expected_close_date for row in queries.coming_of(rep)] == [timezone.localdate()]


def test_a_deal_belongs_to_the_campaign_whose_program_made_its_offer_or_touched_its_buyer(
    workspace,
):
    campaign = CampaignFactory()
    program, other = ProgramFactory(campaign=campaign), ProgramFactory()
    offered = DealFactory(program=program)
    touched = DealFactory()
    TouchFactory(contact=None, account=touched.account, program=program)
    stranger = DealFactory()
    TouchFactory(contact=None, account=stranger.account, program=other)
    found = Deal.objects.filter(queries.of_campaign(campaign))
    assert set(found) == {offered, touched}


def test_totals_say_of_how_many_deals_the_money_is_known(workspace):
    DealFactory(net_amount=Decimal(100))
    DealFactory(net_amount=None)
    totals = queries.totals_of(queries.matching_deals())
    assert (totals.deals, totals.net_amount, totals.with_net) == (2, Decimal(100), 1)


def test_every_word_of_a_search_must_be_found(workspace):
    wanted = DealFactory(name="Standing desks", account=AccountFactory(name="Alvarez & Sons"))
    DealFactory(name="Standing desks", account=AccountFactory(name="Brown"))
    assert list(queries.matching_deals(search="alvarez desk")) == [wanted]


def test_the_board_counts_all_and_shows_some(stages):
    for _ in range(5):
        DealFactory(stage=stages["Proposal"], net_amount=Decimal(10))
    won = DealFactory(stage=stages["Won"], outcome="won", closed_date=timezone.localdate())
    DealFactory(stage=stages["Won"], outcome="won", closed_date=date(2020, 1, 1))
    columns = {column.stage.name: column for column in queries.board(cards=3)}
    proposal = columns["Proposal"]
    assert (len(proposal.cards), proposal.totals.deals, proposal.hidden) == (3, 5, 2)
    assert proposal.totals.net_amount == Decimal(50)
    assert columns["Won"].cards == [won]
    assert columns["Lead"].cards == []
