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
    serverless = {"makemigrations", "collectstatic", "spectacular", "help", "--help"}
    if len(sys.argv) > 1 and sys.argv[1] not in serverless:
        from ipeo.local import provide

        provide()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
