"""Products, channels, accounts, people, rivals and the brand story are kept in the browser."""

import pytest

from insight.actions import stories
from insight.models import (
    Account,
    BrandStory,
    Channel,
    Competitor,
    CompetitorMove,
    Contact,
    Product,
    ProofPoint,
)
from ipeo import tenancy
from tests.factories.insight import (
    AccountFactory,
    BrandStoryFactory,
    ChannelFactory,
    CompetitorFactory,
    ContactFactory,
    ProductFactory,
    ProofPointFactory,
)
from tests.factories.ipeo import MembershipFactory, WorkspaceFactory

STORY = {
    "title": "Desks that pay back",
    "for_whom": "Facilities managers",
    "problem": "Cheap desks are bought twice",
    "promise": "Payback within two years",
    "tone": "Plain",
}


@pytest.fixture
def at(workspace):
    return lambda address: f"/w/{workspace.slug}/insight/{address}"


@pytest.mark.parametrize(
    ("address", "model", "typed"),
    [
        ("products/new/", Product, {"name": "Atlas", "list_price": "640", "is_active": "on"}),
        ("channels/new/", Channel, {"name": "Field events", "is_sales": "on"}),
        ("accounts/new/", Account, {"name": "Alvarez", "industry": "Healthcare"}),
        ("contacts/new/", Contact, {"name": "Ana", "consent": "given"}),
        ("rivals/new/", Competitor, {"name": "DeskDirect", "website": "deskdirect.test"}),
    ],
)
def test_a_row_is_written_and_then_changed(at, sign_in, address, model, typed):
    browser = sign_in("marketer")
    assert browser.post(at(address), typed).status_code == 302
    row = model.objects.get(name=typed["name"])
    tail = "" if model in {Product, Channel} else "edit/"
    edit = address.replace("new/", f"{row.pk}/{tail}")
    assert browser.post(at(edit), {**typed, "name": "Renamed"}).status_code == 302
    row.refresh_from_db()
    assert row.name == "Renamed"


@pytest.mark.parametrize(
    ("address", "make", "name"),
    [
        ("products/new/", ProductFactory, "Atlas"),
        ("channels/new/", ChannelFactory, "Field events"),
        ("rivals/new/", CompetitorFactory, "DeskDirect"),
    ],
)
def test_a_name_that_is_taken_is_told_at_its_field(at, sign_in, address, make, name):
    make(name=name)
    response = sign_in("marketer").post(at(address), {"name": name, "is_active": "on"})
    assert response.status_code == 422
    assert "There is already" in str(response.context["form"].errors["name"])


def test_a_channel_is_the_same_in_whatever_letters(at, sign_in):
    ChannelFactory(name="Paid Search")
    response = sign_in("marketer").post(at("channels/new/"), {"name": "paid  search"})
    assert response.status_code == 422


def test_a_contact_finds_its_account_by_name_or_number(at, sign_in):
    first, second = AccountFactory(name="Alvarez"), AccountFactory(name="alvarez")
    brook = AccountFactory(name="Brook")
    browser = sign_in("marketer")

    def save(account):
        return browser.post(
            at("contacts/new/"), {"name": "Ana", "consent": "given", "account": account}
        )

    assert "Several accounts have this name" in save("ALVAREZ").content.decode()
    assert "There is no account called “Nobody”." in save("Nobody").content.decode()
    assert save(f"alvarez (#{second.pk})").status_code == 302
    assert save("brook").status_code == 302
    assert list(Contact.objects.order_by("pk").values_list("account", flat=True)) == [
        second.pk,
        brook.pk,
    ]
    offered = browser.get(at("accounts/options/?account=alv"), headers={"HX-Request": "true"})
    assert f"(#{first.pk})" in offered.content.decode()


def test_ids_of_another_workspace_are_refused_in_forms(at, sign_in, member):
    other = WorkspaceFactory()
    with tenancy.scope(other):
        strange = AccountFactory(name="Strange")
        rival = CompetitorFactory()
        contact = ContactFactory()
    # The same person there too: what they see there they cannot bring here.
    double = MembershipFactory(workspace=other, user=member("marketer").user)
    browser = sign_in("marketer")
    for address, typed, field in (
        (
            "contacts/new/",
            {"name": "Ana", "consent": "given", "account": f"x (#{strange.pk})"},
            "account",
        ),
        ("contacts/new/", {"name": "Ana", "consent": "given", "account": "Strange"}, "account"),
        ("accounts/new/", {"name": "Alvarez", "owner": double.pk}, "owner"),
    ):
        response = browser.post(at(address), typed)
        assert response.status_code == 422
        assert field in response.context["form"].errors
    for address in (f"accounts/{strange.pk}/", f"rivals/{rival.pk}/", f"contacts/{contact.pk}/"):
        assert browser.get(at(address)).status_code == 404
    assert "Strange" not in browser.get(at("accounts/options/?account=str")).content.decode()


def test_a_contact_who_can_be_called_nothing_is_refused(at, sign_in):
    response = sign_in("marketer").post(at("contacts/new/"), {"title": "Buyer", "consent": "given"})
    assert "Enter a name or an email address." in response.content.decode()
    assert 'value="Buyer"' in response.content.decode()


def test_a_rivals_move_is_noted_changed_and_removed(at, sign_in):
    rival = CompetitorFactory()
    browser = sign_in("marketer")
    typed = {"kind": "price_cut", "description": "12% off", "happened_on": "2026-03-14"}
    browser.post(at(f"rivals/{rival.pk}/"), typed)
    move = CompetitorMove.objects.get(competitor=rival)
    browser.post(at(f"moves/{move.pk}/"), {**typed, "description": "15% off"})
    move.refresh_from_db()
    assert move.description == "15% off"
    missing = browser.post(at(f"rivals/{rival.pk}/"), {**typed, "happened_on": "31/02/2026"})
    assert missing.status_code == 422
    browser.post(at(f"moves/{move.pk}/"), {"remove": "yes"})
    assert not CompetitorMove.objects.exists()


def test_saving_an_edited_story_makes_a_version_with_the_same_proof_points(at, sign_in, member):
    browser = sign_in("marketer")
    browser.post(at("story/edit/"), STORY)
    for statement in ("Payback in 22 months", "Nine years of warranty"):
        browser.post(at("story/"), {"statement": statement})
    browser.post(at("story/edit/"), {**STORY, "promise": "Or your money back", "seen_version": 1})
    first, second = BrandStory.objects.order_by("version")
    assert (first.is_current, second.is_current) == (False, True)
    assert second.created_by == member("marketer")
    for story in (first, second):
        assert [point.statement for point in story.proof_points.order_by("position")] == [
            "Payback in 22 months",
            "Nine years of warranty",
        ]
    old = browser.get(at("story/versions/1/")).content.decode()
    assert "Payback within two years" in old
    assert "No longer current" in old


def test_an_unchanged_story_makes_no_version(at, sign_in):
    browser = sign_in("marketer")
    for _ in range(2):
        browser.post(at("story/edit/"), {**STORY, "seen_version": ""})
    assert BrandStory.objects.count() == 1


def test_the_second_of_two_writers_is_told_of_the_first(at, sign_in, member):
    browser = sign_in("marketer")
    browser.post(at("story/edit/"), STORY)
    sign_in("manager").post(at("story/edit/"), {**STORY, "promise": "First", "seen_version": "1"})
    late = browser.post(at("story/edit/"), {**STORY, "promise": "Second", "seen_version": "1"})
    page = late.content.decode()
    assert late.status_code == 422
    assert f"{member('manager')} has saved version 2 in the meantime." in page
    assert "Second" in page
    assert 'name="seen_version" value="2"' in page


def test_proof_points_are_put_in_another_order(at, sign_in):
    story = BrandStoryFactory()
    points = [ProofPointFactory(story=story, statement=name, position=0) for name in "ABC"]
    browser = sign_in("marketer")

    def order():
        return [p.statement for p in ProofPoint.objects.order_by("position", "pk")]

    browser.post(at(f"proof-points/{points[2].pk}/"), {"move": "up"})
    assert order() == ["A", "C", "B"]
    browser.post(at(f"proof-points/{points[0].pk}/"), {"move": "down"})
    assert order() == ["C", "A", "B"]
    browser.post(at(f"proof-points/{points[2].pk}/"), {"move": "up"})
    assert order() == ["C", "A", "B"]


def test_proof_points_of_an_older_version_stay_as_they_were(at, sign_in):
    point = ProofPointFactory(story__is_current=False)
    BrandStoryFactory()
    browser = sign_in("marketer")
    browser.post(at(f"proof-points/{point.pk}/"), {"remove": "yes"})
    edited = browser.post(at(f"proof-points/{point.pk}/"), {"statement": "Other"})
    assert edited.status_code == 422
    point.refresh_from_db()
    assert point.statement != "Other"
    with pytest.raises(stories.OldVersion):
        stories.move_proof_point(point=point, steps=1)
