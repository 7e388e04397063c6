"""Tasks wait for each other, come from templates, and stand as a list, a board and a month."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from execute.actions import tasks, templates
from execute.models import Task, TaskDependency, TaskTemplate, TemplateTask
from execute.queries.tasks import could_wait_for, matching_tasks
from tests.factories.execute import TaskFactory
from tests.factories.insight import ChannelFactory
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import ProgramFactory, ProgramPlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(workspace):
    return lambda path="": f"/w/{workspace.slug}/{path}"


def waits(task):
    return {row.waits_for for row in task.waits.all()}


def test_tasks_cannot_wait_for_each_other_in_a_circle(workspace):
    brief, print_, send = (TaskFactory(title=name) for name in ("Brief", "Print", "Send"))
    tasks.save_task(task=print_, waits_for=[brief])
    tasks.save_task(task=send, waits_for=[print_, brief])
    assert waits(send) == {print_, brief}
    for circle in ([send], [brief]):
        with pytest.raises(tasks.WaitsInCircle):
            tasks.save_task(task=brief, waits_for=circle)
    tasks.save_task(task=send, waits_for=[print_])
    assert waits(send) == {print_}
    tasks.save_task(task=send)
    assert waits(send) == {print_}


def test_a_task_shows_what_it_still_waits_for_and_warns_when_it_is_done(at, sign_in):
    brief, send = TaskFactory(title="Brief sales"), TaskFactory(title="Send the mail")
    tasks.save_task(task=send, waits_for=[brief])
    browser = sign_in("marketer")
    assert "Waiting for Brief sales" in browser.get(at("tasks/")).content.decode()
    answer = browser.post(at(f"tasks/{send.pk}/state/"), {"state": "done"}, follow=True)
    assert "is done, although it is waiting for “Brief sales”" in answer.content.decode()
    tasks.set_task_state(state=Task.State.DONE, task=brief)
    assert matching_tasks().get(pk=send.pk).open_waits == []


def test_dependencies_are_chosen_on_a_tasks_page(at, sign_in):
    cycle = CycleFactory()
    brief, send = TaskFactory(title="Brief", cycle=cycle), TaskFactory(title="Send", cycle=cycle)
    other = TaskFactory(title="Elsewhere", due_date=date(2026, 1, 1))
    assert list(could_wait_for(send)) == [brief, other]
    given = {"title": "Send", "side": "marketing", "state": "to_do", "cycle": cycle.pk}
    browser, address = sign_in("marketer"), at(f"tasks/{send.pk}/")
    assert browser.post(address, given | {"waits_for": [brief.pk]}).status_code == 302
    assert waits(send) == {brief}
    page = browser.get(at(f"tasks/{brief.pk}/")).content.decode()
    assert "Blocks these tasks" in page
    circle = browser.post(
        at(f"tasks/{brief.pk}/"), given | {"title": "Brief", "waits_for": [send.pk]}
    )
    assert circle.status_code == 422
    assert "wait for each other" in circle.content.decode()


@pytest.fixture
def plan(workspace, member):
    return ProgramPlanFactory(
        scenario__status="approved",
        starts_on=timezone.localdate() + timedelta(days=10),
        ends_on=timezone.localdate() + timedelta(days=40),
        marketing_owner=member("marketer"),
        sales_owner=member("sales_rep"),
    )


def test_a_programs_tasks_are_made_from_its_template_once(plan, member):
    cycle = plan.scenario.cycle
    made = templates.make_tasks(cycle=cycle)
    assert made.tasks == len(templates.USUAL) == Task.objects.count()
    assert templates.make_tasks(cycle=cycle).tasks == 0
    first = Task.objects.get(title="Agree on the message and its proof")
    assert (first.due_date, first.owner) == (plan.starts_on - timedelta(21), member("marketer"))
    last = Task.objects.get(title="Log the outcome of every buyer it touched")
    assert (last.due_date, last.owner, last.side) == (
        plan.ends_on + timedelta(days=7),
        member("sales_rep"),
        "sales",
    )
    assert waits(Task.objects.get(title="Create the materials")) == {first}
    tasks.set_task_state(state=Task.State.DROPPED, task=first)
    templates.ensure_templates()
    TemplateTask.objects.create(
        template=TaskTemplate.objects.get(), title="Thank the speakers", position=99
    )
    assert templates.make_tasks(cycle=cycle, program=plan.program).tasks == 1


def test_once_a_flight_has_begun_tasks_whose_day_is_past_are_left_out(plan):
    plan.starts_on = timezone.localdate() - timedelta(days=1)
    plan.save()
    made = templates.make_tasks(cycle=plan.scenario.cycle)
    assert (made.tasks, made.over) == (2, len(templates.USUAL) - 2)
    assert not Task.objects.filter(due_date__lt=timezone.localdate()).exists()


def test_the_closest_template_is_taken(workspace):
    channel = ChannelFactory()
    program = ProgramFactory(channel=channel, offer="trial")
    anything = TaskTemplate.objects.create(name="Any")
    trial = TaskTemplate.objects.create(name="Trial", offer="trial")
    ours = TaskTemplate.objects.create(name="Ours", channel=channel)
    other = TaskTemplate.objects.create(name="Other", channel=ChannelFactory())
    kinds = [anything, trial, ours, other]
    assert templates.template_for(program, kinds) == ours
    assert templates.template_for(program, [anything, trial, other]) == trial
    assert templates.template_for(program, [other]) is None


def test_programs_without_dates_or_template_are_named(plan, at, sign_in):
    plan.starts_on = plan.ends_on = None
    plan.save()
    cycle = plan.scenario.cycle
    answer = sign_in("marketer").post(at(f"tasks/cycles/{cycle.pk}/make/"), follow=True)
    assert f"No tasks for {plan.program}: has no flight dates" in answer.content.decode()
    cycle.stage, cycle.closed_at = "closed", timezone.now()
    cycle.save()
    with pytest.raises(tasks.CycleIsClosed):
        templates.make_tasks(cycle=cycle)


def test_a_template_is_the_workspaces_own(at, sign_in):
    browser = sign_in("marketer")
    browser.get(at("tasks/templates/"))
    template = TaskTemplate.objects.get()
    page = browser.get(at(f"tasks/templates/{template.pk}/"))
    formset = page.context["formset"]
    data = {"name": "Events", "offer": "", "channel": "", "is_active": "on"}
    data |= {f"items-{key}": value for key, value in formset.management_form.initial.items()}
    for form in formset:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = str(value)
    data["items-0-title"] = "Book the hall"
    data["items-1-DELETE"] = "on"
    answer = browser.post(at(f"tasks/templates/{template.pk}/"), data)
    assert answer.status_code == 302
    titles = list(template.items.order_by("position").values_list("title", flat=True))
    assert titles[0] == "Book the hall"
    assert len(titles) == len(templates.USUAL) - 1
    assert sign_in("sales_rep").post(at(f"tasks/templates/{template.pk}/")).status_code == 403


def test_the_board_moves_a_task_by_choice(at, sign_in):
    task = TaskFactory(title="Book the hall")
    browser = sign_in("marketer")
    assert "Book the hall" in browser.get(at("tasks/board/")).content.decode()
    part = browser.post(
        at(f"tasks/{task.pk}/state/"), {"state": "doing", "back": "board"}, HTTP_HX_REQUEST="true"
    ).content.decode()
    assert 'id="board"' in part
    assert "<html" not in part
    task.refresh_from_db()
    assert task.state == "doing"


def test_a_month_shows_what_is_due_and_when_flights_start_and_end(plan, at, sign_in):
    plan.starts_on, plan.ends_on = date(2026, 3, 10), date(2026, 4, 20)
    plan.save()
    for n in range(6):
        TaskFactory(title=f"Task {n}", due_date=date(2026, 3, 10))
    TaskFactory(title="Given up", due_date=date(2026, 3, 11), state="dropped")
    page = sign_in("sales_rep").get(at("tasks/calendar/?month=2026-03"))
    text = page.content.decode()
    assert f"Starts: {plan.program}" in text
    assert f"Ends: {plan.program}" not in text
    assert "and 2 more" in text
    assert "Given up" not in text
    days = page.context["month"].days
    assert (days[0].date, len(days) % 7) == (date(2026, 2, 23), 0)
    empty = sign_in("sales_rep").get(at("tasks/calendar/?month=2031-01")).content.decode()
    assert "Nothing this month" in empty
    assert sign_in("viewer").get(at("tasks/calendar/?month=nonsense")).status_code == 200


def test_tasks_over_the_api_wait_and_are_made(plan, workspace, sign_in):
    headers = {"ipeo-workspace": workspace.slug}
    browser = sign_in("marketer")
    kind = {"content_type": "application/json", "headers": headers}
    first = browser.post("/api/v1/tasks/", {"title": "First"}, **kind).json()
    given = {"title": "Second", "waits_for": [first["id"]]}
    second = browser.post("/api/v1/tasks/", given, **kind).json()
    assert second["waits"] == [first["id"]]
    circle = browser.patch(f"/api/v1/tasks/{first['id']}/", {"waits_for": [second["id"]]}, **kind)
    assert circle.status_code == 400
    made = browser.post("/api/v1/tasks/make/", {"cycle": plan.scenario.cycle_id}, **kind).json()
    assert made["tasks"] == len(templates.USUAL)
    body = {"name": "Events", "items": [{"title": "Book the hall", "offset_days": -30}]}
    made = browser.post("/api/v1/task-templates/", body, **kind)
    assert made.status_code == 201
    address = f"/api/v1/task-templates/{made.json()['id']}/"
    changed = browser.patch(address, {"items": []}, **kind).json()
    assert changed["items"] == []
    assert browser.post("/api/v1/task-templates/", body, **kind).status_code == 400


def test_a_removed_task_takes_its_dependencies_along(workspace):
    first, second = TaskFactory(), TaskFactory(due_date=timezone.localdate() + timedelta(days=1))
    tasks.save_task(task=second, waits_for=[first])
    tasks.delete_task(task=first)
    assert not TaskDependency.objects.exists()
