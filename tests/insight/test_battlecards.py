"""Battlecards in versions, on the rival's page and on the deal; what names each proof point."""

from datetime import timedelta

import pytest
from django.utils import timezone

from execute.models import DealDriver, Driver, Outcome
from insight.actions.battlecards import CardMovedOn, TooManyLines, save_card
from insight.models import Battlecard
from insight.queries.market import health
from insight.queries.stories import uses
from plan.models import PlanProof
from tests.factories.execute import DealFactory, MaterialFactory
from tests.factories.insight import (
    BattlecardFactory,
    BrandStoryFactory,
    CompetitorFactory,
    ProofPointFactory,
)
from tests.factories.plan import ProgramPlanFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def pages(workspace):
    return f"/w/{workspace.slug}/insight/"


def test_a_card_is_written_in_versions_and_the_older_ones_stay(pages, sign_in):
    rival = CompetitorFactory(name="Acme")
    browser = sign_in("marketer")
    address = f"{pages}rivals/{rival.pk}/battlecard/"
    typed = {
        "seen_version": "0",
        "their_claim": "The lowest price",
        "our_answer": "The lowest cost",
        "proofs": "Pays back in 14 months\n\nRepairs in two days",
        "traps": "Ask who repairs in year three",
    }
    browser.post(address, typed)
    browser.post(address, {**typed, "seen_version": "1", "their_claim": "Half the price"})
    first, second = Battlecard.objects.order_by("version")
    assert first.proofs == ["Pays back in 14 months", "Repairs in two days"]
    assert (first.is_current, second.is_current) == (False, True)
    assert "Half the price" in browser.get(f"{pages}rivals/{rival.pk}/").content.decode()
    assert "The lowest price" in browser.get(f"{address}1/").content.decode()


def test_a_card_saved_meanwhile_is_not_written_over_unseen(pages, sign_in, member):
    rival = CompetitorFactory()
    words = {"their_claim": "a", "our_answer": "b", "proofs": [], "traps": []}
    save_card(competitor=rival, by=member("owner"), **words)
    with pytest.raises(CardMovedOn):
        save_card(competitor=rival, by=None, **{**words, "their_claim": "c"}, seen_version=0)
    typed = {"seen_version": "0", "their_claim": "c", "our_answer": "b"}
    address = f"{pages}rivals/{rival.pk}/battlecard/"
    shown = sign_in("marketer").post(address, typed)
    text = shown.content.decode()
    assert shown.status_code == 422
    assert "has saved version 1 in the meantime" in text
    assert 'name="seen_version" value="1"' in text


def test_an_unchanged_card_is_no_version(workspace):
    card = BattlecardFactory()
    same = {"their_claim": card.their_claim, "our_answer": card.our_answer}
    again = save_card(competitor=card.competitor, proofs=[], traps=[], by=None, **same)
    assert again == card


def test_a_card_is_read_in_a_minute(workspace):
    with pytest.raises(TooManyLines):
        save_card(
            competitor=CompetitorFactory(),
            their_claim="a",
            our_answer="b",
            proofs=[str(number) for number in range(13)],
            traps=[],
            by=None,
        )


def test_a_rep_reads_the_card_of_the_deals_rival_on_the_deal(workspace, pages, sign_in):
    card = BattlecardFactory(their_claim="Cheaper today")
    BattlecardFactory(their_claim="Another's claim")
    deal = DealFactory(competitor=card.competitor)
    rep = sign_in("sales_rep")
    address = f"{pages}rivals/battlecards/?rival={card.competitor_id}"
    assert address in rep.get(f"/w/{workspace.slug}/deals/{deal.pk}/").content.decode()
    panel = rep.get(address, headers=HTMX).content.decode()
    assert "Cheaper today" in panel
    assert "Another's claim" not in panel
    assert "<html" not in panel
    whole = rep.get(f"{pages}rivals/battlecards/").content.decode()
    assert "Cheaper today" in whole
    assert "<html" in whole


def test_a_proof_point_says_which_programs_and_materials_name_it(pages, sign_in):
    old = BrandStoryFactory(is_current=False)
    before = ProofPointFactory(story=old, statement="Pays back in 14 months")
    point = ProofPointFactory(story=BrandStoryFactory(), statement="Pays back in 14 months")
    plan = ProgramPlanFactory(program__name="Demo days")
    PlanProof.objects.create(program_plan=plan, proof_point=before)
    MaterialFactory(name="Payback sheet", proof_point=point)
    assert [(use.kind, use.label) for use in uses([point])[point.pk]] == [
        ("program", "Demo days"),
        ("material", "Payback sheet"),
    ]
    shown = sign_in("marketer").get(f"{pages}story/").content.decode()
    assert "Demo days" in shown
    assert "Payback sheet" in shown


def test_market_health_is_read_from_two_years_of_deals(pages, sign_in):
    from execute.actions.setup import ensure_defaults

    ensure_defaults()
    price = Driver.objects.get(is_price=True)
    today = timezone.localdate()
    for number in range(24):
        deal = DealFactory(
            outcome=Outcome.LOST,
            created_date=today - timedelta(days=200),
            closed_date=today - timedelta(days=100),
        )
        if number % 2:
            DealDriver.objects.create(deal=deal, driver=price)
    found = health()
    assert (found.on_price.value, found.on_price.n) == (1.0, 12)
    assert not found.growth.known
    shown = sign_in("viewer").get(f"{pages}market/").content.decode()
    assert "Market health" in shown
    assert "Not known" in shown
