"""Start everything and keep it up."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ipeo.local.supervisor import Supervisor


class Command(BaseCommand):
    """`manage.py up`: servers, schema, web, worker and beat, until Ctrl-C."""

    help = "Starts everything that IPEO needs and keeps it up until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000")
        parser.add_argument(
            "--no-demo", action="store_true", help="do not load the demonstration workspace"
        )
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the parent process is killed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the supervisor."""
        Supervisor(
            host=options["host"], port=options["port"], demonstration=not options["no_demo"]
        ).run(with_parent=options["with_parent"])
