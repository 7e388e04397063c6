"""`make bench`: every speed we promise, as a ratio to a floor in the same run."""

from __future__ import annotations

import importlib
import sys

import tests.servers  # noqa: F401  # starts the servers before Django reads its settings

MODULES = (
    "importing",
    "touching",
    "pages",
    "links",
    "outcomes",
    "allocation",
    "plan",
    "fatigue",
    "prices",
    "regions",
    "insight",
    "attribution",
    "recompute",
    "advice",
    "curves",
)


def main() -> None:
    """Run the named benchmarks, or all of them, in a database of their own."""
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    from tests import databases

    setup_test_environment()
    failed = 0
    with databases.clone("bench") as name:
        databases.use(name)
        for module in sys.argv[1:] or MODULES:
            for line in importlib.import_module(f"tests.benchmarks.{module}").run():
                print(line, flush=True)
                failed += not line.met
        from django.db import connections

        connections.close_all()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
