"""What an experiment splits: the units of the workspace, and no one else's."""

import pytest

from ipeo import tenancy
from ipeo.models import Role
from optimize.queries.units import key_of, keys_of, names_of, population
from tests.factories.ipeo import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_a_rep_of_another_workspace_is_no_unit_even_for_that_person(workspace, member):
    person = member("marketer")
    rep = member("sales_rep")
    elsewhere = MembershipFactory(
        workspace=WorkspaceFactory(), user=person.user, role=Role.SALES_REP
    )
    with tenancy.scope(workspace, membership=person):
        assert population("rep") == [str(rep.pk)]
        assert key_of("rep", person.user.email) is None
        assert keys_of("rep", [person.user.email, str(elsewhere.pk)]) == {}
        assert names_of("rep", [str(elsewhere.pk)]) == {}
