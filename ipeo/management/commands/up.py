"""Start everything and keep it up."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ipeo.local import supervisor


class Command(BaseCommand):
    """`manage.py up`, for the list of commands; manage.py itself goes round Django for it."""

    help = "Starts everything that IPEO needs, and keeps it running until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        supervisor.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the supervisor."""
        supervisor.Supervisor(
            host=options["host"], port=options["port"], demonstration=not options["no_demo"]
        ).run(with_parent=options["with_parent"])
