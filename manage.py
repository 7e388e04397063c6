#!/usr/bin/env python
"""The project's command line."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command, with the embedded servers where none are named in the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipeo.settings")
    if sys.argv[1:2] == ["up"]:
        # The supervisor starts the servers itself, and needs no Django to do it.
        from ipeo.local.supervisor import main as up

        return up(sys.argv[2:])
    # These few commands need no servers.
    serverless = {"makemigrations", "collectstatic", "spectacular", "science", "warm", "help"}
    serverless |= {"--help"}
    if len(sys.argv) > 1 and sys.argv[1] not in serverless:
        from ipeo.local import provide

        if provide() and sys.argv[1] != "migrate":
            _migrate_if_new()
    execute_from_command_line(sys.argv)


def _migrate_if_new() -> None:
    """Prepare an embedded database that nobody has prepared yet, so that any command works."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    if "django_migrations" not in connections["owner"].introspection.table_names():
        print("Preparing the database.", file=sys.stderr)
        call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
