"""Compiles the compiled numerics ahead of time, so that nobody waits for a compiler."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """`manage.py warm`: fits a small made-up example; what it compiles is kept on the disk."""

    help = "Compiles the numerics ahead of time, and keeps the result for later starts."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how considerate it is."""
        parser.add_argument("--quietly", action="store_true", help="run at the lowest priority")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile; a second time it takes a second."""
        if options["quietly"]:
            with suppress(OSError):
                os.nice(19)
        self._warm_curves()
        self._warm_journeys()
        if options["verbosity"] and not options["quietly"]:
            self.stdout.write("The numerics are compiled.")

    @staticmethod
    def _warm_curves() -> None:
        from optimize.numerics.curves import Weeks, fit
        from optimize.numerics.curves.forms import FORMS

        random = np.random.default_rng(0)
        spend = random.gamma(2.0, 1.0, (1, 1, 40))
        outcome = 10.0 + np.tanh(spend[:, 0]) + random.normal(0.0, 0.3, (1, 40))
        # All forms are the same compiled code.
        fit(Weeks(outcome=outcome, spend=spend), forms=FORMS[:1], draws=20)

    @staticmethod
    def _warm_journeys() -> None:
        from optimize.numerics.streams import tally_events

        tally_events([0, 0], [0, 1], [0, 60], n_channels=2, converted=[True])
