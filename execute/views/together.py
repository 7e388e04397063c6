"""Two people who edit one row at once: what both typed is put together before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest, QueryDict

from execute.forms.expenses import ExpenseForm
from execute.forms.merging import Merge, chosen, merged
from execute.forms.tasks import TaskForm
from ipeo.actions.versions import EditedMeanwhile

Form = TypeVar("Form", ExpenseForm, TaskForm)


@dataclass
class Edited(Generic[Form]):
    """A form that was sent, what somebody else changed meanwhile, and whether it is saved."""

    form: Form
    merge: Merge | None
    saved: bool

    @property
    def status(self) -> int:
        """The answer's status where it is not saved."""
        return 409 if self.merge and self.merge.conflicts else 422

    def told(self, text: str) -> str:
        """Return what to say of the saving."""
        taken = self.merge.taken if self.merge else []
        if not taken:
            return text
        return f"{text} Somebody else's changes meanwhile are kept: {', '.join(taken)}."


def edit_together(
    request: HttpRequest,
    *,
    bind: Callable[[QueryDict | None], Form],
    save: Callable[[Form, int], bool],
    choices: Callable[[QueryDict, Form], QueryDict] | None = None,
) -> Edited[Form]:
    """Save what was sent, put together with what somebody else changed since it was opened.

    `bind` gives the form of the row as it is stored now; `save` saves a valid form over a version
    and says whether it could, and raises `EditedMeanwhile`; `choices` merges what is ticked.
    """
    data: QueryDict = chosen(request.POST)
    merge: Merge | None = None
    # What names no version did not come from the page, and says what it wants outright.
    data.setdefault("version", str(bind(None).instance.version))
    while True:
        fresh = bind(None)
        version: int = fresh.instance.version
        if data.get("version") != str(version):
            if choices is not None:
                data = choices(data, fresh)
            merge = merged(data, fresh, fresh.merged_fields)
            data = merge.data
            data["version"] = str(version)
        form = bind(data)
        if merge is not None and merge.conflicts:
            return Edited(form, merge, saved=False)
        try:
            return Edited(form, merge, saved=form.is_valid() and save(form, version))
        except EditedMeanwhile:
            continue
