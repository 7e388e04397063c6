"""Where a workspace wants four eyes, nobody approves their own."""

from decimal import Decimal

import pytest

from execute.actions import approvals as discounts
from execute.actions import materials
from execute.models import DiscountApproval, InReturn, Material
from ipeo.actions.approving import OwnWork
from ipeo.models import Role
from ipeo.navigation import link
from plan.actions import approvals as plans
from plan.actions.scenarios import propose_scenario
from plan.models import Approval, Program, Scenario
from tests.factories.execute import DealFactory
from tests.factories.ipeo import MembershipFactory
from tests.factories.plan import ReadyScenarioFactory

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


@pytest.fixture
def four_eyes(workspace):
    workspace.four_eyes = True
    workspace.save()
    return workspace


@pytest.fixture
def first(member):
    return member("manager")


@pytest.fixture
def second(member):
    return member("owner")


def settings_of(browser, address, **typed):
    held = browser.get(address).context["form"].initial
    data = {name: value for name, value in held.items() if value is not False}
    return browser.post(address, data | {"discount_threshold": "5%"} | typed)


def test_only_with_a_second_approver_is_it_switched_on(workspace, sign_in, member):
    browser, address = sign_in("owner"), link("ipeo:settings")
    refused = settings_of(browser, address, four_eyes="on")
    assert refused.status_code == 422
    assert "Make someone else a manager first" in refused.text
    MembershipFactory(workspace=workspace, role=Role.MANAGER)
    assert settings_of(browser, address, four_eyes="on").status_code == 302
    workspace.refresh_from_db()
    assert workspace.four_eyes
    assert "Another manager or owner" in sign_in("viewer").get(address).text


def test_a_manager_approves_their_own_where_nobody_minds(workspace, first):
    scenario = propose_scenario(scenario=ReadyScenarioFactory(), by=first)
    plans.approve_scenario(scenario=scenario, by=first)
    assert Approval.objects.get().by == first


def test_whoever_proposed_a_plan_does_not_approve_it(four_eyes, first, second, sign_in):
    scenario = propose_scenario(scenario=ReadyScenarioFactory(), by=first)
    address = link("plan:approve", scenario.pk)
    mine = sign_in("manager")
    assert "You proposed this yourself" in mine.get(address).text
    assert mine.post(address, {"replacing": ""}).status_code == 422
    over_api = mine.post(
        f"/api/v1/scenarios/{scenario.pk}/approve/",
        {},
        headers={"IPEO-Workspace": four_eyes.slug},
        **JSON,
    )
    assert over_api.status_code == 403
    assert "another manager or owner" in over_api.json()["detail"]
    assert not Approval.objects.exists()
    assert sign_in("owner").post(address, {"replacing": ""}).status_code == 302
    assert Approval.objects.get().by == second


def test_a_plan_waits_for_the_others_alone(four_eyes, first, sign_in):
    scenario = propose_scenario(scenario=ReadyScenarioFactory(name="Ours"), by=first)
    panel, page = link("plan:approvals"), link("plan:approve", scenario.pk)
    assert page not in sign_in("manager").get(panel).text
    assert page in sign_in("owner").get(panel).text


def test_a_revision_is_held_alike(four_eyes, first, second):
    scenario = propose_scenario(scenario=ReadyScenarioFactory(), by=first)
    plans.approve_scenario(scenario=scenario, by=second)
    revision = ReadyScenarioFactory(cycle=scenario.cycle, revises=scenario, name="Revision")
    propose_scenario(scenario=revision, by=second)
    with pytest.raises(OwnWork):
        plans.approve_scenario(scenario=revision, by=second, replacing=scenario)
    plans.approve_scenario(scenario=revision, by=first, replacing=scenario)


def price_led(scenario):
    plan = scenario.program_plans.get()
    Program.objects.filter(pk=plan.program_id).update(
        offer=Program.Offer.PRICE, discount=Decimal("0.1")
    )
    return plan


def test_an_offer_on_price_is_approved_by_another_than_who_proposes_it(four_eyes, first, second):
    scenario = ReadyScenarioFactory()
    plan = price_led(scenario)
    plans.approve_price(plan=plan, by=first)
    with pytest.raises(OwnWork):
        propose_scenario(scenario=scenario, by=first)
    Approval.objects.all().delete()
    propose_scenario(scenario=scenario, by=first)
    with pytest.raises(OwnWork):
        plans.approve_price(plan=plan, by=first)
    plans.approve_price(plan=plan, by=second)
    assert Scenario.objects.get(pk=scenario.pk).status == Scenario.Status.PROPOSED


def test_whoever_asked_for_a_discount_may_send_it_back_but_not_approve_it(
    four_eyes, first, second, sign_in
):
    deal = DealFactory(list_amount=Decimal(1000), net_amount=Decimal(700))
    asked = discounts.ask_approval(deal=deal, in_return=InReturn.LONGER_TERM, by=first)
    address = link("execute:discount", asked.pk)
    page = sign_in("manager").get(address).text
    assert "You asked for this yourself" in page
    assert 'value="approve"' not in page
    refused = sign_in("manager").post(address, {"decision": "approve", "reason": ""})
    assert refused.status_code == 422
    assert DiscountApproval.objects.get().status == "pending"
    panel = link("execute:discounts_panel")
    assert address not in sign_in("manager").get(panel).text
    assert address in sign_in("owner").get(panel).text
    sign_in("owner").post(address, {"decision": "approve", "reason": ""})
    assert DiscountApproval.objects.get().decided_by == second
    other = discounts.ask_approval(
        deal=DealFactory(list_amount=Decimal(1000), net_amount=Decimal(700)),
        in_return=InReturn.LONGER_TERM,
        by=first,
    )
    discounts.send_back_discount(approval=other, by=first, reason="On second thoughts")


def test_whoever_made_a_material_does_not_give_it_to_sales(four_eyes, first, second, sign_in):
    made = materials.add_material(
        material=Material(name="One-pager"), by=first, url="https://brand.test/one"
    )
    version = made.versions.get()
    page = sign_in("manager").get(link("execute:material", made.pk)).text
    assert "You made this version" in page
    refused = sign_in("manager").post(link("execute:approve_version", version.pk), follow=True)
    assert "another manager or owner approves it" in refused.text
    with pytest.raises(OwnWork):
        materials.approve_material(material=made, by=first)
    materials.approve_version(version=version, by=second)
    assert Material.objects.get().approved == version
