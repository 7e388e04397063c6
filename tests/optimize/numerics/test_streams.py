"""The compiled pass gives what the array functions give, from touches in any order."""

import numpy as np
import pytest

from optimize.numerics.attribution import compress
from optimize.numerics.pathways import tally
from optimize.numerics.streams import tally_events

N, CHANNELS, BUCKETS = 400, 5, 8


def _events(seed, mean=3.0):
    random = np.random.default_rng(seed)
    lengths = random.poisson(mean, N)
    journey = random.permutation(np.repeat(np.arange(N), lengths))
    return {
        "journey": journey,
        "channel": random.integers(0, CHANNELS, journey.size),
        "seconds": random.integers(0, 9 * 86_400, journey.size),
        "converted": random.random(N) < 0.3,
        "bucket": random.integers(0, BUCKETS, N),
        "worth": random.uniform(1, 90, N),
    }


@pytest.mark.parametrize("mean", [3.0, 400.0])
def test_unsorted_touches_give_every_model_what_sorted_journeys_do(mean):
    events = _events(1, mean)
    found = tally_events(**events, n_channels=CHANNELS, n_buckets=BUCKETS, half_life_days=3)
    rows = compress(events["journey"], events["seconds"] / 3600, N)
    expected = tally(
        events["channel"][rows.order],
        rows.offsets,
        n_channels=CHANNELS,
        converted=events["converted"],
        lost=~events["converted"],
        worth=events["worth"] * events["converted"],
        bucket=events["bucket"],
        n_buckets=BUCKETS,
        times=events["seconds"][rows.order] / 3600,
        half_life_days=3,
    )
    assert set(found.credits) == set(expected.credits)
    for model, credit in expected.credits.items():
        assert found.credits[model] == pytest.approx(credit), model
    assert np.array_equal(found.transitions, expected.transitions)


def test_a_journey_or_channel_out_of_range_is_refused():
    events = _events(2)
    with pytest.raises(ValueError, match="channel"):
        tally_events(**events, n_channels=CHANNELS - 1, n_buckets=BUCKETS)
    events["journey"][0] = N
    with pytest.raises(ValueError, match="journey"):
        tally_events(**events, n_channels=CHANNELS, n_buckets=BUCKETS)
