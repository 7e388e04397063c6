"""Pages by key neither skip a row nor show one twice."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from execute.models import Touch
from ipeo.models import Campaign
from ipeo.queries.paging import page_of
from tests.factories.execute import TouchFactory
from tests.factories.ipeo import CampaignFactory

pytestmark = pytest.mark.django_db


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    statuses=st.lists(st.sampled_from(Campaign.Status.values), max_size=12),
    size=st.integers(1, 5),
    order=st.sampled_from([("-id",), ("status", "-id"), ("-status", "id")]),
)
def test_all_pages_together_are_the_whole_list(workspace, statuses, size, order):
    Campaign.objects.all().delete()
    for status in statuses:
        CampaignFactory(status=status)
    expected = list(Campaign.objects.order_by(*order))
    seen, token = [], ""
    while True:
        page = page_of(Campaign.objects.all(), order=order, after=token, size=size)
        seen += page.rows
        token = page.next
        if not token:
            break
    assert seen == expected


@pytest.mark.parametrize("token", ["x", "e30", "W10", "WyJhYmMiXQ", "../../etc/passwd", "é"])
def test_a_token_that_is_none_gives_the_first_page(workspace, token):
    made = CampaignFactory()
    page = page_of(Campaign.objects.all(), order=("-id",), after=token)
    assert page.rows == [made]
    assert page.is_first


def test_a_later_page_begins_at_its_place_in_the_index(workspace):
    first, second = TouchFactory(), TouchFactory()
    order = ("-occurred_at", "-id")
    shown = page_of(Touch.objects.all(), order=order, size=1)
    assert shown.rows == [second]
    assert shown.next
    with CaptureQueriesContext(connection) as asked:
        assert page_of(Touch.objects.all(), order=order, after=shown.next, size=1).rows == [first]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN " + asked.captured_queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Sort" not in plan, plan
    assert re.search(r"touch_by_time.*\n\s+Index Cond: .*occurred_at <= ", plan), plan
