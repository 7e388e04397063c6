"""A file through the page: sent, looked at, answered, loaded, and what came of it."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from execute.actions.imports.files import receive_file
from execute.models import Deal, Expense, Import, Touch
from insight.models import Account, Channel, Contact
from ipeo import tenancy
from ipeo.models import Membership, Run
from ipeo.navigation import link
from tests.execute.importing import FILES, STORED, counts, load, press, send, sent
from tests.factories.insight import ContactFactory
from tests.factories.ipeo import WorkspaceFactory


@pytest.fixture
def client(sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return sign_in("marketer")


@pytest.mark.parametrize("kind", FILES)
def test_each_kind_of_file_goes_from_upload_to_its_rows(client, do_due_work, kind):
    if kind == "touches":
        ContactFactory(email="ada@halden.test")
    brought = sent(client, FILES[kind], kind)
    page = client.get(link("execute:import", brought.pk)).content.decode()
    assert "Import 1 row" in page
    assert (
        not STORED[kind].objects.exclude(email="ada@halden.test").exists()
        if (kind == "contacts")
        else not STORED[kind].objects.exists()
    )
    assert press(client, brought).status_code == 302
    assert "Waiting to start" in client.get(link("execute:import", brought.pk)).content.decode()
    do_due_work()
    assert counts(brought) == (1, 0, 0, 0)
    assert STORED[kind].objects.count() == 1
    assert "Done" in client.get(link("execute:import", brought.pk)).content.decode()


def test_figures_stand_to_the_right_in_the_first_rows(client):
    page = client.get(link("execute:import", sent(client, FILES["deals"], "deals").pk))
    heads = {head.text: head.is_figure for head in page.context["preview"].heads}
    assert {text for text, is_figure in heads.items() if is_figure} == {"Net amount"}
    assert '<td class="num">950</td>' in page.text
    assert len(heads) > 1


def test_all_kinds_in_turn_tell_one_story(client, do_due_work):
    for kind, text in FILES.items():
        assert load(client, do_due_work, text, kind).state == Import.State.DONE
    deal = Deal.objects.get()
    assert (deal.account.name, deal.contact.name, deal.product.name) == (
        "Halden",
        "Ada Berg",
        "Desk",
    )
    assert (deal.list_amount, deal.net_amount, deal.cost_amount) == (
        Decimal(1000),
        Decimal(950),
        Decimal(600),
    )
    assert deal.outcome == "won"
    assert str(deal.closed_date) == "2026-02-15"
    assert {touch.party for touch in Touch.objects.all()} == {deal.party}


def test_a_file_sent_again_changes_nothing(client, do_due_work):
    for text in FILES.values():
        load(client, do_due_work, text, "")
    before = list(Deal.objects.values()), list(Touch.objects.order_by("pk").values())
    for kind, text in FILES.items():
        assert counts(load(client, do_due_work, text, kind)) == (0, 0, 1, 0), kind
    assert before == (list(Deal.objects.values()), list(Touch.objects.order_by("pk").values()))


def test_a_row_that_says_something_else_is_counted_as_changed(client, do_due_work):
    for kind in ("products", "accounts", "contacts", "deals"):
        load(client, do_due_work, FILES[kind], kind)
    again = load(client, do_due_work, FILES["deals"].replace(",950,", ",900,"), "deals")
    assert counts(again) == (0, 1, 0, 0)
    assert Deal.objects.get().net_amount == Decimal(900)


def test_the_kind_of_a_file_is_found_from_its_columns(client):
    assert sent(client, FILES["expenses"]).kind == "expenses"
    assert sent(client, FILES["deals"]).kind == "deals"


def test_a_leads_source_and_first_date_become_its_first_touch(client, do_due_work):
    load(client, do_due_work, FILES["contacts"], "contacts")
    touch = Touch.objects.get()
    assert (touch.kind, touch.channel.name, touch.contact.name) == ("lead", "Search", "Ada Berg")
    assert touch.occurred_at == datetime(2026, 1, 5, tzinfo=UTC)


def test_a_rep_in_a_file_who_is_no_user_becomes_a_placeholder(client, do_due_work):
    load(client, do_due_work, FILES["deals"], "deals")
    owner = Deal.objects.get().owner
    assert owner.user_id is None
    assert str(owner) == "Mia Ortiz"
    load(client, do_due_work, FILES["deals"].replace("D1,", "D2,").replace("Mia", "MIA"), "deals")
    with tenancy.system():
        assert Membership.objects.filter(user=None).count() == 1


def test_a_deal_of_a_person_and_a_company_says_where_the_person_works(client, do_due_work):
    load(client, do_due_work, FILES["contacts"].replace("Halden,Search", ",Search"), "contacts")
    assert Touch.objects.get().party < 0
    load(client, do_due_work, FILES["deals"], "deals")
    deal = Deal.objects.get()
    assert Contact.objects.get().account_id == deal.account_id
    assert Touch.objects.get().party == deal.party


def test_a_contact_who_changes_accounts_takes_the_touches_along(client, do_due_work):
    load(client, do_due_work, FILES["contacts"], "contacts")
    load(client, do_due_work, FILES["contacts"].replace(",Halden,", ",Brink,"), "contacts")
    assert Touch.objects.get().account.name == "Brink"


def test_an_id_that_stands_twice_is_asked_about(client, do_due_work):
    text = "Account ID,Account Name,Industry\nA1,Halden,Retail\nA1,Halden,Steel\n"
    brought = sent(client, text, "accounts")
    response = press(client, brought)
    assert response.status_code == 422
    assert "Answer one question" in response.content.decode()
    assert not Run.objects.filter(kind="import").exists()
    press(client, brought, repeated="last")
    do_due_work()
    assert Account.objects.get().industry == "Steel"


def test_the_total_of_a_period_is_spread_over_its_days(client, do_due_work):
    text = "Reporting starts,Reporting ends,Channel,Amount\n2026-01-01,2026-01-03,Search,100\n"
    brought = load(client, do_due_work, text, "expenses", period="spread", state="actual")
    assert counts(brought) == (1, 0, 0, 0)
    assert Expense.objects.count() == 3
    assert sum(row.amount for row in Expense.objects.all()) == Decimal(100)
    assert counts(load(client, do_due_work, text, "expenses", period="spread")) == (0, 0, 1, 0)


def test_rows_that_cannot_be_read_are_refused_by_line_with_a_reason(client, do_due_work):
    text = (
        "Deal ID,Deal name,Stage,Amount,Close date\n"
        "1,One,Won,100,2026-01-31\n"
        "2,=HYPERLINK(1),Won,twelve,2026-01-31\n"
        "3,Three,Won,100,2026-02-31\n"
    )
    brought = load(client, do_due_work, text, "deals")
    assert counts(brought) == (1, 0, 0, 2)
    page = client.get(link("execute:import", brought.pk)).content.decode()
    assert "Line 3" in page
    assert "“twelve” is not a number" in page
    response = client.get(link("execute:import_refused", brought.pk))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["Line", "Reason", "Deal ID", "Deal name", "Stage", "Amount", "Close date"]
    assert [row[0] for row in rows[1:]] == ["3", "4"]
    assert rows[1][2:] == ["2", "'=HYPERLINK(1)", "Won", "twelve", "2026-01-31"]


def test_a_question_with_two_readings_holds_the_import_until_it_is_answered(client, do_due_work):
    text = "Date,Channel,Amount,Status\n01/02/2026,Search,5,Actual\n03/02/2026,Search,6,Actual\n"
    brought = sent(client, text, "expenses")
    page = client.get(link("execute:import", brought.pk)).content.decode()
    assert "does the day or the month come first?" in page
    assert press(client, brought).status_code == 422
    press(client, brought, **{"dates.date": "mdy"})
    do_due_work()
    assert {str(row.date) for row in Expense.objects.all()} == {"2026-01-02", "2026-03-02"}
    done = client.get(link("execute:import", brought.pk)).content.decode()
    assert "The month first" in done


def test_two_columns_of_one_name_are_asked_about_on_the_page(client):
    brought = sent(client, "id,Account Name,id\n1,Halden,7\n2,Brink,8\n", "accounts")
    assert "Which column is it?" in client.get(link("execute:import", brought.pk)).content.decode()
    assert press(client, brought).status_code == 422


def test_a_column_can_be_chosen_and_a_value_set_for_every_row(client, do_due_work):
    text = "Day,Paid out,Status\n2026-01-31,500,Actual\n"
    brought = sent(client, text, "expenses")
    look = press(
        client,
        brought,
        "look",
        **{"map.amount": "Paid out", "was.amount": "", "set.channel": "Search"},
    )
    page = look.content.decode()
    assert look.status_code == 200
    assert "Import 1 row" in page
    assert 'value="Search"' in page
    press(client, brought, **{"set.channel": "Search"})
    do_due_work()
    expense = Expense.objects.get()
    assert (expense.channel.name, expense.amount) == ("Search", Decimal(500))


def test_another_kind_can_be_chosen_after_a_look(client):
    brought = sent(client, "Name,Website\nHalden,halden.test\n", "products")
    press(client, brought, "look", kind="accounts")
    brought.refresh_from_db()
    assert brought.kind == "accounts"


def test_an_import_that_is_started_twice_runs_once(client, sign_in, do_due_work):
    brought = sent(client, FILES["products"], "products")
    assert press(client, brought).status_code == 302
    again = press(sign_in("manager"), brought)
    assert again.status_code == 302
    assert Run.objects.filter(kind="import").count() == 1
    do_due_work()
    assert counts(brought) == (1, 0, 0, 0)


def test_the_import_of_another_workspace_is_not_found(client, workspace):
    other = WorkspaceFactory()
    with tenancy.scope(other):
        brought = Import.objects.create(kind="deals", file_name="x.csv", file_digest="0" * 64)
    for name in ("execute:import", "execute:import_refused"):
        assert client.get(link(name, brought.pk)).status_code == 404
    assert press(client, brought).status_code == 404


def test_a_rep_may_not_import(sign_in):
    assert sign_in("sales_rep").get(link("execute:imports")).status_code == 403


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * 30_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "empty.csv", "0 bytes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "rows.csv", "picture"),
        (b"%PDF-1.7\n%\xe2\xe3", "rows.csv", "PDF"),
        (bomb(), "rows.xlsx", ""),
        (b"PK\x03\x04 cut", "rows.xlsx", "damaged"),
    ],
    ids=["empty", "a picture", "a PDF", "a workbook that swells", "a cut workbook"],
)
def test_a_file_that_is_no_table_is_refused_where_it_was_sent(client, data, name, says):
    response = send(client, data, "deals", name)
    assert response.status_code == 422
    text = response.content.decode()
    assert 'class="errors"' in text
    assert says in text
    assert 'value="deals" required' in text or 'value="deals"' in text
    assert not Import.objects.exists()


def test_a_file_past_the_limit_is_refused(client, settings):
    settings.IMPORT_MAX_BYTES = 100
    response = send(client, "a,b\n" + "1,2\n" * 100, "deals")
    assert response.status_code == 422
    assert "larger than" in response.content.decode()


def test_a_file_can_be_taken_back_before_it_is_loaded(client, django_capture_on_commit_callbacks):
    brought = sent(client, FILES["products"], "products")
    with django_capture_on_commit_callbacks(execute=True):
        press(client, brought, "forget")
    assert not Import.objects.exists()
    assert not brought.file.storage.exists(brought.file.name)


def test_a_file_goes_with_the_work_around_it_that_was_rolled_back(workspace, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with transaction.atomic():
        brought = receive_file(
            kind="products", file_name="p.csv", data=FILES["products"].encode(), by=None
        )
        assert brought.file.storage.exists(brought.file.name)
        transaction.set_rollback(True)
    assert not brought.file.storage.exists(brought.file.name)


def test_the_list_takes_as_many_queries_for_many_imports(client, django_assert_max_num_queries):
    Channel.objects.create(name="Search", key="search")
    for _ in range(30):
        Import.objects.create(kind="deals", file_name="x.csv", file_digest="0" * 64)
    with django_assert_max_num_queries(12):
        response = client.get(link("execute:imports"))
    assert response.status_code == 200
    assert response.content.decode().count("x.csv") == 30


def test_an_empty_list_says_what_to_do(client):
    assert "No imports yet" in client.get(link("execute:imports")).content.decode()
