"""Migrations run as the role that owns the schema, which the application's role does not."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate

from ipeo.database import roles


class Command(migrate.Command):
    """`manage.py migrate`: the application's role, the schema, the grants; safe at every start."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare Django's arguments, with the owner's connection unless another is named."""
        super().add_arguments(parser)
        parser.set_defaults(database=roles.OWNER_ALIAS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, or say what stands in the way."""
        if options["database"] != roles.OWNER_ALIAS:
            super().handle(*args, **options)
            return
        with roles.one_at_a_time():
            try:
                role = roles.make_app_role()
            except roles.UnsafeRole as error:
                raise CommandError(str(error)) from None
            super().handle(*args, **options)
            roles.grant_to_app_role()
        if options["verbosity"]:
            self.stdout.write(f"The application connects as {role}.")
