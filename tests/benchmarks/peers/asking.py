"""One question to another package: a program of ours run by its environment's Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
_PROGRAMS = Path(__file__).parent / "theirs"


class Absent(Exception):
    """A file of data or a package is not there; the message says which."""


def ask(python: Path, program: str, *arguments: object) -> dict[str, Any]:
    """Run a program of `theirs` and return what it printed last, one JSON object.

    Raises Absent where the package does not start in that environment.
    """
    done = subprocess.run(
        [python, _PROGRAMS / f"{program}.py", *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Absent(f"the package did not run: {last}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def data(name: str) -> Path:
    """Return a file of the data laid beside the checkout; raises Absent."""
    file = DATA / name
    if not file.is_file():
        raise Absent(f"{name} is not beside the checkout")
    return file
