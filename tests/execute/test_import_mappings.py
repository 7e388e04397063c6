"""A mapping is saved under a name and found again by the headers."""

import json

import pytest

from execute.models import Expense, Import, ImportMapping
from ipeo.navigation import link
from tests.execute.importing import command, counts, press, sent

FIRST = "Day,Paid out,Where\n01/02/2026,500,Search\n03/04/2026,20,Social\n"
NEXT = "Day,Paid out,Where\n05/06/2026,70,Search\n"
CHOICES = {"map.amount": "Paid out", "was.amount": "", "map.channel": "Where", "was.channel": ""}


@pytest.fixture
def client(sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return sign_in("marketer")


@pytest.fixture
def saved(client):
    brought = sent(client, FIRST, "expenses")
    press(client, brought, "look", **{"dates.date": "mdy", "set.state": "Planned"}, **CHOICES)
    response = client.post(
        link("execute:import", brought.pk),
        {"do": "save", "mapping_name": "Monthly spend", "set.state": "Planned"},
    )
    assert response.status_code == 302
    return ImportMapping.objects.get()


def test_a_file_with_the_same_headers_is_mapped_as_it_was_saved(client, do_due_work, saved):
    brought = sent(client, NEXT)
    assert (brought.kind, brought.saved_mapping) == ("expenses", saved)
    page = client.get(link("execute:import", brought.pk)).content.decode()
    assert "Mapped with “Monthly spend”" in page
    assert "Start over" in page
    assert 'name="set.state" value="Planned"' in page
    press(client, brought, **{"set.state": "Planned"})
    do_due_work()
    assert counts(brought) == (1, 0, 0, 0)
    expense = Expense.objects.get()
    assert (str(expense.date), expense.channel.name, expense.state) == (
        "2026-05-06",
        "Search",
        "planned",
    )


def test_one_may_start_anew(client, saved):
    brought = sent(client, NEXT)
    press(client, brought, "anew")
    brought.refresh_from_db()
    assert (brought.saved_mapping, brought.mapping, brought.answers) == (None, {}, {})
    assert "Mapped as in" not in client.get(link("execute:import", brought.pk)).content.decode()


def test_other_headers_are_not_mapped_so(client, saved):
    assert sent(client, NEXT.replace("Where", "Order"), "expenses").saved_mapping is None


def test_the_same_headers_saved_again_under_the_name_are_saved_over(client, saved):
    brought = sent(client, NEXT)
    press(client, brought, "look", **{"dates.date": "dmy"})
    press(client, brought, "save", mapping_name="x")
    data = {"do": "save", "mapping_name": "Monthly spend"}
    assert client.post(link("execute:import", brought.pk), data).status_code == 302
    saved.refresh_from_db()
    assert saved.answers["dates.date"] == "dmy"


def test_a_name_belongs_to_one_shape_of_file(client, saved):
    brought = sent(client, "Product Name,List Price\nDesk,5\n", "products")
    data = {"do": "save", "mapping_name": "Monthly spend"}
    response = client.post(link("execute:import", brought.pk), data)
    assert response.status_code == 422
    assert "Choose another name" in response.content.decode()
    response = client.post(link("execute:import", brought.pk), data | {"mapping_name": " "})
    assert "Enter a name for the mapping" in response.content.decode()


def test_the_command_uses_a_saved_mapping_and_its_own_wins(client, saved, tmp_path):
    path = tmp_path / "next.csv"
    path.write_text(NEXT)
    told = command("expenses", path, "--dry-run")
    assert told["mapped_as"] == "Monthly spend"
    assert told["mapping"]["channel"] == "Where"
    other = tmp_path / "mapping.json"
    other.write_text(json.dumps({"channel": "", "description": "Where"}))
    told = command("expenses", path, "--dry-run", f"--mapping={other}", "--set", "channel=Fairs")
    assert told["mapping"]["description"] == "Where"
    assert "channel" not in told["mapping"]
    assert told["failed"] == ""


def test_saved_mappings_are_listed_and_removed(client, saved):
    page = client.get(link("execute:import_mappings")).content.decode()
    assert "Monthly spend" in page
    brought = sent(client, NEXT)
    assert client.post(link("execute:delete_mapping", saved.pk)).status_code == 302
    brought.refresh_from_db()
    assert brought.saved_mapping is None
    assert "No saved mappings yet" in client.get(link("execute:import_mappings")).content.decode()
    assert Import.objects.filter(pk=brought.pk).exists()
