"""The page of wins and losses, and the deals behind its numbers."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from execute.models import BuyerReview, BuyerReviewDriver, Deal, DealDriver, DealMaterial, Outcome
from ipeo.navigation import link
from ipeo.numerics.ranges import Days
from optimize.actions.helping import WON_ONLY, help_effects
from optimize.actions.recompute import recompute
from optimize.queries import wins
from optimize.queries.helping import helping
from optimize.queries.openings import opened_deals
from optimize.queries.told import told
from tests.factories.execute import DealFactory, DriverFactory, MaterialFactory
from tests.factories.insight import AccountFactory, CompetitorFactory, ProofPointFactory

pytestmark = pytest.mark.django_db
DAYS = Days(date(2026, 1, 1), date(2026, 6, 30))
QUERY = "?range=custom&date_from=2026-01-01&date_to=2026-06-30"


def ended(outcome, *, n=1, **fields):
    return [
        DealFactory(
            outcome=outcome,
            closed_date=date(2026, 3, 1),
            created_date=date(2026, 2, 1),
            **fields,
        )
        for _ in range(n)
    ]


def answer(deal, driver, *, days=0):
    review = BuyerReview.objects.create(
        deal=deal,
        digest=f"{deal.pk}-{days}",
        expires_at=timezone.now(),
        answered_at=timezone.now() + timedelta(days=days),
        again="yes",
    )
    BuyerReviewDriver.objects.create(review=review, driver=driver, rank=1)


@pytest.fixture
def story(workspace):
    """Six lost deals: reps say price of four, buyers say trust of three of those."""
    price, trust = DriverFactory(name="Price", is_price=True), DriverFactory(name="Trust")
    rival = CompetitorFactory(name="CheapDesk")
    lost = ended("lost", n=6, competitor=rival, account=AccountFactory(region="North, upper"))
    won = ended("won", n=4)
    for deal in lost[:4]:
        DealDriver.objects.create(deal=deal, driver=price, rank=1)
    for deal in lost[:3]:
        answer(deal, trust)
    answer(lost[3], price)
    return price, trust, rival, lost, won


def test_both_voices_are_counted_over_the_deals_that_each_told_of(story):
    price, trust, *_ = story
    lines = {line.driver: line for line in wins.drivers(told(DAYS)).lines}
    assert lines[price].lost_rep.share.value == 1
    assert lines[price].lost_rep.share.n == 4
    assert lines[trust].lost_buyer.share.value == pytest.approx(0.75)
    assert not lines[trust].won_buyer.share.known


def test_of_several_answers_of_a_buyer_the_latest_counts(story):
    price, trust, _, lost, _ = story
    answer(lost[0], price, days=1)
    lines = {line.driver: line for line in wins.drivers(told(DAYS)).lines}
    assert lines[trust].lost_buyer.named == 2


def test_the_matrix_sets_what_reps_say_against_what_buyers_say(story):
    price, trust, *_ = story
    matrix = wins.disagreement(told(DAYS))
    assert matrix.n == 4
    assert matrix.agreed.value == pytest.approx(0.25)
    ((driver, cells),) = matrix.rows
    assert driver == price
    assert dict(zip(matrix.buyers, [cell.count for cell in cells], strict=True)) == {
        price: 1,
        trust: 3,
    }


def test_every_number_leads_to_the_deals_that_it_counts(story, sign_in):
    price, trust, *_ = story
    browser = sign_in("manager")

    def listed(href):
        return browser.get(href).context["totals"].deals

    lines = {line.driver: line for line in wins.drivers(told(DAYS)).lines}
    assert listed(lines[price].lost_rep.href) == 4
    assert listed(lines[trust].lost_buyer.href) == 3
    ((_, cells),) = wins.disagreement(told(DAYS)).rows
    assert sorted(listed(cell.href) for cell in cells) == [1, 3]
    rivals = {line.label: line for line in wins.ended(DAYS).rivals.lines}
    assert listed(rivals["CheapDesk"].href) == rivals["CheapDesk"].decided == 6
    assert listed(rivals["No competitor named"].href) == 4
    region = next(part for part in wins.ended(DAYS).segments if part.title == "Region")
    held = {line.label: line for line in region.lines}
    assert listed(held["North, upper"].href) == 6


def test_what_means_nothing_is_refused_and_not_ignored(story, sign_in):
    for wish in ("driver.999999", "rival.x", f"discount.{quote('5-x')}", "nonsense.1"):
        answer = sign_in("manager").get(link("execute:deals") + f"?behind={wish}")
        assert answer.status_code == 422, wish


def test_the_page_shows_both_voices_and_says_what_is_not_known(story, sign_in):
    text = sign_in("viewer").get(link("optimize:wins") + QUERY).content.decode()
    assert "Why deals were lost" in text
    assert "CheapDesk" in text
    assert "Both name the same top driver" in text
    only_won = sign_in("viewer").get(link("optimize:wins") + QUERY + "&of=won").content.decode()
    assert "No deals with both views yet" in only_won


def test_the_counts_are_held_against_the_days_before(story, sign_in):
    for outcome in ("lost", "lost", "lost", "won"):
        DealFactory(outcome=outcome, closed_date=date(2026, 2, 1))
    asked = "?range=custom&date_from=2026-03-01&date_to=2026-03-31"
    page = sign_in("viewer").get(link("optimize:wins") + asked)
    held = page.context["lost_change"]
    assert (held.before.value, held.now.value) == (3, 6)
    assert "Up 100% from 3" in page.content.decode()


def test_without_deals_the_page_teaches_the_next_step(workspace, sign_in):
    text = sign_in("viewer").get(link("optimize:wins")).content.decode()
    assert "No deals were decided in this period" in text


def test_the_page_asks_as_often_for_many_rivals_as_for_few(
    story, sign_in, django_assert_max_num_queries
):
    browser = sign_in("manager")
    browser.get(link("optimize:wins") + QUERY)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        browser.get(link("optimize:wins") + QUERY)
    for _ in range(8):
        ended("lost", competitor=CompetitorFactory(), account=AccountFactory(region="South"))
        MaterialFactory()
    with django_assert_max_num_queries(len(few)):
        browser.get(link("optimize:wins") + QUERY)


def test_what_helped_is_not_compared_as_long_as_only_won_deals_were_asked(story):
    *_, won = story
    material = MaterialFactory(proof_point=ProofPointFactory())
    DealMaterial.objects.create(deal=won[0], material=material)
    recompute(full=True)
    found = help_effects(opened_deals())
    assert found[f"material-{material.pk}"]["used"]["reason"] == WON_ONLY
    held = helping(told(DAYS))
    assert held.materials[0].named.value == 1
    assert held.proofs[0].named.n == 1


def test_what_helped_is_compared_once_lost_deals_tell_too(story):
    material, other = MaterialFactory(), MaterialFactory()
    for outcome, one, n in (("won", material, 20), ("lost", material, 8), ("won", other, 8)):
        for deal in ended(outcome, n=n):
            DealMaterial.objects.create(deal=deal, material=one)
    for deal in ended("lost", n=20):
        DealMaterial.objects.create(deal=deal, material=other)
    recompute(full=True)
    used = help_effects(opened_deals())[f"material-{material.pk}"]["used"]
    assert used["n"] == 28
    assert used["low"] > 0
    assert Deal.objects.filter(outcome=Outcome.LOST, deal_materials__isnull=False).exists()


def test_the_interface_for_programs_gives_what_the_page_shows(story, sign_in):
    browser = sign_in("manager")
    where = "?from=2026-01-01&to=2026-06-30"
    found = browser.get(f"/api/v1/wins/{where}").json()["figures"]
    assert (found["won"], found["lost"]) == (4, 6)
    assert found["voices"]["agreed"]["n"] == 4
    assert found["rivals"][0]["name"] == "CheapDesk"
    prices = browser.get(f"/api/v1/price/{where}").json()["figures"]
    assert prices["five_points"] is None
    assert prices["pocket"]["pocket_amount"]["value"] is None
    assert "deductions" in prices["pocket"]["pocket_amount"]["reason"]
    refused = browser.get("/api/v1/price/?from=2026-06-30&to=2026-01-01")
    assert refused.status_code == 400
    assert browser.get("/api/v1/wear/").json() == {"rows": []}
    assert browser.get("/api/v1/wear-cells/").json() == {"rows": []}
