"""Tasks, their templates, what is handed to sales, and calendar feeds, over the API."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions import calendars, handoffs, tasks, templates
from execute.api.filters import TaskFilter
from execute.models import CalendarFeed, Handoff, Task, TaskTemplate, TemplateTask
from execute.queries.calendars import feeds_of
from ipeo.api.serializers import member_field
from ipeo.api.views import KeptViewSet, ReadViewSet, VersionedViewSet
from ipeo.models import Cycle
from plan.models import Program


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task of marketing or sales."""

    owner = member_field()
    waits_for = serializers.PrimaryKeyRelatedField(
        queryset=Task.objects.all(),
        many=True,
        required=False,
        write_only=True,
        help_text="The tasks it waits for; shown as `waits`.",
    )
    waits = serializers.SerializerMethodField(help_text="The tasks it waits for.")
    version = serializers.IntegerField(required=False)

    class Meta:
        model = Task
        fields = (
            "id",
            "title",
            "side",
            "state",
            "cycle",
            "program",
            "owner",
            "due_date",
            "waits_for",
            "waits",
            "done_at",
            "created_at",
            "updated_at",
            "version",
        )
        read_only_fields = ("done_at", "created_at", "updated_at")

    def get_waits(self, task: Task) -> list[int]:
        """Return the ids of the tasks it waits for."""
        return sorted(row.waits_for_id for row in task.waits.all())


class MakeSerializer(serializers.Serializer[Any]):
    """A cycle whose programs' tasks are to be made, or one program of it."""

    cycle = serializers.PrimaryKeyRelatedField(queryset=Cycle.objects.all())
    program = serializers.PrimaryKeyRelatedField(queryset=Program.objects.all(), required=False)


class MadeSerializer(serializers.Serializer[Any]):
    """How many tasks were made, and for which programs none could be."""

    tasks = serializers.IntegerField()
    over = serializers.IntegerField(help_text="Left out: their day is past, the flight begun.")
    undated = serializers.ListField(
        child=serializers.IntegerField(), help_text="Programs without flight dates."
    )
    without_template = serializers.ListField(child=serializers.IntegerField())


class TaskView(mixins.DestroyModelMixin, VersionedViewSet):
    """Tasks."""

    permission = "tasks.view"
    change_permission = "tasks.edit"
    serializer_class = TaskSerializer
    queryset = Task.objects.select_related("program", "cycle").prefetch_related("waits")
    filterset_class = TaskFilter
    beside = ("waits_for", "version")
    refused_as = {tasks.CycleIsClosed: "cycle", tasks.WaitsInCircle: "waits_for"}

    def keep(
        self, row: Task, waits_for: list[Task] | None = None, version: int | None = None
    ) -> Task:
        """Save a task, and what it waits for where that was sent."""
        return tasks.save_task(task=row, waits_for=waits_for, version=version)

    def perform_destroy(self, instance: Task) -> None:
        """Remove a task."""
        tasks.delete_task(task=instance)

    @extend_schema(request=MakeSerializer, responses=MadeSerializer)
    @action(detail=False, methods=["post"])
    def make(self, request: Request) -> Response:
        """Create the tasks of a cycle's programs from the templates, each only once."""
        made = templates.make_tasks(**self.sent(MakeSerializer))
        return Response(
            {
                "tasks": made.tasks,
                "over": made.over,
                "undated": [program.pk for program in made.undated],
                "without_template": [program.pk for program in made.without_template],
            }
        )


class TemplateTaskSerializer(serializers.ModelSerializer[TemplateTask]):
    """One task of a template; its days count from the flight's start or end."""

    class Meta:
        model = TemplateTask
        fields = (
            "id",
            "title",
            "side",
            "owner_role",
            "offset_days",
            "counted_from",
            "waits_for_previous",
            "position",
        )


class TaskTemplateSerializer(serializers.ModelSerializer[TaskTemplate]):
    """The tasks that a kind of program needs; `items`, where sent, replaces all of them."""

    items = TemplateTaskSerializer(many=True, required=False)

    class Meta:
        model = TaskTemplate
        fields = ("id", "name", "channel", "offer", "is_active", "items")


class TaskTemplateView(mixins.DestroyModelMixin, KeptViewSet):
    """Templates of tasks."""

    permission = "tasks.view"
    change_permission = "campaigns.edit"
    serializer_class = TaskTemplateSerializer
    queryset = TaskTemplate.objects.prefetch_related("items")
    filterset_fields = ("channel", "offer", "is_active")
    beside = ("items",)
    refused_as = {templates.NameTaken: "name"}

    def keep(self, row: TaskTemplate, items: list[dict[str, Any]] | None = None) -> TaskTemplate:
        """Save a template; its tasks give way to those that were sent, if any were."""
        return templates.save_template(
            template=row,
            rows=[TemplateTask(**item) for item in items or []],
            removed=list(row.items.all()) if row.pk and items is not None else [],
        )

    def perform_destroy(self, instance: TaskTemplate) -> None:
        """Remove a template; the tasks made from it stay."""
        templates.delete_template(template=instance)


class HandoffSerializer(serializers.ModelSerializer[Handoff]):
    """A buyer handed to sales: the clock runs from `handed_at` to `first_touch_at`."""

    class Meta:
        model = Handoff
        fields = (
            "id",
            "account",
            "contact",
            "cycle",
            "program",
            "kind",
            "owner",
            "task",
            "handed_at",
            "due_at",
            "first_touch_at",
        )
        read_only_fields = fields


class HandoffView(ReadViewSet):
    """Handoffs from marketing to sales."""

    permission = "tasks.view"
    permissions_by_action = {"touched": "tasks.edit"}
    serializer_class = HandoffSerializer
    queryset = Handoff.objects.all()
    filterset_fields = {
        "cycle": ["exact"],
        "account": ["exact"],
        "contact": ["exact"],
        "task": ["exact"],
        "first_touch_at": ["isnull"],
        "due_at": ["lte"],
    }

    @extend_schema(request=None, responses=HandoffSerializer)
    @action(detail=True, methods=["post"])
    def touched(self, request: Request, pk: int) -> Response:
        """Stop the clock: sales made first contact."""
        row = handoffs.mark_touched(handoff=self.get_object())
        return Response(HandoffSerializer(row).data)


class CalendarFeedSerializer(serializers.ModelSerializer[CalendarFeed]):
    """An address from which a calendar reads tasks and flights."""

    class Meta:
        model = CalendarFeed
        fields = ("id", "name", "whose", "with_flights", "created_at", "last_read_at")
        read_only_fields = ("created_at", "last_read_at")


class NewFeedSerializer(CalendarFeedSerializer):
    """A new feed with its address, which is told this once."""

    address = serializers.CharField(read_only=True)

    class Meta(CalendarFeedSerializer.Meta):
        fields = (*CalendarFeedSerializer.Meta.fields, "address")  # type: ignore[assignment]


class CalendarFeedView(mixins.DestroyModelMixin, ReadViewSet):
    """Your own calendar feeds."""

    permission = "tasks.view"
    serializer_class = CalendarFeedSerializer
    queryset = CalendarFeed.objects.none()

    def get_queryset(self) -> Any:
        """Return the caller's feeds."""
        if getattr(self, "swagger_fake_view", False):
            return CalendarFeed.objects.none()
        return feeds_of(self.membership)

    @extend_schema(request=CalendarFeedSerializer, responses={201: NewFeedSerializer})
    def create(self, request: Request) -> Response:
        """Create a feed; only this response holds its address."""
        feed, token = calendars.create_feed(
            feed=CalendarFeed(**self.sent(CalendarFeedSerializer)), member=self.membership
        )
        address = request.build_absolute_uri(reverse("calendar_feed", args=[token]))
        data = CalendarFeedSerializer(feed).data | {"address": address}
        return Response(data, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: CalendarFeed) -> None:
        """Close a feed's address."""
        calendars.revoke_feed(feed=instance)
