"""All models from unsorted events, beside ChannelAttribution's Markov alone."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.benchmarks.attribution import (
    CHANNELS,
    DAY,
    JOURNEYS,
    Events,
    all_models,
    memory,
    processor_seconds,
    with_intervals,
)
from tests.benchmarks.measuring import Line
from tests.benchmarks.peers.asking import ask


def run(python: Path) -> list[Line]:
    """Time both on the same journeys; the package's paths are sorted and joined beforehand."""
    events = Events(JOURNEYS, 1)
    all_models(Events(DAY, 2))
    order = np.lexsort((events.seconds, events.journey))
    offsets = np.searchsorted(events.journey[order], np.arange(JOURNEYS + 1))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "journeys.npz"
        np.savez(
            file,
            codes=events.channel[order],
            offsets=offsets,
            converted=events.converted,
            channels=CHANNELS,
        )
        del order, offsets
        theirs = ask(python, "attribution", file)
    exact = with_intervals(events)["markov"].value
    ours = processor_seconds(lambda: all_models(events))
    whole = processor_seconds(lambda: with_intervals(events))
    simulated = np.array(theirs["credit"])
    off = np.abs(simulated / simulated.sum() / (exact / exact.sum()) - 1).max()
    held, touches = memory(), events.journey.size
    return [
        Line(
            f"all models over {JOURNEYS:,} journeys of {touches:,} unsorted touches, against "
            "ChannelAttribution's Markov alone",
            ours / theirs["seconds"],
            "at most 0.75",
            ours <= 0.75 * theirs["seconds"],
            f"{ours:.2f} s of processor, theirs {theirs['seconds']:.2f} s in {theirs['wall']:.2f} "
            f"s; its simulated shares are up to {off:.1%} off the exact ones",
        ),
        Line(
            "the same with intervals",
            whole / theirs["seconds"],
            "at most 1.5",
            whole <= 1.5 * theirs["seconds"],
            f"{whole:.2f} s",
        ),
        replace(held, detail=f"{held.detail}; theirs {theirs['mebibytes']:.0f} MiB"),
    ]
