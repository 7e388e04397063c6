"""People change roles and leave; a workspace keeps an owner."""

from decimal import Decimal

import pytest
from django.test import Client

from ipeo.actions import members
from ipeo.actions.workspaces import SlugTaken, create_workspace
from ipeo.models import AuditEvent, Membership, Role, User
from ipeo.navigation import link
from ipeo.queries.audit import Change
from tests.factories.ipeo import CampaignFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_last_owner_stays_an_owner(workspace, member):
    owner = member("owner")
    with pytest.raises(members.LastOwner):
        members.change_member(membership=owner, role="viewer", is_active=True, by=owner)
    with pytest.raises(members.LastOwner):
        members.change_member(membership=owner, role="owner", is_active=False, by=owner)


def test_a_member_whose_access_ended_finds_nothing(workspace, member, sign_in):
    browser = sign_in("viewer")
    assert browser.get(f"/w/{workspace.slug}/campaigns/").status_code == 200
    members.change_member(
        membership=member("viewer"), role="viewer", is_active=False, by=member("owner")
    )
    assert browser.get(f"/w/{workspace.slug}/campaigns/").status_code == 404


def test_an_edit_is_audited_with_who_made_it(workspace, member, sign_in):
    subject = member("viewer")
    sign_in("owner").post(
        f"/w/{workspace.slug}/members/{subject.pk}/", {"role": "marketer", "is_active": "on"}
    )
    event = AuditEvent.objects.filter(table_name="ipeo_membership", action="update").latest("pk")
    assert event.changes["role"] == ["viewer", "marketer"]
    assert event.person_id == member("owner").user_id
    page = sign_in("owner").get(f"/w/{workspace.slug}/audit/").content.decode()
    assert "Role: Viewer to Marketer" in page
    assert f"Membership {subject} changed" in page


def test_the_audit_calls_a_row_that_was_pointed_at_by_its_name(workspace, member, sign_in):
    campaign = CampaignFactory(owner=member("marketer"))
    sign_in("owner")
    campaign.owner = member("manager")
    campaign.save()
    page = sign_in("owner").get(f"/w/{workspace.slug}/audit/").content.decode()
    assert f"Owner: {member('marketer')} to {member('manager')}" in page


@pytest.mark.parametrize(
    ("before", "after", "plain"),
    [("Draft", "Running", True), (None, 4, True), (None, {"lift": 0.2}, False), ([], [1], False)],
)
def test_what_is_kept_as_a_structure_is_not_read_out(before, after, plain):
    assert Change("result", before, after).is_plain is plain


def test_the_audit_cannot_be_changed_by_the_application(workspace, member):
    from django.db import ProgrammingError, transaction

    member("viewer")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AuditEvent.objects.all().delete()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AuditEvent.objects.update(action="none")


def test_a_workspaces_address_is_taken_once(workspace):
    with pytest.raises(SlugTaken):
        create_workspace(slug=workspace.slug, currency="USD")


def test_a_person_without_a_workspace_makes_one_and_owns_it(client, db):
    person = UserFactory()
    client.force_login(person)
    assert "not a member of any workspace" in client.get("/").content.decode()
    response = client.post(
        "/workspaces/new/", {"name": "Blue Chairs", "currency": "EUR", "time_zone": "Europe/Paris"}
    )
    assert response["Location"] == "/w/blue-chairs/"
    home = client.get("/w/blue-chairs/").content.decode()
    assert "Get started" in home
    assert client.get("/")["Location"] == "/w/blue-chairs/"


def test_the_first_look_at_a_new_workspaces_deals_finds_its_stages(client, db):
    client.force_login(UserFactory())
    client.post("/workspaces/new/", {"name": "Blue", "currency": "EUR", "time_zone": "UTC"})
    for page in ("deals/", "deals/board/"):
        assert "Negotiation" in client.get(f"/w/blue/{page}").content.decode()
    told = client.get("/api/v1/deal-stages/", headers={"ipeo-workspace": "blue"}).json()
    assert len(told["results"]) == 8


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("currency", "eur", "three-letter"),
        ("time_zone", "Mars/Olympus", "is not a time zone"),
        ("slug", "no spaces", "slug"),
    ],
)
def test_a_workspace_that_cannot_be_is_refused_where_it_was_typed(client, db, field, value, told):
    client.force_login(UserFactory())
    data = {"name": "Blue", "slug": "blue", "currency": "EUR", "time_zone": "UTC", field: value}
    response = client.post("/workspaces/new/", data)
    assert response.status_code == 422
    assert told in response.content.decode()


def test_only_an_owner_changes_the_settings(workspace, sign_in):
    settings = {
        "name": "New name",
        "currency": "USD",
        "time_zone": "UTC",
        "fiscal_year_start": 4,
        "lookback_days": 90,
        "half_life_days": 14,
        "discount_threshold": "8%",
        "handoff_hours": 24,
    }
    address = f"/w/{workspace.slug}/settings/"
    assert sign_in("manager").post(address, settings).status_code == 403
    assert sign_in("owner").post(address, settings).status_code == 302
    workspace.refresh_from_db()
    assert (workspace.name, workspace.lookback_days) == ("New name", 90)
    assert workspace.discount_threshold == Decimal("0.08")
    assert 'value="8%"' in sign_in("owner").get(address).text


def test_what_could_be_a_share_or_a_percentage_is_asked_about(workspace, sign_in):
    address = f"/w/{workspace.slug}/settings/"
    held = sign_in("owner").get(address).context["form"].initial
    typed = dict(held) | {"discount_threshold": "0.05"}
    refused = sign_in("owner").post(address, typed)
    assert refused.status_code == 422
    assert "Is “0.05” 5% or 0.05%?" in refused.text


def test_commands_print_one_json_object(db):
    import json
    from io import StringIO

    from django.core.management import CommandError, call_command

    out = StringIO()
    call_command("workspace", "create", "acme", currency="eur", json=True, stdout=out)
    assert json.loads(out.getvalue())["currency"] == "EUR"
    with pytest.raises(CommandError, match="already a workspace"):
        call_command("workspace", "create", "acme", currency="EUR")
    with pytest.raises(CommandError, match="not a time zone"):
        call_command("workspace", "create", "other", currency="EUR", timezone="Nowhere")


def test_an_owner_who_can_no_longer_sign_in_is_no_other_owner(workspace, member):
    owner = member("owner")
    gone = MembershipFactory(workspace=workspace, role=Role.OWNER)
    User.objects.filter(pk=gone.user_id).update(is_active=False)
    with pytest.raises(members.LastOwner):
        members.change_member(membership=owner, role=Role.VIEWER, is_active=True, by=owner)


def test_a_manager_gives_themselves_no_ownership_and_a_viewer_no_role(member, sign_in):
    manager, viewer = member("manager"), member("viewer")
    wish = {"role": "owner", "is_active": "on"}
    raised = sign_in("manager").post(link("ipeo:member", manager.pk), wish)
    assert raised.status_code == 422
    assert sign_in("viewer").post(link("ipeo:member", viewer.pk), wish).status_code == 403
    assert {Membership.objects.get(pk=one.pk).role for one in (manager, viewer)} == {
        "manager",
        "viewer",
    }


def test_a_session_of_a_member_who_is_barred_ends_at_once(workspace, member, sign_in):
    barred, owner, browser = member("marketer"), member("owner"), sign_in("marketer")
    _, secret = members.make_token(membership=barred, name="Reports", days=1)
    key = {"Authorization": f"Bearer {secret}"}

    def statuses():
        return [
            browser.get(f"/w/{workspace.slug}/").status_code,
            Client().get("/api/v1/campaigns/", headers=key).status_code,
        ]

    assert statuses() == [200, 200]
    User.objects.filter(pk=barred.user_id).update(is_active=False)
    assert statuses() == [302, 401]
    User.objects.filter(pk=barred.user_id).update(is_active=True)
    members.change_member(membership=barred, role=Role.MARKETER, is_active=False, by=owner)
    assert statuses() == [404, 401]
