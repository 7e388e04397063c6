"""Two people who edit one row of a plan: what both typed is kept, or both are shown."""

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from ipeo.actions.versions import EditedMeanwhile
from ipeo.navigation import link
from plan.actions.programs import change_program_plan, move_flight
from plan.models import Scenario
from tests.factories.insight import AudienceFactory, BrandStoryFactory, ProofPointFactory
from tests.factories.plan import (
    ObjectiveFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")


class Filled(HTMLParser):
    """What a browser would send of a page's form that nobody touched."""

    def __init__(self, page):
        super().__init__()
        self.sent, self._within, self._name, self._text = {}, False, "", None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        if tag == "form":
            self._within = held.get("class", "").split()[:1] == ["form"]
        if not self._within:
            return
        if tag == "input":
            ticked = held.get("type") not in {"checkbox", "radio"} or "checked" in held
            if ticked and "name" in held:
                self._add(held["name"], held.get("value", ""))
        elif tag in {"select", "textarea"}:
            self._name, self._text = held["name"], "" if tag == "textarea" else None
        elif tag == "option" and "selected" in held:
            self._add(self._name, held["value"])

    def handle_data(self, data):
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._text is not None:
            self._add(self._name, self._text.removeprefix("\n"))
            self._text = None
        elif tag == "form":
            self._within = False

    def _add(self, name, value):
        self.sent.setdefault(name, []).append(value)


@pytest.fixture
def opened(sign_in):
    """Opens a form's page; gives what sends it with some fields typed otherwise."""

    def open_as(role, address, asked=None):
        client = sign_in(role)
        sent = Filled(said(client.get(address, asked or {}))).sent
        assert "version" in sent
        return lambda **typed: client.post(address, sent | typed, follow=True)

    return open_as


def said(answer):
    return answer.content.decode()


def test_two_people_who_edit_one_program_keep_both_their_words(opened):
    program = ProgramFactory(name="Webinar", offer="value")
    address = link("plan:program", program.pk)
    one, two, three = (opened(role, address) for role in ("marketer", "manager", "owner"))
    assert one(offer="price", discount="8%").status_code == 200

    assert "changes are kept: Offer, Discount on list price" in said(two(name="Webinars"))
    program.refresh_from_db()
    assert (program.name, program.offer, program.discount) == ("Webinars", "price", Decimal("0.08"))

    asked = three(name="Talks", offer="trial")
    assert asked.status_code == 409
    for words in ("Yours: Talks", "Theirs: Webinars", "Yours: Trial", "Theirs: Price"):
        assert words in said(asked)
    program.refresh_from_db()
    assert (program.name, program.offer, program.version) == ("Webinars", "price", 3)


def test_whoever_chooses_theirs_or_mine_of_a_program_gets_it(opened):
    program = ProgramFactory(name="Webinar", offer="price", discount=Decimal("0.05"))
    address = link("plan:program", program.pk)
    one, two = opened("marketer", address), opened("manager", address)
    one(name="Webinars", discount="8%")
    asked = two(name="Talks", discount="10%")
    assert "Theirs: 8%" in said(asked)
    choice = {"keep-name": "theirs", "keep-discount": "mine"}
    assert two(**Filled(said(asked)).sent | choice).redirect_chain
    program.refresh_from_db()
    assert (program.name, program.discount) == ("Webinars", Decimal("0.1"))


def test_a_discount_that_a_program_has_no_more_is_neither_asked_about_nor_said_to_be_kept(opened):
    program = ProgramFactory(offer="price", discount=Decimal("0.05"))
    address = link("plan:program", program.pk)
    one, two = opened("marketer", address), opened("manager", address)
    one(discount="8%")
    assert "changes are kept" not in said(two(offer="value"))
    program.refresh_from_db()
    assert (program.offer, program.discount) == ("value", Decimal(0))


def test_two_people_who_plan_one_program_keep_both_their_words(opened):
    plan = ProgramPlanFactory(message="Pays back", is_bet=False)
    points = ProofPointFactory.create_batch(3, story=BrandStoryFactory())
    audience = AudienceFactory(name="Offices")
    plan.proof_points.set(points[:2], through_defaults={"workspace": plan.workspace})
    address = link("plan:program_plan", plan.pk)
    one, two, three = (opened(role, address) for role in ("marketer", "manager", "owner"))
    one(message="Pays back in a year", is_bet="on", proof_points=[points[0].pk])

    sent = two(audience=audience.pk, proof_points=[one.pk for one in points])
    assert "kept: Message, It is a bet" in said(sent)
    plan.refresh_from_db()
    assert (plan.message, plan.is_bet, plan.audience) == ("Pays back in a year", True, audience)
    assert set(plan.proof_points.all()) == {points[0], points[2]}

    asked = three(message="Sit better")
    assert asked.status_code == 409
    assert "Theirs: Pays back in a year" in said(asked)
    plan.refresh_from_db()
    assert (plan.message, plan.version) == ("Pays back in a year", 3)


def test_a_flight_moved_on_the_timeline_is_not_moved_back_by_an_older_form(opened):
    plan = ProgramPlanFactory(starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
    form = opened("marketer", link("plan:program_plan", plan.pk))
    move_flight(plan=plan, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 28))
    assert "kept: Flight starts, Flight ends" in said(form(message="Pays back"))
    plan.refresh_from_db()
    assert (plan.starts_on, plan.ends_on) == (date(2026, 3, 1), date(2026, 3, 28))
    assert plan.message == "Pays back"


def test_two_people_who_edit_one_objective_keep_both_their_words(opened):
    objective = ObjectiveFactory(baseline=Decimal(100_000), target=Decimal(150_000))
    address = link("plan:objective", objective.pk)
    one, two, three = (opened(role, address) for role in ("marketer", "manager", "owner"))
    same = opened("marketer", address)
    one(target="180,000")

    assert "changes are kept: Target" in said(two(baseline="110,000"))
    objective.refresh_from_db()
    assert (objective.baseline, objective.target) == (Decimal(110_000), Decimal(180_000))

    asked = three(target="200,000")
    assert asked.status_code == 409
    assert "Yours: 200,000" in said(asked)
    assert "Theirs: $180,000" in said(asked)
    objective.refresh_from_db()
    assert (objective.target, objective.version) == (Decimal(180_000), 3)
    assert same(target="180000", baseline="100000").status_code == 200


def test_a_share_that_nobody_touched_stays_what_it_was_to_its_last_digit(opened):
    objective = ObjectiveFactory(metric="win_rate", baseline=None, target=Decimal("0.7525"))
    opened("marketer", link("plan:objective", objective.pk))(due_date="2026-06-15")
    objective.refresh_from_db()
    assert (objective.target, objective.due_date) == (Decimal("0.7525"), date(2026, 6, 15))


def test_a_target_that_was_offered_is_the_persons_own_word(opened):
    objective = ObjectiveFactory(target=Decimal(150_000), due_date=date(2026, 6, 30))
    address = link("plan:objective", objective.pk)
    offered = opened("manager", address, {"target": "170,000"})
    opened("marketer", address)(due_date="2026-06-15")
    assert "changes are kept: By" in said(offered())
    objective.refresh_from_db()
    assert (objective.target, objective.due_date) == (Decimal(170_000), date(2026, 6, 15))


def test_the_baseline_of_another_metric_comes_with_what_the_person_started_from(sign_in):
    objective = ObjectiveFactory(baseline=Decimal(120_000))
    asked = {"metric": "win_rate", "baseline": "100,000", "initial-baseline": "100,000"}
    client = sign_in("marketer")
    part = client.get(
        link("plan:objective", objective.pk), asked, headers={"HX-Request": "true"}
    ).content.decode()
    assert 'name="initial-baseline" value="100,000"' in part


def test_two_people_who_name_and_limit_one_scenario_keep_both_their_words(opened):
    scenario = ScenarioFactory(name="Payback", budget=Decimal(8000))
    address = link("plan:rename_scenario", scenario.pk)
    one, two, three = (opened(role, address) for role in ("marketer", "manager", "owner"))
    one(budget="$9,000")

    assert "changes are kept: Budget limit" in said(two(name="Prove the payback"))
    scenario.refresh_from_db()
    assert (scenario.name, scenario.budget) == ("Prove the payback", Decimal(9000))

    asked = three(budget="10,000")
    assert asked.status_code == 409
    assert "Theirs: 9,000" in said(asked)
    scenario.refresh_from_db()
    assert (scenario.budget, scenario.version) == (Decimal(9000), 3)


def test_a_scenario_that_was_proposed_meanwhile_is_not_renamed(opened):
    scenario = ScenarioFactory(name="Payback")
    form = opened("marketer", link("plan:rename_scenario", scenario.pk))
    Scenario.objects.update(status=Scenario.Status.PROPOSED)
    refused = form(name="Prove the payback")
    assert refused.status_code == 422
    assert "is waiting for approval" in said(refused)


@pytest.mark.parametrize(
    ("kind", "path", "field", "first", "second"),
    [
        (ProgramFactory, "programs", "name", "Talks", "Webinars"),
        (ProgramPlanFactory, "program-plans", "message", "Pays back", "Sit better"),
        (ObjectiveFactory, "objectives", "target", "180000.0000", "200000.0000"),
        (ScenarioFactory, "scenarios", "name", "Payback", "Prove"),
    ],
)
def test_the_api_writes_over_no_row_that_somebody_else_changed(
    workspace, sign_in, kind, path, field, first, second
):
    row, client = kind(), sign_in("marketer")
    address = f"/api/v1/{path}/{row.pk}/"

    def patch(sent, **headers):
        return client.patch(
            address,
            sent,
            content_type="application/json",
            headers={"IPEO-Workspace": workspace.slug} | headers,
        )

    read = client.get(address, headers={"IPEO-Workspace": workspace.slug}).headers["ETag"]
    assert patch({field: first}, **{"If-Match": read}).headers["ETag"] == '"2"'
    late = patch({field: second}, **{"If-Match": read})
    assert late.status_code == 412
    assert (late.json()["current"][field], late.json()["current"]["version"]) == (first, 2)
    assert patch({field: second, "version": 1}).status_code == 409
    assert patch({field: second, "version": 2}).json()["version"] == 3


def test_proof_points_alone_are_a_change_that_an_older_write_does_not_undo():
    plan = ProgramPlanFactory()
    change_program_plan(plan=plan, proof_points=[ProofPointFactory()], version=1)
    with pytest.raises(EditedMeanwhile):
        change_program_plan(plan=plan, proof_points=[], version=1)
    assert plan.proof_points.count() == 1
