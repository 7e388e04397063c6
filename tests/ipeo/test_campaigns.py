"""A campaign turns through its gates."""

from datetime import date

import pytest

from ipeo import stages
from ipeo.actions import campaigns
from ipeo.models import Campaign, Cycle, StageChange
from tests.factories.ipeo import CampaignFactory

pytestmark = pytest.mark.django_db

DATES = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 3, 31)}


@pytest.fixture
def open_gates(monkeypatch):
    """Stages whose gates are open, so that the kernel's own part is tried alone."""
    real = {stage.key: stage for stage in stages.stages()}
    for key in stages.ORDER:
        plain = stages.Stage(
            key=key,
            url_name=real[key].url_name,
            gate=lambda cycle: [],
            summary=lambda cycle: stages.Summary("Under way", 0.5),
            handoff=lambda cycle, key=key: {"from": str(key)},
        )
        monkeypatch.setitem(stages._stages, key, plain)
    return real


@pytest.fixture
def closed_gate(open_gates, monkeypatch):
    blocked = stages.Stage(
        key=Cycle.Stage.INSIGHT,
        url_name=open_gates[Cycle.Stage.INSIGHT].url_name,
        gate=lambda cycle: [stages.Blocker("An audience is missing.", "/somewhere/", "Add one")],
        summary=lambda cycle: stages.Summary("Under way", 0.5),
    )
    monkeypatch.setitem(stages._stages, Cycle.Stage.INSIGHT, blocked)


def start(member):
    return campaigns.start_campaign(name="Desks", owner=member("marketer"), **DATES)


def test_a_campaign_starts_with_its_first_cycle_in_insight(open_gates, member):
    cycle = start(member).cycles.get()
    assert (cycle.number, cycle.stage) == (1, "insight")


def test_a_second_campaign_of_the_same_name_is_refused(open_gates, member):
    start(member)
    with pytest.raises(campaigns.NameTaken):
        start(member)


def test_four_gates_lead_to_the_next_cycle_of_the_same_length(open_gates, member):
    campaign = start(member)
    first = campaign.cycles.get()
    for _ in range(4):
        campaigns.advance_cycle(cycle=first, by=member("manager"))
    first.refresh_from_db()
    second = campaign.cycles.get(number=2)
    assert first.stage == "closed"
    assert first.closed_at is not None
    assert second.stage == "insight"
    assert (second.starts_on, second.ends_on) == (date(2026, 4, 1), date(2026, 6, 29))
    handoffs = StageChange.objects.order_by("pk").values_list("handoff__from", flat=True)
    assert list(handoffs) == ["insight", "plan", "execute", "optimize"]
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.IN_PROGRESS


def test_a_closed_gate_names_what_is_missing(closed_gate, member):
    cycle = start(member).cycles.get()
    with pytest.raises(campaigns.GateClosed, match="An audience is missing"):
        campaigns.advance_cycle(cycle=cycle, by=member("manager"))


def test_a_manager_opens_a_closed_gate_with_a_reason_that_is_kept(closed_gate, member):
    cycle = start(member).cycles.get()
    change = campaigns.advance_cycle(
        cycle=cycle, by=member("manager"), override_reason="The fair will not wait."
    )
    assert change.override_reason == "The fair will not wait."
    assert change.overridden_blockers[0]["message"] == "An audience is missing."


def test_a_marketer_cannot_open_a_closed_gate(closed_gate, member):
    cycle = start(member).cycles.get()
    with pytest.raises(campaigns.MayNotOverride):
        campaigns.advance_cycle(cycle=cycle, by=member("marketer"), override_reason="Please")


def test_two_people_who_press_at_once_move_the_cycle_one_stage(open_gates, member):
    cycle = start(member).cycles.get()
    campaigns.advance_cycle(cycle=cycle, by=member("manager"), expected_stage="insight")
    with pytest.raises(campaigns.AlreadyMoved):
        campaigns.advance_cycle(cycle=cycle, by=member("owner"), expected_stage="insight")
    cycle.refresh_from_db()
    assert cycle.stage == "plan"


def test_the_gate_page_keeps_what_was_typed_and_says_what_is_missing(closed_gate, member, sign_in):
    cycle = start(member).cycles.get()
    browser = sign_in("marketer")
    response = browser.post(
        f"/w/{cycle.workspace.slug}/cycles/{cycle.pk}/advance/",
        {"stage": "insight", "override_reason": "Because I said so"},
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "An audience is missing." in page
    assert "Because I said so" in page
    asked = sign_in("manager").post(
        f"/w/{cycle.workspace.slug}/cycles/{cycle.pk}/advance/", {"stage": "insight"}
    )
    assert "Enter a reason to move on anyway." in asked.content.decode()


def test_a_campaign_is_started_on_a_page(open_gates, workspace, sign_in):
    browser = sign_in("marketer")
    address = f"/w/{workspace.slug}/campaigns/new/"
    wrong = browser.post(
        address, {"name": "Desks", "starts_on": "2026-05-01", "ends_on": "2026-04-01"}
    )
    assert wrong.status_code == 422
    assert "must end after it starts" in wrong.content.decode()
    assert 'value="Desks"' in wrong.content.decode()
    right = browser.post(
        address, {"name": "Desks", "starts_on": "2026-04-01", "ends_on": "2026-06-30"}, follow=True
    )
    assert "Desks" in right.content.decode()
    assert Campaign.objects.get().cycles.get().stage == "insight"


def test_the_list_of_campaigns_asks_as_many_questions_for_many_as_for_few(
    workspace, sign_in, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = sign_in("viewer")
    address = f"/w/{workspace.slug}/campaigns/"
    counts = []
    for number in (10, 1000):
        CampaignFactory.create_batch(number - Campaign.objects.count())
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_campaign_is_not_renamed_to_anothers_name(workspace, sign_in):
    taken, mine = CampaignFactory(name="Desks"), CampaignFactory(name="Chairs")
    typed = {"name": taken.name, "goal": "More", "status": "planned", "owner": ""}
    refused = sign_in("marketer").post(f"/w/{workspace.slug}/campaigns/{mine.pk}/edit/", typed)
    assert refused.status_code == 422
    assert "already a campaign called “Desks”" in refused.content.decode()
    mine.refresh_from_db()
    assert (mine.name, mine.goal) == ("Chairs", "")


def test_two_people_who_edit_one_campaign_keep_both_their_words(workspace, sign_in):
    campaign = CampaignFactory(name="Desks", goal="Win offices")
    address = f"/w/{workspace.slug}/campaigns/{campaign.pk}/edit/"
    opened = {"version": "1", "initial-name": "Desks", "initial-goal": "Win offices"}
    opened |= {"initial-status": "planned", "initial-owner": "", "owner": ""}
    assert 'name="version" value="1"' in sign_in("marketer").get(address).content.decode()

    typed = opened | {"name": "Desks that pay back", "goal": "Win offices", "status": "planned"}
    assert sign_in("manager").post(address, typed).status_code == 302

    mine = opened | {"name": "Desks", "goal": "Win hotels", "status": "planned"}
    saved = sign_in("marketer").post(address, mine, follow=True).content.decode()
    assert "changes are kept: Name" in saved
    campaign.refresh_from_db()
    assert (campaign.name, campaign.goal) == ("Desks that pay back", "Win hotels")

    both = opened | {"name": "Chairs", "goal": "Win offices", "status": "planned"}
    asked = sign_in("manager").post(address, both)
    assert asked.status_code == 409
    page = asked.content.decode()
    assert "Someone else changed this campaign" in page
    assert "Yours: Chairs" in page
    assert "Theirs: Desks that pay back" in page
    campaign.refresh_from_db()
    assert campaign.name == "Desks that pay back"


def test_a_campaign_that_got_under_way_is_not_set_back_by_an_older_page(open_gates, sign_in):
    campaign = CampaignFactory(name="Desks")
    for stage in ("insight", "plan"):
        cycle, _ = campaign.cycles.get_or_create(defaults=DATES)
        campaigns.advance_cycle(cycle=cycle, by=None, expected_stage=stage)
    opened = {"version": "1", "initial-name": "Desks", "initial-goal": "", "initial-owner": ""}
    address = f"/w/{campaign.workspace.slug}/campaigns/{campaign.pk}/edit/"
    typed = {"name": "Desks", "goal": "More", "status": "planned", "owner": ""}
    typed |= opened | {"initial-status": "planned"}
    assert sign_in("marketer").post(address, typed).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.status, campaign.goal) == ("in_progress", "More")


def test_campaigns_that_are_over_take_no_place_on_the_home_page(workspace, sign_in):
    for number in range(13):
        CampaignFactory(name=f"Over {number:02d}", status="completed")
    CampaignFactory(name="Under way", status="in_progress")
    page = sign_in("marketer").get(f"/w/{workspace.slug}/").content.decode()
    assert "Under way" in page
    assert "Over" not in page.partition("<main")[2]
