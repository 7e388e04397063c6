"""The buyer's voice: one link, one answer, and nothing else of the workspace."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from execute.actions import reviews, setup
from execute.models import BuyerReview, DealDriver, Driver
from execute.queries.reviews import agreement, answers_of, response_rate, voices_of
from ipeo import tenancy
from ipeo.tokens import digest_of
from tests.factories.execute import DealFactory
from tests.factories.insight import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def drivers(workspace):
    setup.ensure_defaults()
    return {driver.name: driver for driver in Driver.objects.all()}


@pytest.fixture
def deal(drivers):
    deal = DealFactory(won=True, name="Secret project", product=ProductFactory(name="Oak desk"))
    DealDriver.objects.create(deal=deal, driver=drivers["Payback proof"], rank=1)
    DealDriver.objects.create(deal=deal, driver=drivers["Service"], rank=2)
    return deal


@pytest.fixture
def secret(deal, member):
    return reviews.make_review(deal=deal, by=member("sales_rep"))[1]


@pytest.fixture
def buyer():
    """Somebody without an account."""
    return Client()


@pytest.fixture
def typed(drivers):
    chosen = [drivers["Service"].pk, drivers["Trust"].pk]
    return {
        "drivers": chosen,
        "order": f"{chosen[1]},{chosen[0]}",
        "value": "4",
        "price": "",
        "trust": "5",
        "again": "yes",
        "words": " They listened. ",
    }


def test_a_buyer_is_asked_once_the_deal_has_ended(drivers, member):
    with pytest.raises(reviews.DealStillOpen):
        reviews.make_review(deal=DealFactory(), by=member("manager"))


def test_only_the_hash_of_a_long_secret_is_kept(secret):
    review = BuyerReview.objects.get()
    assert len(secret) >= 43
    assert review.digest == digest_of(secret)
    assert secret not in repr(vars(review))


def test_the_page_shows_the_seller_and_the_product_alone(buyer, secret, deal, workspace):
    answer = buyer.get(f"/review/{secret}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert workspace.name in page
    assert "Oak desk" in page
    for hidden in ("Secret project", deal.account.name, workspace.slug + "/", "Payback proof"):
        assert hidden not in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("same-origin", "no-store")


def test_the_buyer_reads_the_taxonomy_in_their_own_words(buyer, secret):
    page = buyer.get(f"/review/{secret}/").content.decode()
    assert "It was shown to pay back" in page
    assert "There was no budget" not in page


def test_an_answer_is_taken_once_in_the_order_of_touch(buyer, secret, deal, typed, drivers):
    assert "Thank you" in buyer.post(f"/review/{secret}/", typed).content.decode()
    assert buyer.post(f"/review/{secret}/", typed).status_code == 410
    assert buyer.get(f"/review/{secret}/").status_code == 410
    (answer,) = answers_of(deal)
    assert answer.drivers == (drivers["Trust"], drivers["Service"])
    assert (answer.value, answer.price, answer.trust) == ("better", "could not say", "very good")
    assert (answer.review.again, answer.review.words) == ("yes", "They listened.")


def test_what_lacks_is_asked_for_and_what_was_typed_is_kept(buyer, secret, typed):
    for lacking in ("drivers", "again"):
        answer = buyer.post(f"/review/{secret}/", {**typed, lacking: []})
        assert answer.status_code == 422
        assert "They listened." in answer.content.decode()
    assert buyer.get(f"/review/{secret}/").status_code == 200


def test_three_reasons_are_enough_and_they_must_fit(deal, secret, drivers):
    four = [drivers[name] for name in ("Service", "Trust", "Fit", "Price")]
    for chosen in ([], four, [drivers["No budget"]]):
        with reviews.opened(secret) as review, pytest.raises(reviews.AnswerRefused):
            reviews.answer_review(review=review, drivers=chosen, again="yes")


@pytest.mark.parametrize("how", ["expires", "revoke", "wrong", "long"])
def test_a_link_that_is_not_open_says_nothing(buyer, secret, how, workspace):
    review = BuyerReview.objects.get()
    if how == "expires":
        BuyerReview.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoke":
        reviews.revoke_review(review=review)
    address = {"wrong": "no-such-secret", "long": "x" * 500}.get(how, secret)
    for answer in (buyer.get(f"/review/{address}/"), buyer.post(f"/review/{address}/", {})):
        assert answer.status_code == (404 if how in {"wrong", "long"} else 410)
        assert workspace.name not in answer.content.decode()
        assert "This link is not active" in answer.content.decode()


def test_the_scope_is_left_behind(secret):
    with tenancy.nobody():
        with reviews.opened(secret) as review:
            assert tenancy.current_workspace() == review.workspace
        with pytest.raises(tenancy.OutOfScope):
            tenancy.current_workspace()


def test_a_buyer_who_asks_too_often_is_asked_to_wait(buyer, secret):
    at = {"REMOTE_ADDR": f"192.0.2.{timezone.now().microsecond % 250}"}
    codes = [buyer.get(f"/review/{secret}/", **at).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]


def test_both_voices_stand_side_by_side(deal, secret, drivers, sign_in, workspace):
    with reviews.opened(secret) as review:
        reviews.answer_review(
            review=review, drivers=[drivers["Trust"], drivers["Service"]], again="perhaps"
        )
    (answer,) = answers_of(deal)
    says = "You say payback proof, the buyer says trust. Both name service."
    assert voices_of(deal, answer).says == says
    page = sign_in("marketer").get(f"/w/{workspace.slug}/deals/{deal.pk}/").content.decode()
    assert says in page
    assert "Maybe" in page


def test_agreement_is_a_rate_with_its_sample(deal, secret, drivers, member):
    assert agreement().agreed.reason
    with reviews.opened(secret) as review:
        reviews.answer_review(review=review, drivers=[drivers["Payback proof"]], again="yes")
    other = DealFactory(lost=True)
    DealDriver.objects.create(deal=other, driver=drivers["No budget"], rank=1)
    _, second = reviews.make_review(deal=other, by=member("marketer"))
    with reviews.opened(second) as review:
        reviews.answer_review(review=review, drivers=[drivers["Trust"]], again="no")
    both = agreement()
    assert (both.agreed.value, both.agreed.n) == (0.5, 2)
    assert agreement(outcome="won").agreed.value == 1
    assert {line.driver.name for line in both.drivers} == {"Payback proof", "No budget", "Trust"}
    assert response_rate().n == 2


def test_a_marketer_makes_a_link_that_is_shown_once_and_takes_it_back(deal, sign_in, workspace):
    marketer, at = sign_in("marketer"), f"/w/{workspace.slug}/deals/"
    page = marketer.post(f"{at}{deal.pk}/ask/").content.decode()
    review = BuyerReview.objects.get()
    assert "/review/" in page
    assert "/review/" not in marketer.get(f"{at}{deal.pk}/ask/").content.decode()
    assert "Revoke" in marketer.get(f"{at}{deal.pk}/").content.decode()
    assert sign_in("viewer").post(f"{at}reviews/{review.pk}/revoke/").status_code == 403
    marketer.post(f"{at}reviews/{review.pk}/revoke/")
    assert BuyerReview.objects.get().revoked_at
    assert "Revoked" in marketer.get(f"{at}reviews/").content.decode()


def test_the_api_makes_lists_and_revokes(deal, sign_in, workspace, buyer):
    rep = sign_in("sales_rep")
    head = {"HTTP_IPEO_WORKSPACE": workspace.slug, "content_type": "application/json"}
    made = rep.post("/api/v1/buyer-reviews/", {"deal": deal.pk}, **head)
    assert made.status_code == 201
    assert buyer.get(made.json()["address"]).status_code == 200
    listed = rep.get("/api/v1/buyer-reviews/", **head).json()["results"]
    assert [row["id"] for row in listed] == [made.json()["id"]]
    assert "address" not in listed[0]
    revoked = rep.post(f"/api/v1/buyer-reviews/{made.json()['id']}/revoke/", **head)
    assert revoked.json()["revoked_at"]
    assert buyer.get(made.json()["address"]).status_code == 410
