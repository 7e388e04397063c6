"""An export with several rows of one deal: its products become the deal's lines, if one says so."""

import json
from decimal import Decimal

import pytest

from execute.actions.deals import save_deal
from execute.models import Deal, DealLine, Import, ImportRefusal
from execute.queries.imports import understood
from ipeo.navigation import link
from tests.execute.importing import command, counts, load, press, sent
from tests.execute.test_import_undo import undo

HEAD = "Opportunity ID,Opportunity Name,Account Name,Stage,Close Date,Product Name,Quantity,Amount"
HALDEN = "D1,An office,Halden,Closed Won,2026-02-15"
OTHER = "D2,One desk,Berg,Closed Won,2026-02-20,Desk,1,400\n"


def export(*rows, other=OTHER):
    return "\n".join([HEAD, *(f"{HALDEN},{row}" for row in rows), other])


TWO = export("Desk,2,700", "Chair,10,950")
SAME = export("Desk,2,1650", "Chair,10,1650")
PRICES = "Product Name,List Price,Unit Cost\nDesk,400,250\nChair,100,40\n"


@pytest.fixture
def client(sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return sign_in("marketer")


@pytest.fixture
def bring(client, do_due_work):
    load(client, do_due_work, PRICES, "products")
    return lambda text, **answers: load(client, do_due_work, text, "deals", **answers)


def lines():
    found = DealLine.objects.filter(deal__import_key="D1").order_by("position")
    return [(str(line.product), int(line.quantity), line.net_amount) for line in found]


def test_several_rows_of_one_deal_are_asked_about_and_not_guessed(client, tmp_path):
    brought = sent(client, TWO, "deals")
    page = client.get(link("execute:import", brought.pk)).content.decode()
    assert "They look like several products in one deal" in page
    path = tmp_path / "deals.csv"
    path.write_text(TWO)
    told = command("deals", path)
    assert "--set lines=" in told["failed"]
    assert not Deal.objects.exists()
    taken = command("deals", path, "--set", "lines=own")
    assert counts(taken) == (2, 0, 0, 0), taken
    assert lines() == [("Desk", 2, 700), ("Chair", 10, 950)]


def test_the_rows_become_lines_and_the_deal_has_their_sums(bring):
    brought = bring(TWO, lines="own")
    assert counts(brought) == (2, 0, 0, 0)
    assert lines() == [("Desk", 2, 700), ("Chair", 10, 950)]
    deal = Deal.objects.get(import_key="D1")
    assert (deal.net_amount, deal.list_amount, deal.cost_amount) == (1650, 1800, 900)
    assert (str(deal.product), deal.quantity) == ("Chair", 10)
    assert "1 deal of several products, out of 2 rows." in brought.notes
    assert Deal.objects.get(import_key="D2").net_amount == 400


def test_the_same_file_again_changes_nothing(bring):
    bring(TWO, lines="own")
    versions = list(Deal.objects.order_by("pk").values_list("version", "updated_at"))
    rows = list(DealLine.objects.order_by("pk").values())
    assert counts(bring(TWO, lines="own")) == (0, 0, 2, 0)
    assert list(Deal.objects.order_by("pk").values_list("version", "updated_at")) == versions
    assert list(DealLine.objects.order_by("pk").values()) == rows


def test_an_amount_that_is_the_whole_deals_is_shared_by_list_price(bring):
    bring(SAME, lines="whole")
    deal = Deal.objects.get(import_key="D1")
    assert (deal.net_amount, deal.list_amount) == (1650, 1800)
    assert [net for *_, net in lines()] == [Decimal("733.33"), Decimal("916.67")]


def test_that_the_amount_is_the_whole_deals_is_offered_only_where_all_rows_say_the_same(
    client, bring
):
    for text, answers in ((SAME, ["whole", "own"]), (TWO, ["own"])):
        brought = sent(client, text, "deals")
        (doubt,) = understood(brought).blocking
        assert [option.value for option in doubt.options] == [*answers, "last", "first"]


def test_rows_that_are_no_lines_are_one_deal_as_before(bring):
    bring(TWO, lines="first")
    assert lines() == []
    assert Deal.objects.get(import_key="D1").net_amount == 700


def test_rows_that_differ_in_more_than_the_product_are_asked_about_as_before(client):
    text = export("Desk,2,700", other=f"{HALDEN.replace('An office', 'A room')},Chair,10,950\n")
    brought = sent(client, text, "deals")
    page = client.get(link("execute:import", brought.pk)).content.decode()
    assert "They differ. Which one should be used?" in page
    assert "several products in one deal" not in page
    assert press(client, brought).status_code != 500


def test_a_deal_with_a_line_that_cannot_be_read_is_refused_whole(bring):
    text = export("Desk,2,700", "Chair,10,much", "Lamp,1,50")
    brought = bring(text, lines="own")
    assert not Deal.objects.filter(import_key="D1").exists()
    assert counts(brought) == (1, 0, 0, 3)
    reasons = ImportRefusal.objects.order_by("line").values_list("reason", flat=True)
    assert reasons[0] == "another row of this deal is refused (line 3)"


def test_lines_that_change_appear_and_go_are_as_before_when_the_import_is_undone(
    bring, do_due_work
):
    first = bring(TWO, lines="own")
    before = lines()
    three = bring(export("Desk,3,1000", "Chair,10,950", "Lamp,1,50"), lines="own")
    assert counts(three) == (0, 1, 1, 0)
    assert lines() == [("Desk", 3, 1000), ("Chair", 10, 950), ("Lamp", 1, 50)]
    undo(do_due_work, three)
    assert lines() == before
    one = bring(export("Desk,2,700"), lines="own")
    assert lines() == []
    assert Deal.objects.get(import_key="D1").net_amount == 700
    undo(do_due_work, one)
    assert lines() == before
    assert Deal.objects.get(import_key="D1").net_amount == 1650
    assert undo(do_due_work, first).state == Import.State.UNDONE
    assert not Deal.objects.exists()
    assert not DealLine.objects.exists()


def test_a_change_that_leaves_the_sums_alone_counts_and_is_undone(bring, do_due_work):
    bring(TWO, lines="own")
    version = Deal.objects.get(import_key="D1").version
    moved = bring(export("Desk,2,750", "Chair,10,900"), lines="own")
    assert counts(moved) == (0, 1, 1, 0)
    assert Deal.objects.get(import_key="D1").version == version + 1
    assert [net for *_, net in lines()] == [750, 900]
    undo(do_due_work, moved)
    assert [net for *_, net in lines()] == [700, 950]


def test_a_deal_whose_line_somebody_edited_stays_when_the_import_is_undone(bring, do_due_work):
    brought = bring(TWO, lines="own")
    deal = Deal.objects.get(import_key="D1")
    rows = list(DealLine.objects.filter(deal=deal).order_by("position"))
    rows[0].net_amount, rows[1].net_amount = Decimal(600), Decimal(1050)
    save_deal(deal=deal, by=None, lines=rows)
    undo(do_due_work, brought)
    assert brought.undone["edited"] == 1
    assert [net for *_, net in lines()] == [600, 1050]


def test_a_file_of_one_row_a_deal_leaves_the_products_and_shares_its_amount(bring):
    bring(TWO, lines="own")
    text = export("Desk,2,1500")
    assert counts(bring(text)) == (0, 1, 1, 0)
    deal = Deal.objects.get(import_key="D1")
    assert (str(deal.product), deal.net_amount, deal.list_amount) == ("Chair", 1500, 1800)
    assert sum(net for *_, net in lines()) == 1500
    assert counts(bring(text)) == (0, 0, 2, 0)


def test_the_answer_is_kept_with_a_saved_mapping(client, bring, do_due_work):
    brought = sent(client, TWO, "deals")
    press(client, brought, "look", lines="own")
    client.post(link("execute:import", brought.pk), {"do": "save", "mapping_name": "Monthly"})
    again = sent(client, export("Desk,2,800", "Chair,10,950"))
    assert again.answers["lines"] == "own"
    assert json.dumps(again.answers)
    press(client, again)
    do_due_work()
    assert lines() == [("Desk", 2, 800), ("Chair", 10, 950)]


def test_rows_that_leave_the_deal_blank_are_refused_and_join_no_deal(bring):
    text = f"{HEAD}\n{HALDEN},Desk,2,700\n,,,,,Chair,10,950\n{OTHER}"
    assert counts(bring(text)) == (2, 0, 0, 1)
    assert ImportRefusal.objects.get().line == 3
    assert Deal.objects.get(import_key="D1").net_amount == 700
