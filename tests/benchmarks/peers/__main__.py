"""`make bench-peers`: our time and error beside other packages', in one run.

The packages live in an environment of their own: `python -m tests.benchmarks.peers PYTHON`.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.benchmarks.peers.asking import Absent

MODULES = ("attribution", "curves", "impact")


def main() -> None:
    """Run the named comparisons, or all of them."""
    # Not resolved: an environment's interpreter is a link to the one it was made from.
    python = Path(sys.argv[1]).absolute()
    failed = 0
    for module in sys.argv[2:] or MODULES:
        try:
            lines = importlib.import_module(f"tests.benchmarks.peers.{module}").run(python)
        except Absent as lack:
            print(f"{module}: not measured, {lack}", flush=True)
            continue
        for line in lines:
            print(line, flush=True)
            failed += not line.met
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
