"""The report from the command line."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ipeo import tenancy
from ipeo.models import Workspace
from ipeo.queries.members import find_workspace
from optimize.queries.report import BREAKDOWNS, ReportRow, UnknownModel, report

SHOWN = ("spend", "touches", "leads", "deals_won", "deals_lost", "win_rate", "net_amount", "roas")


def day(text: str) -> date:
    """Read a date as 2026-03-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a date such as 2026-03-31") from None


class Command(BaseCommand):
    """`manage.py report --workspace SLUG --by B [--from D --to D] [--model M] [--json]`."""

    help = "Prints every figure by channel, program, campaign, rep, product or month, or in total."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--by", choices=BREAKDOWNS, default="all")
        parser.add_argument("--from", dest="date_from", type=day, metavar="D")
        parser.add_argument("--to", dest="date_to", type=day, metavar="D")
        parser.add_argument(
            "--model", default="first", help="the attribution model, such as first, last or linear"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the rows, or say what cannot be understood."""
        try:
            workspace = find_workspace(options["workspace"])
            with tenancy.scope(workspace):
                rows = report(
                    by=options["by"],
                    date_from=options["date_from"],
                    date_to=options["date_to"],
                    model=options["model"],
                )
        except Workspace.DoesNotExist:
            raise CommandError(f"There is no workspace at “{options['workspace']}”.") from None
        except UnknownModel as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps({"rows": [row.as_dict() for row in rows]}))
            return
        self.stdout.write("\t".join(["", *SHOWN]))
        for row in rows:
            self.stdout.write("\t".join([row.key, *_cells(row)]))


def _cells(row: ReportRow) -> list[str]:
    found = row.as_dict()
    values = [found[name] for name in SHOWN]
    plain = [value["value"] if isinstance(value, dict) else value for value in values]
    return ["not known" if value is None else f"{value:,.6g}" for value in plain]
