"""Make the database ready: the application's role, the schema, the grants."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from ipeo.database import roles


class Command(BaseCommand):
    """`manage.py prepare`: safe to run at every start."""

    help = "Creates the application's database role, migrates the schema as its owner, grants."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the database, or say what stands in the way."""
        try:
            role = roles.make_app_role()
        except roles.UnsafeRole as error:
            raise CommandError(str(error)) from None
        call_command(
            "migrate",
            database=roles.OWNER_ALIAS,
            interactive=False,
            verbosity=options["verbosity"],
            stdout=self.stdout,
        )
        roles.grant_to_app_role()
        self.stdout.write(f"The database is ready; the application connects as {role}.")
