"""Lists of every kind ask the database as often for many rows as for few."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execute.actions.setup import ensure_defaults
from execute.models import (
    BuyerReview,
    CalendarFeed,
    DealLine,
    DiscountApproval,
    Driver,
    ImportMapping,
    Launch,
    LinkDay,
    TemplateTask,
)
from execute.queries.touches import counted, matching_touches
from ipeo.models import ApiToken, Run, WebhookDelivery, WebhookEvent
from tests.factories.execute import (
    DealFactory,
    ExpenseFactory,
    HandoffFactory,
    ImportFactory,
    MaterialFactory,
    TaskFactory,
    TaskTemplateFactory,
    TouchFactory,
)
from tests.factories.insight import CompetitorFactory, ContactFactory, ProductFactory
from tests.factories.ipeo import CycleFactory, MembershipFactory, UserFactory
from tests.factories.links import TrackedLinkFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ScenarioFactory,
)
from tests.factories.webhooks import WebhookEndpointFactory

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 7

PAGES = [
    "campaigns/",
    "members/",
    "tokens/",
    "webhooks/",
    "audit/",
    "mine/",
    "mine/kept/",
    "execute/",
    "execute/discounts/",
    "deals/",
    "deals/board/",
    "deals/discounts/",
    "deals/export.csv",
    "deals/reviews/",
    "tasks/",
    "tasks/board/",
    "tasks/feeds/",
    "tasks/handoffs/",
    "tasks/templates/",
    "touches/",
    "materials/",
    "links/",
    "imports/",
    "imports/mappings/",
]
API = [
    "buyer-reviews",
    "calendar-feeds",
    "campaigns",
    "cycles",
    "deal-stage-changes",
    "deals",
    "discount-approvals",
    "handoffs",
    "import-mappings",
    "imports",
    "launches",
    "links",
    "members",
    "runs",
    "saved-views",
    "stage-changes",
    "task-templates",
    "tasks",
    "webhook-deliveries",
    "webhooks",
]


def one_more(number, workspace, me, held):
    """Make one more row of every kind: hanging on rows of its own, and one on each held."""
    now = timezone.now()
    rep = MembershipFactory(workspace=workspace, user=UserFactory(), role="sales_rep")
    MembershipFactory(workspace=workspace, user=None, source_name=f"Rep {number}")
    program, contact = ProgramFactory(), ContactFactory()
    driver = Driver.objects.all()[number % 5]
    deal = DealFactory(lost=True, owner=rep, contact=contact, competitor=CompetitorFactory())
    deal.deal_drivers.create(driver=driver, rank=1)
    deal.deal_materials.create(material=MaterialFactory(program=program))
    deal.deal_materials.create(material=held["material"])
    held["deal"].stage_changes.create(stage=deal.stage, by=rep, entered_at=now)
    TouchFactory(contact=held["deal"].contact, account=held["deal"].account)
    BudgetLineFactory(program_plan__scenario=held["scenario"])
    ExpenseFactory(program=program)
    held["import"].refusals.create(line=number, reason="No amount.")
    DealFactory(owner=me, program=program, expected_close_date=now.date(), product=ProductFactory())
    for place in (1, 2):
        DealLine.objects.create(
            deal=deal, position=place, product=ProductFactory(), quantity=1, net_amount=5
        )
    deal.stage_changes.create(stage=deal.stage, by=rep, entered_at=now)
    DiscountApproval.objects.create(
        deal=deal,
        asked_by=rep,
        list_amount=Decimal(10),
        net_amount=Decimal(8),
        discount=Decimal("0.2"),
        in_return="volume",
    )
    review = BuyerReview.objects.create(
        deal=deal,
        digest=f"{number:064}",
        made_by=rep,
        expires_at=now + timedelta(days=9),
        answered_at=now,
        again="yes",
        value=4,
    )
    review.review_drivers.create(driver=driver)
    HandoffFactory(contact=contact, account=contact.account, owner=rep)
    HandoffFactory(owner=me)
    TouchFactory(contact=contact, account=contact.account)
    task = TaskFactory(owner=rep, program=program, due_date=now.date())
    TaskFactory(owner=me).waits.create(waits_for=task)
    TemplateTask.objects.create(template=TaskTemplateFactory(), title="Brief", position=1)
    CalendarFeed.objects.create(membership=me, name="Phone", digest=f"{number:064}")
    plan = ProgramPlanFactory(scenario=held["scenario"])
    Launch.objects.create(cycle=plan.scenario.cycle, program=plan.program, by=rep)
    link = TrackedLinkFactory(program=program)
    LinkDay.objects.create(link=link, day=now.date(), clicks=3, known=1)
    mapping = ImportMapping.objects.create(
        name=f"Export {number}", kind="deals", signature="x", saved_by=rep
    )
    run = Run.objects.create(kind="execute.import", requested_by=rep)
    ImportFactory(by=rep, run=run, saved_mapping=mapping)
    CycleFactory().stage_changes.create(from_stage="insight", to_stage="plan", by=rep)
    ApiToken.objects.create(
        membership=me, name="Till", prefix="x", digest=f"{number:064}", expires_at=now
    )
    event = WebhookEvent.objects.create(key=uuid4(), type="deal.changed", data={"id": deal.pk})
    for endpoint in (held["endpoint"], WebhookEndpointFactory()):
        WebhookDelivery.objects.create(endpoint=endpoint, event=event)


def test_a_list_of_any_kind_asks_no_more_for_many_rows_than_for_few(workspace, sign_in, member):
    ensure_defaults()
    browser, me = sign_in("owner"), member("owner")
    held = {
        "scenario": ScenarioFactory(status="approved"),
        "material": MaterialFactory(),
        "deal": DealFactory(contact=ContactFactory()),
        "import": ImportFactory(state="done"),
        "endpoint": WebhookEndpointFactory(),
    }
    cycle = f"execute/cycles/{held['scenario'].cycle_id}/"
    parts = [cycle, f"{cycle}launches/", f"{cycle}spend/", f"{cycle}spend.csv"]
    parts += [f"materials/{held['material'].pk}/", f"deals/{held['deal'].pk}/"]
    parts += [f"imports/{held['import'].pk}/", f"webhooks/{held['endpoint'].pk}/"]

    def asked():
        counted = {}
        for path in [f"/w/{workspace.slug}/{path}" for path in PAGES + parts] + [
            f"/api/v1/{name}/" for name in API
        ]:
            with CaptureQueriesContext(connection) as queries:
                answer = browser.get(path, headers={"ipeo-workspace": workspace.slug})
                assert answer.status_code == 200, path
            counted[path] = len(queries)
        return counted

    for number in range(FEW):
        one_more(number, workspace, me, held)
    # Once, for what is read only at the first page of all.
    browser.get(f"/w/{workspace.slug}/")
    few = asked()
    for number in range(FEW, MANY):
        one_more(number, workspace, me, held)
    many = asked()
    assert {path: (few[path], count) for path, count in many.items() if count > few[path]} == {}


def test_touches_are_counted_once_and_not_on_every_page(workspace, sign_in):
    TouchFactory.create_batch(51)
    browser, address = sign_in(), f"/w/{workspace.slug}/touches/"
    first = browser.get(address)
    assert "51 touches" in first.content.decode()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        second = browser.get(address, {"after": first.context["page"].next})
    assert len(second.context["page"].rows) == 1
    assert not [one["sql"] for one in asked if "COUNT(" in one["sql"] and "touch" in one["sql"]]


def test_the_count_of_touches_ends_where_it_would_slow_the_list(workspace):
    TouchFactory.create_batch(4)
    found = matching_touches()
    assert [counted(found, most=most) for most in (3, 4)] == [4, 4]
    assert counted(found, most=2) == 3
