"""Every page stands under one line of the navigation."""

import pytest

from tests.factories.execute import DealFactory
from tests.factories.insight import AccountFactory
from tests.factories.plan import ProgramPlanFactory

pytestmark = pytest.mark.django_db


def line_of(browser, address):
    """Return the labels of the lines that are current on a page."""
    nav = browser.get(address).context["nav"]
    return [item["label"] for group in nav for item in group["items"] if item["current"]]


def test_my_day_is_a_reps_home(workspace, sign_in):
    browser = sign_in("sales_rep")
    assert browser.get(f"/w/{workspace.slug}/").url == f"/w/{workspace.slug}/mine/"
    assert line_of(browser, f"/w/{workspace.slug}/mine/") == ["Home"]


def test_a_page_that_no_line_names_stands_under_the_nearest_one_above_it(workspace, sign_in):
    browser, at = sign_in("owner"), f"/w/{workspace.slug}"
    plan = ProgramPlanFactory()
    pages = {
        "": "Home",
        f"plan/scenarios/{plan.scenario_id}/programs/add/": "Plan",
        f"deals/{DealFactory().pk}/price/": "Deals",
        f"insight/accounts/{AccountFactory().pk}/merge/": "Accounts",
        "insight/products/": "Insight",
        "settings/": "Settings",
    }
    assert {page: line_of(browser, f"{at}/{page}") for page in pages} == {
        page: [label] for page, label in pages.items()
    }
