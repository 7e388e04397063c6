"""A home of one's own, and the certainty that nothing of it outlives the test."""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local import processes


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that no test before had; whatever still runs from it afterwards is killed."""
    # Short, unlike pytest's own: a socket's path may have 107 bytes.
    made = Path(tempfile.mkdtemp(prefix="ipeo-home-"))
    yield made
    for pid in processes.living(made):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    processes.eventually(lambda: not processes.living(made), within=10)
    shutil.rmtree(made, ignore_errors=True)
