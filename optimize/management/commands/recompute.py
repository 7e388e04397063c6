"""The measurement from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ipeo import tenancy
from ipeo.models import Workspace
from ipeo.queries.members import find_workspace
from optimize.actions.conclusions import draw_conclusions
from optimize.actions.recompute import recompute


class Command(BaseCommand):
    """`manage.py recompute --workspace SLUG [--full] [--json]`."""

    help = "Measures what changed since the last measurement, or everything again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--full", action="store_true", help="measure everything again")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, and say what was read, what changed and how long each part took."""
        try:
            workspace = find_workspace(options["workspace"])
        except Workspace.DoesNotExist:
            raise CommandError(f"There is no workspace at “{options['workspace']}”.") from None
        with tenancy.scope(workspace):
            done = recompute(full=options["full"])
            # Small changes leave today's fits as they are; the worker brings them up to date.
            draw_conclusions(changed=done.full)
        if options["json"]:
            self.stdout.write(json.dumps(done.as_dict()))
            return
        self.stdout.write(
            f"Measured {done.deals:,} deals of {done.buyers:,} buyers with {done.touches:,} "
            f"touches in {done.seconds_in_all:.2f} s; {done.totals_changed:,} totals changed."
        )
        for part, spent in done.seconds.items():
            self.stdout.write(f"  {part}: {spent:.2f} s")
