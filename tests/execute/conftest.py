"""What the tests of tracked links share."""

import pytest
from django.test import Client

from tests.execute.linking import PERSON
from tests.factories.links import TrackedLinkFactory
from tests.factories.plan import ProgramFactory


@pytest.fixture
def visitor():
    """Somebody who never signed in."""
    return Client(headers={"user-agent": PERSON})


@pytest.fixture
def linked(workspace):
    return TrackedLinkFactory(program=ProgramFactory())
