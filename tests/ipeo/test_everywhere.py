"""Work that goes from workspace to workspace."""

import pytest

from ipeo import tenancy
from ipeo.actions.everywhere import in_each_workspace
from tests.factories.ipeo import WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_what_fails_in_one_workspace_holds_up_no_other():
    made = [WorkspaceFactory() for _ in range(3)]

    def work() -> int:
        if tenancy.current_workspace() == made[1]:
            raise ValueError("Its rows cannot be read.")
        return 10

    assert in_each_workspace(work, among=made) == 20


def test_every_workspace_has_its_turn_where_none_is_named():
    made = {WorkspaceFactory().pk for _ in range(2)}
    seen = set()

    def work() -> int:
        seen.add(tenancy.current_workspace_id())
        return 1

    assert in_each_workspace(work) == len(seen)
    assert made <= seen
