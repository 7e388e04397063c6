"""Two people who edit one row at once: what both typed is put together before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.http import QueryDict

from ipeo.actions.versions import EditedMeanwhile
from ipeo.merging import Merge


class Editing(Protocol):
    """A form, or several that are sent as one, of a row that carries a version."""

    @property
    def instance(self) -> Any:
        """The row."""

    def is_valid(self) -> bool:
        """Whether what was typed can be saved."""


Form = TypeVar("Form", bound=Editing)


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
        return f"{text} Someone else's changes are kept: {', '.join(taken)}."


def edit_together(
    sent: QueryDict,
    *,
    bind: Callable[[QueryDict | None], Form],
    merge_with: Callable[[QueryDict, Form], Merge],
    save: Callable[[Form, int], bool],
) -> Edited[Form]:
    """Save what was sent, put together with what somebody else changed since it was opened.

    `bind` gives the form of the row as it is stored now; `merge_with` puts what was typed together
    with that form, unbound; `save` saves a valid form over a version and says whether it could,
    and raises `EditedMeanwhile`.
    """
    data, merge = sent.copy(), None
    while True:
        fresh = bind(None)
        version: int = fresh.instance.version
        # What names no version did not come from the page, and says what it wants outright.
        if data.setdefault("version", str(version)) != str(version):
            merge = merge_with(data, fresh)
            data = merge.data
            data["version"] = str(version)
        form = bind(data)
        if merge is not None and merge.conflicts:
            return Edited(form, merge, saved=False)
        try:
            return Edited(form, merge, saved=form.is_valid() and save(form, version))
        except EditedMeanwhile:
            continue
