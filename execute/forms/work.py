"""Tasks and expenses, as they are typed and looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from execute.forms.fields import offer_members
from execute.models import Expense, Task
from insight.models import Channel
from ipeo.forms import DateInput
from ipeo.models import Cycle, Membership
from ipeo.queries.members import members_of
from ipeo.tenancy import current_workspace
from plan.forms.figures import MoneyField
from plan.models import Program


def _offer(form: forms.BaseForm, name: str, queryset: Any, empty: str) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset, field.empty_label = queryset, empty


def _cycles() -> Any:
    """Return the cycles that still go on."""
    return Cycle.objects.filter(closed_at=None).select_related("campaign").order_by("-starts_on")


class TaskForm(forms.ModelForm[Task]):
    """A piece of work."""

    class Meta:
        model = Task
        fields = ("title", "due_date", "side", "owner", "program", "cycle", "state")
        labels = {"due_date": "Due", "side": "Whose work", "cycle": "Campaign and cycle"}
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
        if self.instance.pk is None:
            del self.fields["state"]


class QuickTaskForm(forms.ModelForm[Task]):
    """A piece of work in one line."""

    class Meta:
        model = Task
        fields = ("title", "due_date", "side", "owner")
        labels = {"title": "New task", "due_date": "Due", "side": "Whose work"}
        widgets = {"due_date": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_members(self)


class TaskFilterForm(forms.Form):
    """Narrows the tasks."""

    owner = forms.ChoiceField(required=False, label="Whose")
    side = forms.ChoiceField(choices=[("", "Both sides"), *Task.Side.choices], required=False)
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
        owner.choices = [("", "Everybody's"), ("mine", "Mine")] + [
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


class ExpenseForm(forms.ModelForm[Expense]):
    """Money for a program or a channel."""

    amount = MoneyField()

    class Meta:
        model = Expense
        fields = ("date", "amount", "state", "program", "channel", "description")
        labels = {"state": "It is"}
        widgets = {"date": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "program", Program.objects.order_by("name"), "No program")
        _offer(self, "channel", Channel.objects.order_by("name"), "The program's")


class ExpenseFilterForm(forms.Form):
    """Narrows the expenses."""

    cycle = forms.ModelChoiceField(
        Cycle.objects.select_related("campaign").order_by("-starts_on", "-pk"),
        required=False,
        empty_label="Any time",
        label="Campaign and cycle",
    )
    program = forms.ModelChoiceField(
        Program.objects.order_by("name"), required=False, empty_label="Any program"
    )
    channel = forms.ModelChoiceField(
        Channel.objects.order_by("name"), required=False, empty_label="Any channel"
    )
    state = forms.ChoiceField(choices=[("", "Any state"), *Expense.State.choices], required=False)
