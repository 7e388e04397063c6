"""Files over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from execute.models import Deal, Import
from ipeo import tenancy
from tests.execute.importing import FILES, counts
from tests.factories.ipeo import WorkspaceFactory

ADDRESS = "/api/v1/imports/"


@pytest.fixture
def call(sign_in, workspace, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = sign_in("marketer")

    def give(method, address, data=None, **given):
        given.setdefault("content_type", "application/json")
        if data is not None and "file" in data:
            given.pop("content_type")
        return getattr(client, method)(
            address, data, headers={"IPEO-Workspace": workspace.slug}, **given
        )

    return give


def file(text, name="file.csv"):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def test_a_file_is_sent_looked_at_started_and_counted(call, do_due_work):
    sent = call("post", ADDRESS, {"file": file(FILES["deals"])})
    assert sent.status_code == 201, sent.content
    told = sent.json()
    assert (told["kind"], told["state"]) == ("deals", "preview")
    assert told["preview"]["rows"] == 1
    assert told["preview"]["first_rows"][0]["Name"] == "Desks for Halden"
    assert not Deal.objects.exists()
    one = f"{ADDRESS}{told['id']}/"
    assert call("post", f"{one}start/").status_code == 202
    assert call("post", f"{one}start/").status_code == 409
    do_due_work()
    told = call("get", one).json()
    assert (told["state"], told["new"], told["preview"]) == ("done", 1, None)
    assert call("get", ADDRESS).json()["results"][0]["id"] == told["id"]


def test_an_open_question_is_a_conflict_until_it_is_answered(call, do_due_work):
    text = "Date,Channel,Amount,Status\n01/02/2026,Search,5,Actual\n02/02/2026,Search,x,Actual\n"
    told = call("post", ADDRESS, {"file": file(text), "kind": "expenses"}).json()
    one = f"{ADDRESS}{told['id']}/"
    asked = [doubt["key"] for doubt in told["preview"]["doubts"] if doubt["blocking"]]
    assert asked == ["dates.date"]
    refused = call("post", f"{one}start/")
    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    answered = call("patch", one, {"answers": {"dates.date": "dmy"}})
    assert answered.status_code == 200
    assert not any(doubt["blocking"] for doubt in answered.json()["preview"]["doubts"])
    assert call("post", f"{one}start/").status_code == 202
    do_due_work()
    assert counts(Import.objects.get()) == (1, 0, 0, 1)
    reasons = call("get", f"{one}refusals/").json()["results"]
    assert [(row["line"], row["value"]) for row in reasons] == [(3, "x")]


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n" + bytes(40), b"PK\x03\x04"])
def test_a_file_that_is_no_table_is_a_problem_with_its_field(call, data):
    refused = call("post", ADDRESS, {"file": file(data), "kind": "deals"})
    assert refused.status_code == 400
    assert refused.json()["errors"]["file"]
    assert not Import.objects.exists()


def test_a_column_that_does_not_exist_is_a_problem(call):
    told = call("post", ADDRESS, {"file": file(FILES["deals"]), "kind": "deals"}).json()
    one = f"{ADDRESS}{told['id']}/"
    assert call("patch", one, {"mapping": {"name": "Nowhere"}}).status_code == 400
    assert call("patch", one, {"mapping": {"nothing": "Stage"}}).status_code == 400
    assert Import.objects.get().mapping == {}


def test_the_import_of_another_workspace_is_not_found_over_the_api(call):
    with tenancy.scope(WorkspaceFactory()):
        other = Import.objects.create(kind="deals", file_name="x.csv", file_digest="0" * 64)
    assert call("get", f"{ADDRESS}{other.pk}/").status_code == 404
    assert call("post", f"{ADDRESS}{other.pk}/start/").status_code == 404


def test_a_rep_may_not_import_over_the_api(sign_in, workspace):
    response = sign_in("sales_rep").get(ADDRESS, headers={"IPEO-Workspace": workspace.slug})
    assert response.status_code == 403
