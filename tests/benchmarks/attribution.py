"""All models over a million journeys, from unsorted events to credits, against a bare sort."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from optimize.numerics.pathways import Credit, Tallies, credit, markov
from tests.benchmarks.measuring import Line

JOURNEYS, DAY, CHANNELS, BUCKETS, ROUNDS = 1_000_000, 3_000, 10, 32, 3
MEBIBYTES = 600
SECONDS = 1.5
"""What Markov alone takes a compiled peer on this many journeys is 2.0 s on two quiet cores."""


class Events:
    """Touches of journeys in random order; one in twenty journeys converts."""

    def __init__(self, journeys: int, seed: int) -> None:
        random = np.random.default_rng(seed)
        lengths = 1 + random.poisson(3.1, journeys)
        order = random.permutation(int(lengths.sum()))
        self.journey = np.repeat(np.arange(journeys, dtype=np.int32), lengths)[order]
        self.channel = random.integers(0, CHANNELS, order.size).astype(np.int32)
        self.seconds = random.integers(0, 90 * 86_400, order.size)
        self.converted = random.random(journeys) < 0.05
        self.bucket = random.integers(0, BUCKETS, journeys).astype(np.int32)


def tallied(events: Events) -> Tallies:
    """Every model's tallies, from unsorted events."""
    from optimize.numerics.streams import tally_events

    return tally_events(
        events.journey,
        events.channel,
        events.seconds,
        n_channels=CHANNELS,
        converted=events.converted,
        bucket=events.bucket,
        n_buckets=BUCKETS,
    )


def all_models(events: Events) -> dict[str, object]:
    """Every model's credit, without intervals."""
    tallies = tallied(events)
    totals: dict[str, object] = {name: held.sum(axis=0) for name, held in tallies.credits.items()}
    whole = float(tallies.credits["shapley"].sum())
    return totals | {"markov": markov(tallies.transitions.sum(axis=0), whole)}


def with_intervals(events: Events) -> dict[str, Credit]:
    """Every model's credit with the interval of 400 resamplings of the buckets."""
    return dict(credit(tallied(events)))


def processor_seconds(work: Callable[[], object]) -> float:
    """How long a piece of work keeps the processor, whatever else runs on the machine."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def run() -> list[Line]:
    """Time all models, with and without intervals, a bare sort, and one new day; and memory."""
    events, day = Events(JOURNEYS, 1), Events(DAY, 2)
    all_models(day)
    held = tallied(events)
    plain, whole, sort, fresh = [], [], [], []
    for _ in range(ROUNDS):
        plain.append(processor_seconds(lambda: all_models(events)))
        whole.append(processor_seconds(lambda: with_intervals(events)))
        sort.append(processor_seconds(lambda: np.lexsort((events.seconds, events.journey))))
        fresh.append(processor_seconds(lambda: credit(held + tallied(day), resamples=2)))
    ours, boot, floor, new = map(statistics.median, (plain, whole, sort, fresh))
    touches = events.journey.size
    return [
        Line(
            f"all models over {JOURNEYS:,} journeys of {touches:,} unsorted touches, in "
            f"{SECONDS} s of processor",
            ours / SECONDS,
            "at most 1",
            ours <= SECONDS,
            f"{ours:.2f} s; sorting them by numpy alone {floor:.2f} s",
        ),
        Line(
            "the same with 80 % intervals from 400 resamplings, against without",
            boot / ours,
            "at most 2",
            boot <= 2 * ours,
            f"{boot:.2f} s",
        ),
        Line(
            f"one new day of {DAY:,} journeys to every model's credit, in 50 ms of processor",
            new / 0.05,
            "at most 1",
            new <= 0.05,
            f"{new * 1000:.1f} ms",
        ),
        memory(),
    ]


def memory() -> Line:
    """The peak of a process that holds the events and counts them, in units of 600 MiB."""
    command = "from tests.benchmarks.attribution import peak; peak()"
    told = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    mebibytes = float(told.stdout)
    return Line(
        "its peak memory, the events included",
        mebibytes / MEBIBYTES,
        "at most 1",
        mebibytes <= MEBIBYTES,
        f"{mebibytes:.0f} MiB of {MEBIBYTES}",
    )


def peak() -> None:
    """Count once and print the process' peak memory in MiB."""
    with_intervals(Events(JOURNEYS, 1))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
