"""A refusal says that a name is taken where it is, and nothing else."""

import pytest
from django.db import IntegrityError

from ipeo.database.uniqueness import unless_taken
from tests.factories.ipeo import CampaignFactory, CycleFactory

pytestmark = pytest.mark.django_db


class Taken(Exception):
    """Raised for a name that another row has."""


def test_a_second_row_with_the_key_is_refused_and_the_transaction_goes_on(workspace):
    CampaignFactory(name="Desks")
    with pytest.raises(Taken), unless_taken(Taken()):
        CampaignFactory(name="Desks")
    assert CampaignFactory(name="Chairs").pk


def test_another_fault_is_not_told_as_a_name_that_is_taken(workspace):
    cycle = CycleFactory()
    cycle.ends_on = cycle.starts_on.replace(year=cycle.starts_on.year - 1)
    with pytest.raises(IntegrityError, match="cycle_ends_after_it_starts"), unless_taken(Taken()):
        cycle.save()
