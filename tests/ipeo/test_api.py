"""The API's doors: tokens, problems, pages, and writes that happen once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ipeo.actions.members import make_token, revoke_token
from ipeo.models import ApiToken, Campaign, IdempotencyRecord
from tests.factories.ipeo import CampaignFactory, MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

CAMPAIGN = {"name": "Desks", "starts_on": "2026-01-01", "ends_on": "2026-03-31"}


@pytest.fixture
def call(member):
    """Calls the API with a token of a role."""

    def make(role="marketer", may_write=True, **options):
        token, secret = make_token(
            membership=member(role), name="Test", may_write=may_write, days=30
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


def test_the_description_is_complete_and_open(workspace, client, capsys):
    from django.core.management import call_command

    assert client.get("/api/v1/schema/").status_code == 200
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")
    assert capsys.readouterr().err == ""


def test_the_gate_answers_409_with_what_is_missing(workspace, call):
    client = call()
    campaign = post(client, "/api/v1/campaigns/", CAMPAIGN).json()
    cycle = client.get(f"/api/v1/cycles/?campaign={campaign['id']}").json()["results"][0]
    blockers = client.get(f"/api/v1/cycles/{cycle['id']}/blockers/").json()
    assert blockers
    answer = post(client, f"/api/v1/cycles/{cycle['id']}/advance/", {"stage": "insight"})
    assert answer.status_code == 409
    assert blockers[0]["message"] in answer.json()["detail"]
