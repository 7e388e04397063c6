"""The API's doors: tokens, problems, pages, and writes that happen once."""

import base64
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from insight.models import Product
from ipeo.actions.members import UnknownScope, make_token, revoke_token
from ipeo.api.idempotency import IdempotentWrites
from ipeo.api.views import VersionedViewSet
from ipeo.models import ApiToken, Campaign, IdempotencyRecord, WebhookEndpoint
from tests.factories.execute import ExpenseFactory, TaskFactory
from tests.factories.ipeo import CampaignFactory, MembershipFactory, WorkspaceFactory
from tests.ipeo.test_permissions import API_VIEWS

pytestmark = pytest.mark.django_db

WEBHOOK = {"url": "https://listener.test/hook", "events": ["deal.created"]}
CAMPAIGN = {"name": "Desks", "starts_on": "2026-01-01", "ends_on": "2026-03-31"}


@pytest.fixture
def call(member):
    """Calls the API with a token of a role."""

    def make(role="marketer", may_write=True, **options):
        token, secret = make_token(
            membership=member(role), name="Test", may_write=may_write, days=30, **options
        )
        client = Client(headers={"authorization": f"Bearer {secret}"})
        client.token = token
        return client

    return make


def post(client, address, data, **headers):
    return client.post(address, data, content_type="application/json", headers=headers)


def test_a_token_reads_its_own_workspace(workspace, call):
    CampaignFactory(name="Ours")
    other = call("viewer")
    answer = other.get("/api/v1/campaigns/").json()
    assert [row["name"] for row in answer["results"]] == ["Ours"]
    assert other.get("/api/v1/workspace/").json()["slug"] == workspace.slug


def test_a_token_that_only_reads_writes_nothing(workspace, call):
    assert post(call(may_write=False), "/api/v1/campaigns/", CAMPAIGN).status_code == 403
    assert not Campaign.objects.exists()


def test_a_token_ends_by_hand_and_by_date(workspace, call):
    by_hand, by_date = call(), call()
    revoke_token(token=by_hand.token)
    ApiToken.objects.filter(pk=by_date.token.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    for client in (by_hand, by_date):
        answer = client.get("/api/v1/campaigns/")
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"


def test_the_secret_of_a_token_is_kept_nowhere(workspace, member, sign_in):
    browser = sign_in("marketer")
    address = f"/w/{workspace.slug}/tokens/"
    page = browser.post(address, {"name": "Export", "reach": "read", "days": 30}).content.decode()
    secret = page.split('class="secret">')[1].split("<")[0]
    assert secret.startswith("ipeo_")
    assert secret not in browser.get(address).content.decode()
    assert not ApiToken.objects.filter(digest=secret).exists()
    assert (
        Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/runs/").status_code
        == 200
    )


def test_a_session_names_its_workspace_where_there_are_two(workspace, member):
    membership = MembershipFactory(workspace=WorkspaceFactory(), user=member("manager").user)
    browser = Client()
    browser.force_login(membership.user)
    assert browser.get("/api/v1/workspace/").status_code == 404
    named = browser.get("/api/v1/workspace/", headers={"ipeo-workspace": workspace.slug})
    assert named.json()["slug"] == workspace.slug


def test_what_cannot_be_taken_is_answered_with_where_and_why(workspace, call):
    answer = post(call(), "/api/v1/campaigns/", CAMPAIGN | {"ends_on": "2025-01-01", "name": "X"})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["title"] == "Not valid"
    assert problem["errors"] == {"ends_on": ["The cycle must end after it starts."]}


def test_a_repeated_write_with_the_same_key_happens_once(workspace, call):
    client = call()
    first = post(client, "/api/v1/campaigns/", CAMPAIGN, idempotency_key="one")
    again = post(client, "/api/v1/campaigns/", CAMPAIGN, idempotency_key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Campaign.objects.count() == 1


def test_a_key_used_for_another_request_is_refused(workspace, call):
    client = call()
    post(client, "/api/v1/campaigns/", CAMPAIGN, idempotency_key="one")
    other = post(client, "/api/v1/campaigns/", CAMPAIGN | {"name": "Y"}, idempotency_key="one")
    assert other.status_code == 409


def test_a_write_that_failed_frees_its_key(workspace, call):
    client = call()
    wrong = post(client, "/api/v1/campaigns/", CAMPAIGN | {"name": ""}, idempotency_key="one")
    assert wrong.status_code == 400
    assert not IdempotencyRecord.objects.exists()
    right = post(client, "/api/v1/campaigns/", CAMPAIGN, idempotency_key="one")
    assert right.status_code == 201


def test_pages_follow_each_other_without_a_gap(workspace, call):
    made = {campaign.name for campaign in CampaignFactory.create_batch(7)}
    client = call("viewer")
    address, seen = "/api/v1/campaigns/?page_size=3", []
    while address:
        answer = client.get(address).json()
        seen += [row["name"] for row in answer["results"]]
        address = answer["next"]
    assert len(seen) == 7
    assert set(seen) == made


def test_a_page_holds_at_most_500_rows(workspace, sign_in):
    Product.objects.bulk_create(Product(name=f"Desk {place}") for place in range(501))
    answer = sign_in("viewer").get("/api/v1/products/?page_size=5000").json()
    assert (len(answer["results"]), answer["next"] is None) == (500, False)


def test_the_description_is_complete_and_open(workspace, client, capsys, tmp_path):
    from django.core.management import call_command

    assert client.get("/api/v1/schema/").status_code == 200
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema"))
    assert capsys.readouterr().err == ""
    described = (tmp_path / "schema").read_text()
    assert "Products. Returns a page of rows, the newest first." in described
    assert "raises `" not in described, "exceptions are for those who read the code"


def test_the_gate_answers_409_with_what_is_missing(workspace, call):
    client = call()
    campaign = post(client, "/api/v1/campaigns/", CAMPAIGN).json()
    cycle = client.get(f"/api/v1/cycles/?campaign={campaign['id']}").json()["results"][0]
    blockers = client.get(f"/api/v1/cycles/{cycle['id']}/blockers/").json()
    assert blockers
    answer = post(client, f"/api/v1/cycles/{cycle['id']}/advance/", {"stage": "insight"})
    assert answer.status_code == 409
    assert blockers[0]["message"] in answer.json()["detail"]


def patch(client, address, data):
    return client.patch(address, data, content_type="application/json")


def test_a_campaign_is_changed_by_what_is_sent_and_no_more(workspace, call, member):
    client, owner = call(), member("manager")
    campaign = CampaignFactory(name="Desks", goal="Win offices")
    address = f"/api/v1/campaigns/{campaign.pk}/"
    answer = patch(client, address, {"status": "completed", "owner": owner.pk})
    assert answer.status_code == 200
    assert answer.json() == client.get(address).json()
    campaign.refresh_from_db()
    assert (campaign.name, campaign.goal) == ("Desks", "Win offices")
    assert (campaign.status, campaign.owner) == ("completed", owner)


def test_a_campaign_that_somebody_else_changed_is_not_written_over(workspace, call):
    client, campaign = call(), CampaignFactory(name="Desks")
    address = f"/api/v1/campaigns/{campaign.pk}/"
    read = client.get(address).headers["ETag"]
    assert patch(client, address, {"goal": "Win offices"}).headers["ETag"] == '"2"'

    late = client.patch(
        address, {"goal": "Win hotels"}, content_type="application/json", headers={"If-Match": read}
    )
    assert late.status_code == 412
    assert late.json()["current"]["goal"] == "Win offices"
    assert patch(client, address, {"goal": "Win hotels", "version": 1}).status_code == 409
    campaign.refresh_from_db()
    assert (campaign.goal, campaign.version) == ("Win offices", 2)


def test_a_campaign_keeps_its_name_apart_and_its_owner_in_the_workspace(workspace, call):
    CampaignFactory(name="Chairs")
    address = f"/api/v1/campaigns/{CampaignFactory(name='Desks').pk}/"
    stranger = MembershipFactory(workspace=WorkspaceFactory())
    for sent in ({"name": "Chairs"}, {"owner": stranger.pk}, {"starts_on": "2026-02-01"}):
        answer = patch(call(), address, sent)
        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == set(sent)
    assert patch(call("viewer"), address, {"goal": "X"}).status_code == 403


def test_every_write_of_the_api_heeds_the_key():
    writing = [
        (route, view.cls)
        for route, view in API_VIEWS
        if {"post", "put", "patch", "delete"} & set(view.actions)
    ]
    assert len(writing) > 30
    for route, cls in writing:
        assert issubclass(cls, IdempotentWrites), route
        assert cls.dispatch is IdempotentWrites.dispatch, route
        keeping = {IdempotentWrites.finalize_response, VersionedViewSet.finalize_response}
        assert cls.finalize_response in keeping, route


def test_a_change_and_a_removal_with_a_key_happen_once_too(workspace, call):
    client = call("manager", scopes=["webhooks:write"])
    made = post(client, "/api/v1/webhooks/", WEBHOOK).json()
    address = f"/api/v1/webhooks/{made['id']}/"
    for method, data, key in (
        ("patch", {"description": "A"}, "one"),
        ("put", {**WEBHOOK, "description": "B"}, "two"),
        ("delete", None, "three"),
    ):
        answers = [
            getattr(client, method)(
                address, data, content_type="application/json", headers={"idempotency-key": key}
            )
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [answers[0].status_code] * 2
        first, again = (answer.content and answer.json() for answer in answers)
        assert first == again
        assert answers[1]["Idempotent-Replayed"] == "true"
    assert not WebhookEndpoint.objects.exists()


# What a token may do is what its member may, held to its scopes.


def test_a_token_is_held_to_its_areas(workspace, call):
    client = call("manager", scopes=["campaigns:read", "webhooks:write"])
    assert client.get("/api/v1/campaigns/").status_code == 200
    assert post(client, "/api/v1/campaigns/", CAMPAIGN).status_code == 403
    assert client.get("/api/v1/webhooks/").status_code == 200
    assert post(client, "/api/v1/webhooks/", WEBHOOK).status_code == 201
    assert client.get("/api/v1/deals/").status_code == 403


def test_a_scope_gives_no_more_than_the_member_may(workspace, call):
    client = call("viewer", scopes=["*:write"])
    assert post(client, "/api/v1/campaigns/", CAMPAIGN).status_code == 403
    assert client.get("/api/v1/webhooks/").status_code == 403


def test_a_scope_that_is_none_is_refused(workspace, member):
    with pytest.raises(UnknownScope):
        make_token(membership=member("owner"), name="X", days=1, scopes=["everything:ever"])


def test_a_token_for_some_areas_is_made_on_the_page(workspace, sign_in):
    browser = sign_in("marketer")
    address = f"/w/{workspace.slug}/tokens/"
    form = {"name": "Ads", "days": 30, "reach": "some"}
    assert browser.post(address, form).status_code == 422
    text = browser.post(address, form | {"reads": ["deals"], "writes": ["expenses"]})
    assert "Read deals; Read and write expenses" in text.content.decode()
    assert ApiToken.objects.get().scopes == ["expenses:write", "deals:read"]


def test_the_page_tells_when_a_token_was_last_used_and_that_it_has_ended(workspace, call, sign_in):
    client = call("marketer")
    address = f"/w/{workspace.slug}/tokens/"
    assert "Never" in sign_in("marketer").get(address).content.decode()
    client.get("/api/v1/campaigns/")
    assert "Never" not in sign_in("marketer").get(address).content.decode()
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "Expired " in sign_in("marketer").get(address).content.decode()


# What a program meets that was written in haste: it is told, and nothing is passed over.


def test_the_first_address_names_the_description(client):
    assert client.get("/api/v1/").json()["schema"].endswith("/api/v1/schema/")


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_where_there_is_nothing_a_program_gets_a_problem(method, client):
    answer = getattr(client, method)("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    without = getattr(client, method)("/api/v1/campaigns")
    assert without.status_code == 404
    assert "slash" in without.json()["detail"]


def test_a_misspelt_name_is_refused_at_any_depth(workspace, call):
    client = call("manager")
    answer = post(client, "/api/v1/campaigns/", CAMPAIGN | {"gaol": "X"})
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"gaol"}
    template = {"name": "T", "items": [{"title": "A"}, {"titel": "B"}]}
    below = post(client, "/api/v1/task-templates/", template).json()["errors"]
    assert below["items"][0] == {}
    assert set(below["items"][1]) == {"titel"}


def test_a_row_can_be_sent_back_as_it_was_read(workspace, call):
    client = call("manager")
    made = post(client, "/api/v1/tasks/", {"title": "Book the hall"}).json()
    address = f"/api/v1/tasks/{made['id']}/"
    again = client.put(address, made | {"title": "Hire it"}, content_type="application/json")
    assert (again.status_code, again.json()["title"]) == (200, "Hire it")


def test_a_misspelt_filter_is_refused_with_those_there_are(workspace, call):
    answer = call().get("/api/v1/campaigns/?statsu=planned")
    assert answer.status_code == 400
    assert "status" in answer.json()["errors"]["statsu"][0]
    assert call().get("/api/v1/campaigns/?ordering=name").status_code == 400


def test_a_list_is_read_from_its_first_row_too(workspace, call):
    made = [campaign.pk for campaign in CampaignFactory.create_batch(3)]
    client = call("viewer")
    first = client.get("/api/v1/campaigns/?ordering=id&page_size=2").json()
    rest = client.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + rest["results"]] == sorted(made)


def test_a_body_that_is_too_large_or_too_deep_is_told(workspace, call, settings):
    client = call()
    deep = client.post("/api/v1/campaigns/", "[" * 200_000, content_type="application/json")
    assert (deep.status_code, deep.json()["status"]) == (400, 400)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    large = post(client, "/api/v1/campaigns/", CAMPAIGN | {"goal": "X" * 2000})
    assert (large.status_code, large["Content-Type"]) == (413, "application/problem+json")


def test_a_key_is_of_one_caller_and_of_a_sensible_length(workspace, call):
    assert post(call(), "/api/v1/campaigns/", CAMPAIGN, idempotency_key="k").status_code == 201
    other = post(call("manager"), "/api/v1/campaigns/", CAMPAIGN, idempotency_key="k")
    assert other.status_code == 409
    long = post(call(), "/api/v1/campaigns/", CAMPAIGN, idempotency_key="k" * 201)
    assert long.status_code == 400


@pytest.mark.parametrize("name", ["tasks", "expenses"])
def test_what_was_read_is_what_is_written_over(name, workspace, call):
    row = {"tasks": TaskFactory, "expenses": ExpenseFactory}[name]()
    client, address = call("manager"), f"/api/v1/{name}/{row.pk}/"
    read = client.get(address)
    change = {"tasks": {"title": "Ours"}, "expenses": {"description": "Ours"}}[name]

    def patch(etag):
        return client.patch(
            address, change, content_type="application/json", headers={"if-match": etag}
        )

    first = patch(read["ETag"])
    assert first.status_code == 200
    assert first["ETag"] != read["ETag"]
    late = patch(read["ETag"])
    assert late.status_code == 412
    assert late.json()["current"]["version"] == first.json()["version"]
    assert patch('"of another kind"').status_code == 412


@pytest.mark.parametrize("place", ["\0", "no number", "9" * 30])
def test_a_cursor_that_names_no_place_breaks_nothing(call, place):
    cursor = base64.b64encode(urlencode({"p": place}).encode()).decode()
    assert call().get("/api/v1/campaigns/", {"cursor": cursor}).status_code in {200, 404}
