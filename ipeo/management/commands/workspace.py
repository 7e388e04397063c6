"""Workspaces from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ipeo.actions.workspaces import SlugTaken, create_workspace


class Command(BaseCommand):
    """`manage.py workspace create SLUG --currency C [--timezone Z]`."""

    help = "Creates a workspace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="create a workspace")
        create.add_argument("slug")
        create.add_argument("--currency", required=True, help="three letters, such as USD")
        create.add_argument("--timezone", default="UTC", help="such as Europe/Paris")
        create.add_argument("--name", default="")
        create.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create it, or say why not."""
        try:
            workspace = create_workspace(
                slug=options["slug"],
                name=options["name"],
                currency=options["currency"].upper(),
                time_zone=options["timezone"],
            )
        except (SlugTaken, ValidationError) as error:
            reasons = error.messages if isinstance(error, ValidationError) else [str(error)]
            raise CommandError(" ".join(reasons)) from None
        made = {
            "slug": workspace.slug,
            "name": workspace.name,
            "currency": workspace.currency,
            "timezone": workspace.time_zone,
        }
        self.stdout.write(
            json.dumps(made)
            if options["json"]
            else f"Created {workspace.name} at {workspace.slug}."
        )
