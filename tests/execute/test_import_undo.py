"""An import is undone: what it made goes, what it changed comes back, what is used stays."""

from decimal import Decimal

import pytest

from execute.actions.deals import save_deal
from execute.actions.imports.undoing import CannotUndo, start_undo
from execute.models import Deal, DealStageChange, Expense, Import, Touch
from execute.queries.undoing import told_of_undoing
from insight.models import Account, Contact, Product
from ipeo.navigation import link
from tests.execute.importing import FILES, STORED, counts, load
from tests.factories.insight import ContactFactory

EXPENSES = FILES["expenses"]


@pytest.fixture
def client(sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return sign_in("marketer")


def undo(do_due_work, brought):
    start_undo(brought=brought, by=None)
    do_due_work()
    brought.refresh_from_db()
    return brought


@pytest.mark.parametrize("kind", FILES)
def test_the_rows_of_an_import_are_gone_after_it_is_undone(client, do_due_work, kind):
    if kind == "touches":
        ContactFactory(email="ada@halden.test")
    before = STORED[kind].objects.count()
    brought = load(client, do_due_work, FILES[kind], kind)
    assert undo(do_due_work, brought).state == Import.State.UNDONE
    assert brought.undone == {"removed": 1}
    assert STORED[kind].objects.count() == before
    assert not Touch.objects.exists()
    if kind == "contacts":
        assert not Account.objects.exists()
    again = load(client, do_due_work, FILES[kind], kind)
    assert counts(again) == (1, 0, 0, 0)


def test_all_that_came_with_a_deal_goes_with_it(client, do_due_work):
    brought = load(client, do_due_work, FILES["deals"], "deals")
    assert DealStageChange.objects.count() == Account.objects.count() == Product.objects.count()
    undo(do_due_work, brought)
    assert not Deal.objects.exists()
    assert not DealStageChange.objects.exists()
    assert not Account.objects.exists()
    assert not Product.objects.exists()


def test_what_an_import_changed_is_as_it_was_before(client, do_due_work):
    load(client, do_due_work, EXPENSES, "expenses")
    before = Expense.objects.values().get()
    changed = load(client, do_due_work, EXPENSES.replace("500", "700"), "expenses")
    assert Expense.objects.get().amount == Decimal(700)
    undo(do_due_work, changed)
    after = Expense.objects.values().get()
    assert after.pop("version") > before.pop("version")
    assert after == before
    assert told_of_undoing(changed) == ["Restored 1 row changed by the import."]


def test_a_deal_changed_by_a_file_and_restored_counts_its_versions_up(client, do_due_work):
    load(client, do_due_work, FILES["deals"], "deals")
    first = Deal.objects.get().version
    changed = load(client, do_due_work, FILES["deals"].replace("950", "800"), "deals")
    assert Deal.objects.get().version == first + 1
    undo(do_due_work, changed)
    deal = Deal.objects.get()
    assert (deal.net_amount, deal.version) == (Decimal(950), first + 2)


def test_a_row_that_somebody_edited_since_stays_and_is_counted(client, do_due_work, member):
    brought = load(client, do_due_work, FILES["deals"], "deals")
    deal = Deal.objects.get()
    deal.name = "Desks for the whole house"
    save_deal(deal=deal, by=member("manager"))
    undo(do_due_work, brought)
    assert Deal.objects.get().name == "Desks for the whole house"
    assert Deal.objects.get().account.name == "Halden"
    assert DealStageChange.objects.exists()
    assert told_of_undoing(brought) == ["1 row could not be undone: someone has edited it since."]


def test_a_row_that_is_used_since_stays(client, do_due_work):
    brought = load(client, do_due_work, FILES["accounts"], "accounts")
    load(client, do_due_work, FILES["contacts"], "contacts")
    undo(do_due_work, brought)
    assert Account.objects.get().name == "Halden"
    assert brought.undone == {"used": 1}
    assert Contact.objects.get().account == Account.objects.get()


def test_rows_that_a_later_import_changed_wait_until_that_one_is_undone(client, do_due_work):
    first = load(client, do_due_work, EXPENSES, "expenses")
    later = load(client, do_due_work, EXPENSES.replace("500", "700"), "expenses")
    undo(do_due_work, first)
    assert Expense.objects.get().amount == Decimal(700)
    assert "a later import has changed it" in told_of_undoing(first)[0]
    undo(do_due_work, later)
    assert Expense.objects.get().amount == Decimal(500)
    undo(do_due_work, first)
    assert not Expense.objects.exists()
    assert first.undone == {"removed": 1}


def test_imports_undone_in_turn_leave_nothing(client, do_due_work):
    first = load(client, do_due_work, EXPENSES, "expenses")
    later = load(client, do_due_work, EXPENSES.replace("500", "700"), "expenses")
    undo(do_due_work, later)
    undo(do_due_work, first)
    assert not Expense.objects.exists()


def test_a_product_made_by_hand_gives_back_the_key_it_took(client, do_due_work):
    Product.objects.create(name="Desk", family="Old")
    brought = load(client, do_due_work, FILES["products"], "products")
    assert Product.objects.get().import_key
    undo(do_due_work, brought)
    product = Product.objects.get()
    assert (product.family, product.import_key, product.list_price) == ("Old", None, None)


def test_a_person_whom_an_import_moved_moves_back_with_the_touches(client, do_due_work):
    load(client, do_due_work, FILES["contacts"], "contacts")
    moved = load(client, do_due_work, FILES["contacts"].replace(",Halden,", ",Brink,"), "contacts")
    assert Touch.objects.get().account.name == "Brink"
    undo(do_due_work, moved)
    assert Contact.objects.get().account.name == "Halden"
    assert Touch.objects.get().account.name == "Halden"
    assert not Account.objects.filter(name="Brink").exists()


def test_an_import_is_undone_once(client, do_due_work):
    brought = load(client, do_due_work, EXPENSES, "expenses")
    undo(do_due_work, brought)
    with pytest.raises(CannotUndo, match="already been undone"):
        start_undo(brought=brought, by=None)


def test_the_page_offers_to_undo_and_says_what_came_of_it(client, do_due_work):
    brought = load(client, do_due_work, EXPENSES, "expenses")
    here = link("execute:import", brought.pk)
    assert "Undo this import" in client.get(here).content.decode()
    assert client.post(link("execute:import_undo", brought.pk)).status_code == 302
    assert "Undoing" in client.get(here).content.decode()
    do_due_work()
    page = client.get(here).content.decode()
    assert "Removed 1 row added by the import." in page
    assert "Undo this import" not in page
    assert "Undone" in client.get(link("execute:imports")).content.decode()
