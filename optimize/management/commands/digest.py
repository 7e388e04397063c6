"""The week's digest from the command line."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ipeo import tenancy
from ipeo.models import Workspace
from ipeo.numerics.ranges import Days
from ipeo.queries.members import find_workspace
from optimize.actions.digest import send
from optimize.queries.digest import digest_of, unsent, week_before


class Command(BaseCommand):
    """`manage.py digest --workspace SLUG [--week DATE] [--dry-run]`."""

    help = "Sends the last whole week's digest to those who have not received it yet, or prints it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--week", metavar="DATE", help="any day of the week to report")
        parser.add_argument("--dry-run", action="store_true", help="print it, and send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the digest, or send it."""
        from django.conf import settings
        from django.template.loader import render_to_string

        try:
            workspace = find_workspace(options["workspace"])
        except Workspace.DoesNotExist:
            raise CommandError(f"There is no workspace at “{options['workspace']}”.") from None
        with tenancy.scope(workspace):
            week = self._week(options["week"])
            if not options["dry_run"]:
                self.stdout.write(f"Sent {send(week=week)} digests of {workspace}.")
                return
            context = {"digest": digest_of(week), "site": settings.SITE_URL.rstrip("/")}
            self.stdout.write(render_to_string("optimize/digest.txt", context))
            names = ", ".join(str(member) for member in unsent(week)) or "no one"
            self.stdout.write(f"Would be sent to: {names}")

    def _week(self, text: str | None) -> Days:
        if not text:
            return week_before(timezone.localdate())
        try:
            given = date.fromisoformat(text)
        except ValueError:
            raise CommandError("Write the day as 2026-06-15.") from None
        return week_before(given + timedelta(days=7))
