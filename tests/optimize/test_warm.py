"""The numerics are compiled ahead of time, and what was compiled is kept."""

import os
import subprocess
import sys
from pathlib import Path

from ipeo.local import compiled
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


def test_what_was_compiled_of_other_numerics_is_not_run(tmp_path, monkeypatch):
    source = tmp_path / "optimize" / "numerics" / "curves" / "density.py"
    source.parent.mkdir(parents=True)
    source.write_text("STEEP = 1\n")
    monkeypatch.setattr(compiled, "_SOURCES", tmp_path)
    before = compiled.compiled_in(tmp_path / "kept")
    assert compiled.compiled_in(before) == before
    source.write_text("STEEP = 2\n")
    assert compiled.compiled_in(tmp_path / "kept") != before
