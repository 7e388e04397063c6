"""The demonstration from the command line."""

import json
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.making import AlreadyThere, exists, make_demonstration


class Command(BaseCommand):
    """`manage.py demo --workspace SLUG --seed N --scale X`."""

    help = "Creates a workspace with a simulated company: the same one for the same seed and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--seed", type=int, default=2)
        parser.add_argument("--scale", type=float, default=1.0, help="1 is about 60,000 touches")
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            default=None,
            help="the day its data ends, such as 2026-01-31",
        )
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing if the workspace exists"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        if not 0 < options["scale"] <= 1000:
            raise CommandError("The scale must be above 0 and at most 1,000.")
        if options["if_missing"] and exists(options["workspace"]):
            self.stdout.write("{}" if options["json"] else "The demonstration is there already.")
            return
        if not options["json"]:
            self.stdout.write("Making a demonstration; its people can sign in once it is made.")
            self.stdout.flush()
        begun = time.monotonic()
        try:
            made = make_demonstration(
                slug=options["workspace"],
                seed=options["seed"],
                scale=options["scale"],
                today=options["today"] or timezone.localdate(),
            )
        except AlreadyThere as error:
            raise CommandError(str(error)) from None
        seconds = round(time.monotonic() - begun, 2)
        told = {"workspace": made.workspace.slug, **made.counts, "seconds": seconds}
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            counts = ", ".join(f"{count:,} {kind}" for kind, count in made.counts.items())
            self.stdout.write(f"Made {made.workspace.name} in {seconds} s: {counts}.")
