"""The numerics are compiled ahead of time, and what was compiled is kept."""

import os
import subprocess
import sys
from pathlib import Path

from tests.local.processes import ROOT


def test_what_the_curves_and_journeys_compile_lies_on_the_disk_afterwards():
    place = Path(os.environ["NUMBA_CACHE_DIR"])
    ran = subprocess.run(
        [sys.executable, "manage.py", "warm"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "compiled" in ran.stdout
    kept = {path.name.split(".")[0] for path in place.rglob("*.nbc")}
    assert {"sampler", "streams"} <= kept
