"""Products, channels and rivals are taken out of use, and removed where nothing names them."""

import pytest

from insight.actions.battlecards import save_card
from insight.models import Channel, Competitor, Product
from tests.factories.execute import DealFactory, TouchFactory
from tests.factories.insight import (
    ChannelFactory,
    CompetitorFactory,
    CompetitorMoveFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db

KINDS = {
    "products": (Product, ProductFactory, "products/{}/", "Discontinued"),
    "channels": (Channel, ChannelFactory, "channels/{}/", "Not in use"),
    "rivals": (Competitor, CompetitorFactory, "rivals/{}/edit/", "No longer a competitor"),
}


@pytest.fixture
def at(workspace):
    return lambda path: f"/w/{workspace.slug}/{path}"


@pytest.fixture(params=KINDS)
def kept(request, at):
    """A row of each kind, with the addresses of its form and its list."""
    model, factory, address, word = KINDS[request.param]
    row = factory(name="Acme")
    form = at("insight/" + address.format(row.pk))
    return model, row, form, at(f"insight/{request.param}/"), word


def test_what_is_out_of_use_stays_listed_behind_the_others(sign_in, kept):
    model, row, form, listed, word = kept
    type_of_row = KINDS[listed.split("/")[-2]][1]
    type_of_row(name="Zenith")
    browser = sign_in("marketer")
    assert word not in browser.get(listed).text
    assert browser.post(form, {"name": "Acme"}).status_code == 302
    assert model.objects.get(pk=row.pk).is_active is False
    text = browser.get(listed).text
    assert word in text
    assert text.index("Zenith") < text.index("Acme")


def test_it_comes_back_into_use(sign_in, kept):
    model, row, form, _, _ = kept
    model.objects.update(is_active=False)
    sign_in("marketer").post(form, {"name": "Acme", "is_active": "on"})
    assert model.objects.get(pk=row.pk).is_active


def test_what_nothing_names_is_removed(sign_in, kept):
    model, row, form, listed, _ = kept
    browser = sign_in("marketer")
    assert "Delete Acme?" in browser.get(form).text
    assert browser.post(form, {"remove": "yes"}).headers["Location"] == listed
    assert not model.objects.filter(pk=row.pk).exists()


@pytest.fixture
def named(kept):
    """A row of each kind that others name: a deal, a touch, a rival's move."""
    _, row, _, _, _ = kept
    if isinstance(row, Product):
        DealFactory(product=row)
    elif isinstance(row, Channel):
        TouchFactory(channel=row)
    else:
        CompetitorMoveFactory(competitor=row)
    return kept


def test_what_is_named_stays_and_is_not_offered_for_removal(sign_in, named):
    model, row, form, _, _ = named
    browser = sign_in("marketer")
    assert "Delete Acme?" not in browser.get(form).text
    refused = browser.post(form, {"remove": "yes"}, follow=True)
    assert "Mark it as not in use instead" in refused.text
    assert model.objects.filter(pk=row.pk).exists()


def test_the_api_removes_alike(sign_in, workspace, named):
    model, row, _, listed, _ = named
    resource = {"rivals": "competitors"}.get(listed.split("/")[-2], listed.split("/")[-2])
    browser, inside = sign_in("marketer"), {"IPEO-Workspace": workspace.slug}
    refused = browser.delete(f"/api/v1/{resource}/{row.pk}/", headers=inside)
    assert refused.status_code == 409
    free = KINDS[listed.split("/")[-2]][1]()
    assert browser.delete(f"/api/v1/{resource}/{free.pk}/", headers=inside).status_code == 204
    put_away = browser.patch(
        f"/api/v1/{resource}/{row.pk}/",
        {"is_active": False},
        content_type="application/json",
        headers=inside,
    )
    assert put_away.json()["is_active"] is False
    assert not model.objects.filter(pk=free.pk).exists()


def test_the_card_against_a_rival_of_the_past_is_shown_where_it_is_named(at, sign_in, member):
    rivals = [CompetitorFactory(name=name) for name in ("Present", "Past")]
    for rival in rivals:
        save_card(
            competitor=rival,
            their_claim=f"{rival} claims",
            our_answer="It pays back",
            proofs=[],
            traps=[],
            by=member("marketer"),
        )
    Competitor.objects.filter(name="Past").update(is_active=False)
    browser = sign_in("sales_rep")
    everybody = browser.get(at("insight/rivals/battlecards/")).text
    assert "Present claims" in everybody
    assert "Past claims" not in everybody
    named = browser.get(at("insight/rivals/battlecards/"), {"rival": rivals[1].pk}).text
    assert "Past claims" in named


def offered(browser, address, name):
    """Return the choices that a page's form offers in a field."""
    return {str(label) for _, label in browser.get(address).context["form"].fields[name].choices}


def test_a_channel_out_of_use_is_not_offered(at, sign_in):
    ChannelFactory(name="Fax", is_active=False)
    ChannelFactory(name="Search")
    browser = sign_in("owner")
    for address in ("expenses/new/", "links/new/", "expenses/rules/new/", "tasks/templates/new/"):
        choices = offered(browser, at(address), "channel")
        assert "Search" in choices, address
        assert "Fax" not in choices, address


def test_a_deal_keeps_the_product_and_the_rival_that_are_out_of_use(at, sign_in):
    product, rival = ProductFactory(name="Old desk"), CompetitorFactory(name="Gone rival")
    deal = DealFactory(product=product, competitor=rival)
    Product.objects.update(is_active=False)
    Competitor.objects.update(is_active=False)
    browser = sign_in("manager")
    assert "Old desk" in offered(browser, at(f"deals/{deal.pk}/edit/"), "product")
    assert "Gone rival" in offered(browser, at(f"deals/{deal.pk}/outcome/"), "competitor")
    other = DealFactory()
    assert "Old desk" not in offered(browser, at(f"deals/{other.pk}/edit/"), "product")
    assert "Gone rival" not in offered(browser, at(f"deals/{other.pk}/outcome/"), "competitor")
