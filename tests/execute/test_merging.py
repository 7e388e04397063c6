"""Two people edit one deal: what one alone changed is kept, what both changed is asked."""

from datetime import date

import pytest

from execute.actions import setup
from execute.models import Deal, DealStage
from tests.factories.execute import DealFactory
from tests.factories.ipeo import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stages(workspace):
    setup.ensure_defaults()
    return {stage.name: stage for stage in DealStage.objects.all()}


@pytest.fixture
def edit(workspace, sign_in, stages):
    """Opens the edit page as a role; gives what sends the form with some fields changed."""

    def opened(deal, role):
        browser, address = sign_in(role), f"/w/{workspace.slug}/deals/{deal.pk}/edit/"
        form = browser.get(address).context["form"]
        base = {field.name: field.value() for field in form}
        base = {name: "" if value is None else str(value) for name, value in base.items()}
        sent = base | {f"initial-{name}": base[name] for name in base if name != "version"}

        def send(**changes):
            answer = browser.post(address, sent | changes)
            if answer.status_code == 409:
                again = answer.context["form"]
                sent.update(
                    {key: str(value) for key, value in again.data.items() if key in sent},
                )
            return answer

        return send

    return opened


def deal_of(stages, **values):
    return DealFactory(name="Desks", stage=stages["Lead"], **values)


def test_what_only_one_of_two_changed_is_merged_without_a_question(edit, stages):
    deal = deal_of(stages)
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    assert theirs(name="Fifty desks", expected_close_date="2026-12-01").status_code == 302
    assert mine(net_amount="900").status_code == 302
    deal.refresh_from_db()
    assert (deal.name, deal.net_amount, deal.version) == ("Fifty desks", 900, 3)
    assert deal.expected_close_date == date(2026, 12, 1)


def test_a_field_that_both_changed_shows_theirs_ones_own_and_the_start(edit, stages):
    deal = deal_of(stages)
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    theirs(name="Fifty desks", net_amount="800", quantity="50")
    answer = mine(name="Forty desks", net_amount="900")
    text = answer.content.decode()
    assert answer.status_code == 409
    for shown in ("Yours: Forty desks", "Theirs: Fifty desks", "was: Desks"):
        assert shown in text
    for shown in ("Yours: 900", "Theirs: 800", "was: 950", "are kept: Quantity"):
        assert shown in text
    kept = {"keep-name": "mine", "keep-net_amount": "theirs"}
    assert mine(**kept).status_code == 302
    deal.refresh_from_db()
    assert (deal.name, deal.net_amount, deal.quantity) == ("Forty desks", 800, 50)


def test_what_was_chosen_is_not_asked_again_where_a_third_person_changes_something_else(
    edit, stages
):
    deal = deal_of(stages)
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    theirs(name="Fifty desks")
    assert mine(name="Forty desks").status_code == 409
    edit(deal, "owner")(quantity="7")
    assert mine(**{"keep-name": "mine"}).status_code == 302
    deal.refresh_from_db()
    assert (deal.name, deal.quantity) == ("Forty desks", 7)


def test_the_same_change_twice_is_no_difference(edit, stages):
    deal = deal_of(stages)
    mine, theirs = edit(deal, "sales_rep"), edit(deal, "manager")
    theirs(net_amount="48,000")
    assert mine(net_amount="48000.00").status_code == 302


def test_a_deal_that_ended_meanwhile_keeps_its_end_and_takes_the_rest(edit, stages):
    deal = deal_of(stages)
    mine = edit(deal, "sales_rep")
    Deal.objects.filter(pk=deal.pk).update(
        stage=stages["Won"], outcome="won", closed_date=date(2026, 3, 1), version=2
    )
    assert mine(owner=str(MembershipFactory(workspace=deal.workspace).pk)).status_code == 302
    deal.refresh_from_db()
    assert (deal.outcome, deal.stage, deal.version) == ("won", stages["Won"], 3)
    assert deal.owner is not None


def test_the_api_answers_a_lost_race_with_the_deal_as_it_stands(workspace, sign_in, stages):
    deal = deal_of(stages)
    headers = {"ipeo-workspace": workspace.slug}
    address, browser = f"/api/v1/deals/{deal.pk}/", sign_in("manager")
    kind = {"content_type": "application/json"}
    tag = browser.get(address, headers=headers).headers["ETag"]
    given = headers | {"if-match": tag}
    assert browser.patch(address, {"name": "First"}, headers=given, **kind).status_code == 200
    late = browser.patch(address, {"name": "Second"}, headers=given, **kind)
    assert late.status_code == 412
    assert late.json()["current"]["name"] == "First"
    stale = browser.patch(address, {"name": "Second", "version": 1}, headers=headers, **kind)
    assert stale.status_code == 409
    assert stale.json()["current"]["version"] == 2
    assert Deal.objects.get().name == "First"
