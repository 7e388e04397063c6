"""Response curves as Insight keeps and reads them."""

import uuid
from decimal import Decimal

import numpy as np
import pytest

from insight.actions.curves import record_curves
from insight.models import ResponseCurve
from insight.numerics.curves import contribution, marginal
from insight.queries.curves import current_curves, history_of, posterior_draws
from tests.factories.insight import ChannelFactory

pytestmark = pytest.mark.django_db

HILL = [0, 0, 1000.0, 50.0, 1.5, 0.5, 0.0]
LOGISTIC = [1, 1, 800.0, 40.0, 1.0, 0.6, 1.0]


def made(channel, key, **values):
    return ResponseCurve(
        **{
            "channel": channel,
            "fit_key": key,
            "outcome": "margin",
            "is_informed": True,
            "weeks": 104,
            "weeks_with_spend": 90,
            "spend_amount": Decimal(5000),
            "weekly_spend_amount": Decimal(50),
            "draws": [HILL, LOGISTIC],
            "diagnostics": {"most_spent": 120.0},
            "figures": {"moved": {"value": 0.6, "low": 0.5, "high": 0.7}},
            **values,
        }
    )


def test_the_curves_of_a_new_fit_are_current_and_those_before_are_history(workspace):
    channel, gone = ChannelFactory(), ChannelFactory()
    first, second = uuid.uuid4(), uuid.uuid4()
    record_curves(curves=[made(channel, first), made(gone, first)])
    record_curves(curves=[made(channel, second)])

    assert [curve.fit_key for curve in current_curves()] == [second]
    assert [curve.fit_key for curve in history_of(channel.pk)] == [second, first]


def test_recording_a_fit_twice_keeps_it_once(workspace):
    channel, key = ChannelFactory(), uuid.uuid4()
    record_curves(curves=[made(channel, key)])
    record_curves(curves=[made(channel, key)])

    assert ResponseCurve.objects.count() == 1


def test_draws_tell_what_a_weekly_spend_brings(workspace):
    channel = ChannelFactory(name="Search")
    record_curves(curves=[made(channel, uuid.uuid4())])

    [curve] = posterior_draws()

    assert curve.name == "Search"
    assert curve.evaluate([0.0, 50.0])[:, 0] == pytest.approx([0.0, 0.0])
    assert curve.evaluate([50.0])[0, 0] == pytest.approx(500.0)
    assert curve.evaluate([40.0])[1, 0] == pytest.approx(800 * np.tanh(0.5))
    assert curve.carryover().sum(axis=1) == pytest.approx([1.0, 1.0])
    steady = curve.over_weeks(np.full(30, 50.0))
    assert steady[:, -1] == pytest.approx(curve.evaluate([50.0])[:, 0])


def test_the_next_return_is_the_slope_of_the_curve():
    draws = np.array([HILL, LOGISTIC, [1, 0, 300.0, 20.0, 0.7, 0.3, 0.0]])
    for spend in (5.0, 50.0, 200.0):
        rise = contribution(draws, [spend + 1e-4]) - contribution(draws, [spend - 1e-4])
        assert marginal(draws, [spend])[:, 0] == pytest.approx(rise[:, 0] / 2e-4, rel=1e-5)


def test_curves_that_the_data_did_not_inform_can_be_left_out(workspace):
    channel = ChannelFactory()
    record_curves(curves=[made(channel, uuid.uuid4(), is_informed=False, reason="Too few weeks.")])

    assert [curve.reason for curve in posterior_draws()] == ["Too few weeks."]
    assert posterior_draws(informed_only=True) == []


def test_the_api_lists_curves_without_draws_and_shows_one_with_them(workspace, sign_in):
    channel = ChannelFactory(name="Search")
    [row] = record_curves(curves=[made(channel, uuid.uuid4())])
    client = sign_in("viewer")
    named = {"IPEO-Workspace": workspace.slug}

    listed = client.get("/api/v1/response-curves/?is_current=true", headers=named).json()["results"]
    shown = client.get(f"/api/v1/response-curves/{row.pk}/", headers=named).json()

    assert [one["channel_name"] for one in listed] == ["Search"]
    assert "draws" not in listed[0]
    assert shown["parameters"][2] == "effect"
    assert len(shown["draws"]) == 2
    assert shown["figures"]["moved"]["value"] == 0.6
