"""Tasks, their templates and calendar feeds, as they are typed and looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from execute.forms.fields import offer_members
from execute.models import CalendarFeed, Task, TaskTemplate, TemplateTask
from execute.queries.handoffs import STATES
from execute.queries.tasks import could_wait_for, waits_for
from insight.models import Channel
from ipeo.forms import DateInput
from ipeo.merging import versioned
from ipeo.models import Cycle, Membership
from ipeo.queries.kept import in_use
from ipeo.queries.members import members_of
from ipeo.templatetags.figures import short_day
from ipeo.tenancy import current_workspace
from plan.models import Program

SHOWN = 60


def _offer(form: forms.BaseForm, name: str, queryset: Any, empty: str) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset, field.empty_label = queryset, empty


def _cycles() -> Any:
    """Return the cycles that still go on."""
    return Cycle.objects.filter(closed_at=None).select_related("campaign").order_by("-starts_on")


class TaskForm(forms.ModelForm[Task]):
    """A piece of work."""

    waits_for = forms.ModelMultipleChoiceField(
        Task.objects.none(),
        required=False,
        label="Waits for",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Task
        fields = ("title", "due_date", "side", "owner", "program", "cycle", "state")
        labels = {"due_date": "Due", "side": "Team", "cycle": "Campaign and cycle"}
        widgets = {"due_date": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_members(self)
        _offer(self, "program", Program.objects.order_by("name"), "No program")
        held = Cycle.objects.filter(pk=self.instance.cycle_id) if self.instance.cycle_id else None
        _offer(
            self,
            "cycle",
            (_cycles() | held.select_related("campaign") if held is not None else _cycles()),
            "The program's, or none",
        )
        self._offer_waits()
        if self.instance.pk is None:
            del self.fields["state"]
        versioned(self)

    @property
    def merged_fields(self) -> tuple[str, ...]:
        """The fields that two people may both have changed."""
        return tuple(name for name in self._meta.fields or () if name in self.fields)

    def _offer_waits(self) -> None:
        """Show the tasks that come first, those it waits for among them; take any open one."""
        field = self.fields["waits_for"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = could_wait_for(self.instance)
        held = list(waits_for(self.instance)) if self.instance.pk else []
        self.initial["waits_for"] = [task.pk for task in held]
        shown = {task.pk: task for task in [*held, *field.queryset[:SHOWN]]}
        field.choices = [(pk, _named(task)) for pk, task in shown.items()]


def _named(task: Task) -> str:
    """Return a task's title with what tells it apart from others of the same title."""
    more = [str(task.program)] if task.program else []
    if task.due_date is not None:
        more.append(f"due {short_day(task.due_date)}")
    return f"{task} ({', '.join(more)})" if more else str(task)


class QuickTaskForm(forms.ModelForm[Task]):
    """A piece of work in one line."""

    class Meta:
        model = Task
        fields = ("title", "due_date", "side", "owner")
        labels = {"title": "New task", "due_date": "Due", "side": "Team"}
        widgets = {
            "title": forms.TextInput(attrs={"placeholder": "Task"}),
            "due_date": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_members(self)


class TaskFilterForm(forms.Form):
    """Narrows the tasks."""

    owner = forms.ChoiceField(required=False, label="Team")
    side = forms.ChoiceField(choices=[("", "Both teams"), *Task.Side.choices], required=False)
    program = forms.ModelChoiceField(
        Program.objects.order_by("name"), required=False, empty_label="Any program"
    )
    cycle = forms.ModelChoiceField(
        Cycle.objects.select_related("campaign").order_by("-starts_on", "-pk"),
        required=False,
        empty_label="Any cycle",
    )

    def __init__(self, data: Mapping[str, Any] | None, *, member: Membership) -> None:
        super().__init__(data)
        self.member = member
        self.members = {
            str(other.pk): other
            for other in members_of(current_workspace())
            if other.pk != member.pk
        }
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [("", "Everyone"), ("mine", "Mine")] + [
            (key, str(other)) for key, other in self.members.items()
        ]

    def wanted(self) -> dict[str, Any]:
        """Return what the filter asks for, as `matching_tasks` takes it."""
        given = self.cleaned_data if self.is_valid() else {}
        owner = given.get("owner", "")
        return {
            "owner": self.member if owner == "mine" else self.members.get(owner),
            "side": given.get("side", ""),
            "program": given.get("program"),
            "cycle": given.get("cycle"),
        }


class TaskTemplateForm(forms.ModelForm[TaskTemplate]):
    """Which programs a template is for."""

    class Meta:
        model = TaskTemplate
        fields = ("name", "channel", "offer", "is_active")
        labels = {"channel": "Channel", "is_active": "Active"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = in_use(Channel.objects.order_by("name"), self.instance.channel_id)
        _offer(self, "channel", channels, "Any channel")
        offer = self.fields["offer"]
        assert isinstance(offer, forms.ChoiceField)
        offer.label = "Offer"
        offer.choices = [("", "Any offer"), *Program.Offer.choices]


class TemplateTaskForm(forms.ModelForm[TemplateTask]):
    """One task of a template."""

    class Meta:
        model = TemplateTask
        fields = (
            "title",
            "position",
            "offset_days",
            "counted_from",
            "side",
            "owner_role",
            "waits_for_previous",
        )
        labels = {
            "position": "Order",
            "offset_days": "Days",
            "counted_from": "After",
            "side": "Team",
            "owner_role": "Assign to",
            "waits_for_previous": "Waits for the previous task",
        }
        help_texts = {"offset_days": ""}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner_role"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [
            (TemplateTask.Owner.MARKETING.value, "Marketing owner"),
            (TemplateTask.Owner.SALES.value, "Sales owner"),
            (TemplateTask.Owner.NOBODY.value, "Unassigned"),
        ]


TemplateTaskFormSet = forms.inlineformset_factory(
    TaskTemplate, TemplateTask, form=TemplateTaskForm, extra=2, can_delete=True
)


class HandoffFilterForm(forms.Form):
    """Narrows the handoffs."""

    state = forms.ChoiceField(choices=list(STATES.items()), required=False, label="Which")
    owner = forms.ChoiceField(choices=[("", "Everyone"), ("mine", "Mine")], required=False)
    cycle = forms.ModelChoiceField(
        Cycle.objects.select_related("campaign").order_by("-starts_on", "-pk"),
        required=False,
        empty_label="Any cycle",
    )


class FeedForm(forms.ModelForm[CalendarFeed]):
    """A new address for a calendar."""

    class Meta:
        model = CalendarFeed
        fields = ("name", "whose", "with_flights")
        labels = {
            "name": "Name",
            "whose": "Which tasks",
            "with_flights": "Include program flights",
        }
        help_texts = {"name": "Where you will use it, such as “Phone”."}
