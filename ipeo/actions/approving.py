"""Four eyes: where a workspace wants it, nobody approves their own."""

from __future__ import annotations

from ipeo import tenancy
from ipeo.models import Membership


class OwnWork(Exception):
    """Whoever made it may not approve it here: somebody else looks at it first."""


def demand_other_eyes(*, by: Membership, maker_id: int | None, done: str) -> None:
    """Raise `OwnWork` where the workspace wants four eyes and `by` is the maker.

    `done` says what the maker did, such as “proposed this”.
    """
    if tenancy.current_workspace().four_eyes and maker_id == by.pk:
        raise OwnWork(f"You {done} yourself: another manager or owner approves it.")
