"""A rule is built line by line, counted while it is written, and saved with its size."""

import pytest

from insight.models import Audience
from ipeo import tenancy
from tests.factories.insight import AccountFactory, AudienceFactory, ContactFactory
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.plan import ObjectiveFactory

HTMX = {"HX-Request": "true"}
HEALTH = {
    "name": "Health",
    "match": "all",
    "line": ["0", "1"],
    "field-0": "industry",
    "op-0": "in",
    "value-0": "Healthcare, Education",
    "field-1": "employees",
    "op-1": "between",
    "value-1": "100",
    "value_to-1": "1,000",
}


@pytest.fixture
def address(workspace):
    return f"/w/{workspace.slug}/insight/audiences/new/"


@pytest.fixture
def people(workspace):
    ContactFactory(name="Ana", account=AccountFactory(industry="Healthcare", employees=250))
    ContactFactory(name="Ben", account=AccountFactory(industry="Education", employees=20))


def test_an_audience_is_saved_with_its_rule_and_its_size(people, address, sign_in):
    response = sign_in("marketer").post(address, HEALTH, follow=True)
    audience = Audience.objects.get()
    assert audience.rule == {
        "all": [
            {"field": "industry", "op": "in", "value": ["Healthcare", "Education"]},
            {"field": "employees", "op": "between", "value": [100, 1000]},
        ]
    }
    assert audience.size == 1
    assert audience.counted_at is not None
    page = response.content.decode()
    assert "Employees is between 100 and 1,000" in page
    assert "Ana" in page
    assert "Ben" not in page


def test_the_size_is_counted_while_the_rule_is_written(people, address, sign_in):
    response = sign_in("marketer").post(address, {**HEALTH, "count": "1"}, headers=HTMX)
    assert "1 person" in response.content.decode()
    assert "<html" not in response.content.decode()
    assert not Audience.objects.exists()


def test_a_half_written_condition_is_named_instead_of_counted(address, sign_in):
    typed = {**HEALTH, "value-1": "many", "count": "1"}
    page = sign_in("marketer").post(address, typed, headers=HTMX).content.decode()
    assert "Condition 2: Enter a number for employees" in page


def test_a_condition_offers_what_the_workspace_holds_and_takes_any_other_text(
    people, workspace, address, sign_in
):
    ContactFactory(account=AccountFactory(industry="Education"), attributes={"Floor": "3"})
    browser = sign_in("marketer")
    typed = {**HEALTH, "op-0": "contains", "field-1": "attributes.Floor", "redraw": "1"}
    lines = browser.post(address, typed, headers=HTMX).context["lines"].lines
    assert [line.known for line in lines] == [["Education", "Healthcare"], ["3"]]
    listed = browser.post(address, {**HEALTH, "redraw": "1"}, headers=HTMX).content.decode()
    assert "In your data: Education, Healthcare." in listed
    browser.post(address, {**HEALTH, "value-0": "Mining"})
    page = browser.get(f"/w/{workspace.slug}/insight/audiences/").content.decode()
    assert "Industry is one of Mining and Employees is between 100 and 1,000" in page


def test_lines_are_added_and_removed_with_and_without_scripts(address, sign_in):
    browser = sign_in("marketer")
    for headers in ({}, HTMX):
        added = browser.post(address, {**HEALTH, "add": "1"}, headers=headers)
        assert added.status_code == 200
        assert len(added.context["lines"].lines) == 3
        removed = browser.post(address, {**HEALTH, "remove": "0"}, headers=headers)
        assert [line.field.key for line in removed.context["lines"].lines] == ["employees"]
    assert 'value="Health"' in browser.post(address, {**HEALTH, "add": "1"}).content.decode()


def test_another_field_offers_its_own_conditions(address, sign_in):
    typed = {**HEALTH, "field-1": "lead_date", "redraw": "1"}
    line = sign_in("marketer").post(address, typed, headers=HTMX).context["lines"].lines[1]
    assert line.operator.key == "on_or_after"
    assert line.input_type == "date"


def test_a_rule_that_cannot_be_read_keeps_what_was_typed(address, sign_in):
    response = sign_in("marketer").post(address, {**HEALTH, "value_to-1": "10"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "The first value must not be above the second." in page
    assert 'value="Healthcare, Education"' in page
    assert not Audience.objects.exists()


def test_a_name_is_taken_once(address, sign_in):
    AudienceFactory(name="Health")
    response = sign_in("marketer").post(address, HEALTH)
    assert response.status_code == 422
    assert "There is already an audience called “Health”." in response.content.decode()


def test_a_stored_rule_opens_as_it_was_typed(workspace, sign_in):
    browser = sign_in("marketer")
    browser.post(f"/w/{workspace.slug}/insight/audiences/new/", HEALTH)
    page = browser.get(
        f"/w/{workspace.slug}/insight/audiences/{Audience.objects.get().pk}/edit/"
    ).content.decode()
    assert 'value="Healthcare, Education"' in page
    assert 'value="1000"' in page


def test_a_stored_rule_that_nobody_can_read_is_told_and_not_run(workspace, sign_in):
    audience = AudienceFactory(rule={"all": [{"field": "gone", "op": "is", "value": "x"}]})
    browser = sign_in("marketer")
    for tail in ("", "edit/"):
        page = browser.get(f"/w/{workspace.slug}/insight/audiences/{audience.pk}/{tail}")
        assert page.status_code == 200
        assert "There is no field “gone”." in page.content.decode()


def test_an_audience_is_counted_again(people, workspace, sign_in):
    audience = AudienceFactory(rule={"all": []}, size=900)
    browser, address = sign_in("marketer"), f"/w/{workspace.slug}/insight/audiences/{audience.pk}/"
    assert browser.post(address).status_code == 302
    audience.refresh_from_db()
    assert audience.size == 2
    assert sign_in("viewer").post(address).status_code == 403


def test_an_audience_of_another_workspace_is_not_there(workspace, sign_in):
    with tenancy.scope(WorkspaceFactory()):
        strange = AudienceFactory()
    for tail in ("", "edit/"):
        page = f"/w/{workspace.slug}/insight/audiences/{strange.pk}/{tail}"
        assert sign_in("owner").get(page).status_code == 404


def test_an_audience_is_removed_unless_something_is_made_for_it(workspace, sign_in):
    used, unused = AudienceFactory(name="Used"), AudienceFactory(name="Unused")
    ObjectiveFactory(audience=used)
    browser, pages = sign_in("marketer"), f"/w/{workspace.slug}/insight/audiences/"
    refused = browser.post(f"{pages}{used.pk}/edit/", {"gone": "yes"}, follow=True)
    assert "objectives use it" in refused.content.decode()
    browser.post(f"{pages}{unused.pk}/edit/", {"gone": "yes"})
    assert list(Audience.objects.all()) == [used]
