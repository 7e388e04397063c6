"""A deal that sells several products: its lines, their sums, and two people who edit them."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from execute.actions import rates, setup
from execute.actions.deals import LineRefused, save_deal
from execute.actions.outcomes import log_outcome
from execute.actions.pricing import price_deal
from execute.models import Deal, DealLine, DealStage, Driver, ExchangeRate
from execute.numerics.shares import shared_out
from execute.queries.deals import matching_deals
from tests.factories.execute import DealFactory, ExchangeRateFactory
from tests.factories.insight import ProductFactory

pytestmark = pytest.mark.django_db
MONEY = ("list_amount", "net_amount", "cost_amount")


@given(
    total=some.decimals(-(10**9), 10**9, places=2),
    weights=some.lists(some.decimals(0, 10**7, places=2), min_size=1, max_size=12),
)
def test_shares_add_up_to_the_cent_and_keep_their_proportion(total, weights):
    parts = shared_out(total, weights)
    assert sum(parts) == total
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if sum(weights) else [1] * len(weights), strict=True):
        assert abs(part - total * weight / whole) <= Decimal("0.01")


def test_the_cents_left_over_go_to_whom_rounding_took_most_from():
    parts = [Decimal("0.50"), Decimal("0.17"), Decimal("0.33")]
    assert shared_out(Decimal(1), [Decimal(3), Decimal(1), Decimal(2)]) == parts
    assert shared_out(Decimal(-1), [Decimal(3), Decimal(1), Decimal(2)]) == [-one for one in parts]


def test_an_amount_that_follows_the_product_is_to_the_cent(workspace):
    setup.ensure_defaults()
    lamp = ProductFactory(list_price=Decimal("19.99"), unit_cost=Decimal("7.33"))
    stage = DealStage.objects.get(name="Lead")
    deal = Deal(name="Lamps", stage=stage, product=lamp, quantity=Decimal("2.5"))
    saved = save_deal(deal=deal, by=None)
    assert (saved.list_amount, saved.cost_amount) == (Decimal("49.98"), Decimal("18.32"))


@pytest.fixture
def products(workspace):
    setup.ensure_defaults()
    return [
        ProductFactory(name="Desk", list_price=Decimal(400), unit_cost=Decimal(250)),
        ProductFactory(name="Chair", list_price=Decimal(100), unit_cost=Decimal(40)),
    ]


def sold(products, *nets, quantities=(2, 10)):
    """A deal of a desk line and a chair line at these net prices."""
    deal = Deal(name="An office", stage=DealStage.objects.get(name="Lead"))
    rows = zip(products, quantities, nets, strict=True)
    lines = [
        DealLine(
            position=place,
            product=product,
            quantity=Decimal(quantity),
            net_amount=None if net is None else Decimal(net),
        )
        for place, (product, quantity, net) in enumerate(rows, 1)
    ]
    return save_deal(deal=deal, by=None, lines=lines)


def money_of(deal):
    return [
        tuple(getattr(line, name) for name in MONEY) for line in deal.lines.order_by("position")
    ]


def test_a_deal_has_the_sums_of_its_lines_and_the_product_of_the_largest(products):
    deal = sold(products, 700, 950)
    assert money_of(deal) == [(800, 700, 500), (1000, 950, 400)]
    assert (deal.list_amount, deal.net_amount, deal.cost_amount) == (1800, 1650, 900)
    assert (deal.product, deal.quantity, deal.margin_amount) == (products[1], 10, 750)


def test_a_sum_is_not_known_where_one_line_does_not_know_it(products):
    deal = sold(products, 700, None)
    assert (deal.list_amount, deal.net_amount, deal.discount) == (1800, None, None)


def test_one_line_alone_is_the_deals_own_product(products):
    deal = sold(products, 700, 950)
    line = DealLine(position=1, product=products[0], quantity=Decimal(3), net_amount=Decimal(900))
    deal = save_deal(deal=deal, by=None, lines=[line])
    assert not deal.lines.exists()
    assert (deal.product, deal.quantity) == (products[0], 3)
    assert (deal.list_amount, deal.net_amount, deal.cost_amount) == (1200, 900, 750)


def test_a_line_without_a_product_is_refused_and_so_is_another_product_beside_the_lines(products):
    with pytest.raises(LineRefused):
        sold([products[0], None], 1, 2)
    deal = sold(products, 700, 950)
    deal.product = products[0]
    with pytest.raises(LineRefused):
        save_deal(deal=deal, by=None)


def test_the_price_that_an_outcome_is_logged_at_is_shared_among_the_lines(products):
    deal = sold(products, 700, 950)
    driver = Driver.objects.filter(decides_won=True, is_price=False).first()
    deal = log_outcome(
        deal=deal, outcome="won", drivers=[driver], net_amount=Decimal("1749.99"), by=None
    )
    assert [net for _, net, _ in money_of(deal)] == [Decimal("742.42"), Decimal("1007.57")]
    assert sum(net for _, net, _ in money_of(deal)) == deal.net_amount


def test_lines_follow_a_price_in_another_currency_and_its_next_rate(products):
    deal = sold(products, 700, 950)
    ExchangeRateFactory(currency="GBP", date=deal.created_date, rate=2)
    deal = price_deal(deal=deal, currency="GBP", net_amount=Decimal(1000))
    assert sum(net for _, net, _ in money_of(deal)) == deal.net_amount == 2000
    ExchangeRate.objects.update(rate=3)
    rates.convert_anew()
    deal.refresh_from_db()
    assert sum(net for _, net, _ in money_of(deal)) == deal.net_amount == 3000


def form_of(browser, address):
    """What the edit page would send, unchanged."""
    page = browser.get(address)
    form, lines = page.context["form"], page.context["lines"]
    fields = [*form, *(field for line in lines for field in line if field.name != "remove")]
    sent = {}
    for field in fields:
        value = field.value()
        sent[field.html_name] = "" if value is None else str(value)
    return sent | {f"initial-{name}": text for name, text in sent.items() if name != "version"}


@pytest.fixture
def edit(workspace, sign_in):
    def opened(deal, role):
        browser, address = sign_in(role), f"/w/{workspace.slug}/deals/{deal.pk}/edit/"
        sent = form_of(browser, address)
        return lambda **changes: browser.post(address, sent | changes)

    return opened


def choosing(answer, whose):
    """Send again what the page that asks holds, with one of the two chosen everywhere."""
    form, merge, lines = (answer.context[name] for name in ("form", "merge", "lines"))
    sent = {}
    for field in [*form, *(field for line in lines for field in line)]:
        value = field.value()
        if field.name == "remove" and not value:
            continue
        sent[field.html_name] = "" if value is None else str(value)
        if field.field.show_hidden_initial:
            sent[f"initial-{field.html_name}"] = "" if field.initial is None else str(field.initial)
    for difference in merge.conflicts:
        sent[f"keep-{difference.name}"] = whose
        if difference.stored is not None:
            sent[f"initial-{difference.name}"] = difference.stored
    browser, address = answer.client, answer.request["PATH_INFO"]
    return lambda: browser.post(address, sent)


def test_a_product_is_added_and_removed_on_the_form_without_a_script(products, edit, workspace):
    deal = DealFactory(
        name="Desks", stage=DealStage.objects.get(name="Lead"), product=products[0], quantity=1
    )
    send = edit(deal, "sales_rep")
    asked = send(add_line="yes", net_amount="930")
    assert asked.status_code == 200
    assert 'name="line-2-product"' in asked.content.decode()
    assert 'value="930"' in asked.content.decode()
    line = {"line-2-product": products[1].pk, "line-2-quantity": "4", "line-2-net_amount": "350"}
    assert send(**line).status_code == 302
    deal.refresh_from_db()
    assert money_of(deal) == [(1000, 950, 600), (400, 350, 160)]
    assert deal.net_amount == 1300
    send = edit(deal, "sales_rep")
    assert send(remove_first="on").status_code == 302
    deal.refresh_from_db()
    assert (deal.product, deal.quantity, deal.net_amount) == (products[1], 4, 350)
    assert not deal.lines.exists()


def test_a_deal_may_stand_without_a_product(products, edit):
    deal = DealFactory(name="Desks", stage=DealStage.objects.get(name="Lead"), product=None)
    assert edit(deal, "sales_rep")(net_amount="900").status_code == 302
    deal.refresh_from_db()
    assert (deal.product, deal.net_amount) == (None, 900)


def test_the_page_of_a_deal_shows_each_line_and_the_whole(products, workspace, sign_in):
    deal = sold(products, 700, 950)
    text = sign_in("sales_rep").get(f"/w/{workspace.slug}/deals/{deal.pk}/").content.decode()
    for shown in ("2 × Desk", "10 × Chair", "Total", "12.5%", "2 products, mostly Chair"):
        assert shown in text


def test_two_people_at_two_lines_of_one_deal_keep_both(products, edit):
    deal = sold(products, 700, 950)
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    assert theirs(**{"line-2-net_amount": "900"}).status_code == 302
    assert mine(net_amount="650").status_code == 302
    assert [net for _, net, _ in money_of(deal)] == [650, 900]


def test_two_people_who_each_add_a_product_keep_both(products, edit):
    deal = sold(products, 700, 950)
    lamp, shelf = ProductFactory(name="Lamp"), ProductFactory(name="Shelf")
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    assert theirs(**{"line-3-product": lamp.pk, "line-3-quantity": "1"}).status_code == 302
    assert mine(**{"line-3-product": shelf.pk, "line-3-quantity": "2"}).status_code == 302
    names = list(deal.lines.order_by("position").values_list("product__name", flat=True))
    assert names == ["Desk", "Chair", "Lamp", "Shelf"]


def test_a_line_that_one_removes_and_the_other_changes_is_asked_about(products, edit):
    deal = sold(products, 700, 950)
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    assert theirs(**{"line-2-remove": "on"}).status_code == 302
    answer = mine(**{"line-2-net_amount": "800"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Yours: Keep your version" in text
    assert "Theirs: Removed" in text
    assert choosing(answer, "mine")().status_code == 302
    assert [net for _, net, _ in money_of(deal)] == [700, 800]


def test_a_line_that_one_removes_is_kept_where_the_other_changed_it_and_one_chooses_so(
    products, edit
):
    deal = sold(products, 700, 950)
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    assert theirs(**{"line-2-net_amount": "900"}).status_code == 302
    answer = mine(**{"line-2-remove": "on"})
    assert answer.status_code == 409
    assert choosing(answer, "theirs")().status_code == 302
    assert [net for _, net, _ in money_of(deal)] == [700, 900]


def test_the_api_takes_lines_and_shares_an_amount_among_them(products, workspace, sign_in):
    browser = sign_in("sales_rep")

    def call(method, path, body):
        return getattr(browser, method)(
            f"/api/v1/deals/{path}",
            body,
            content_type="application/json",
            headers={"ipeo-workspace": workspace.slug},
        )

    stage = DealStage.objects.get(name="Lead").pk
    lines = [
        {"product": products[0].pk, "quantity": "2", "net_amount": "700"},
        {"product": products[1].pk, "quantity": "10", "net_amount": "950"},
    ]
    made = call("post", "", {"name": "An office", "stage": stage, "lines": lines})
    assert made.status_code == 201, made.content
    told = made.json()
    assert told["net_amount"] == "1650.00"
    assert [line["list_amount"] for line in told["lines"]] == ["800.00", "1000.00"]
    changed = call("patch", f"{told['id']}/", {"net_amount": "1500"})
    nets = [Decimal(line["net_amount"]) for line in changed.json()["lines"]]
    assert sum(nets) == 1500
    refused = call("patch", f"{told['id']}/", {"product": products[0].pk})
    assert refused.status_code == 400
    single = call("patch", f"{told['id']}/", {"lines": lines[:1]})
    assert (single.json()["lines"], single.json()["net_amount"]) == ([], "700.00")


def test_a_filter_by_product_and_the_file_take_every_line_into_account(
    products, workspace, sign_in
):
    deal = sold(products, 700, 950)
    sold(products[:1], 700, quantities=(1,))
    DealFactory(name="Something else")
    browser = sign_in("viewer")
    assert [found.pk for found in matching_deals(product=products[1])] == [deal.pk]
    assert matching_deals(product=products[0]).count() == 2
    told = browser.get(
        "/api/v1/deals/",
        {"product": products[0].pk},
        headers={"ipeo-workspace": workspace.slug},
    )
    assert len(told.json()["results"]) == 2
    for product, count in zip(products, (2, 1), strict=True):
        answer = browser.get(f"/w/{workspace.slug}/deals/export.csv?product={product.pk}")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == count
        both = next(row for row in rows if row["Net price"] == "1650.00")
        assert (both["Product"], both["Quantity"]) == ("Desk; Chair", "2; 10")
