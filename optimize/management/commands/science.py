"""The numerics from the command line, on a plain file."""

import csv
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from execute.numerics.doubts import Unreadable
from optimize.queries import science, spending
from optimize.queries.columns import NotReadable


def _names(text: str) -> list[str]:
    """Names with commas between; one that has a comma itself stands in double quotes."""
    cells = next(csv.reader([text], skipinitialspace=True), [])
    return [name.strip() for name in cells if name.strip()]


class Command(BaseCommand):
    """`manage.py science KIND FILE ...`."""

    help = "Runs one of the product's measurements on a plain file, without a workspace."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments of each kind."""
        kinds = parser.add_subparsers(dest="kind", required=True)

        def kind(name: str, text: str) -> ArgumentParser:
            found: ArgumentParser = kinds.add_parser(name, help=text)
            found.add_argument("file", type=Path)
            found.add_argument("--json", action="store_true", help="print one JSON object")
            return found

        kind("attribution", "credit by channel from paths a > b > c")
        parser_of = kind("experiment", "arms against a control")
        parser_of.add_argument("--arm", required=True, metavar="COLUMN")
        parser_of.add_argument("--outcome", required=True, metavar="COLUMN")
        parser_of.add_argument("--control", default="", metavar="NAME")
        parser_of.add_argument("--before", default="", metavar="COLUMN", help="a covariate")
        parser_of = kind("impact", "before and after an event")
        parser_of.add_argument("--outcome", required=True, metavar="COLUMN")
        parser_of.add_argument("--series", type=_names, default=[], metavar="COLUMN,COLUMN")
        parser_of.add_argument("--start", required=True, help="a row from 0, or a date")
        parser_of = kind("geo", "treated regions against the others")
        parser_of.add_argument("--unit", required=True, metavar="COLUMN")
        parser_of.add_argument("--date", required=True, metavar="COLUMN")
        parser_of.add_argument("--outcome", required=True, metavar="COLUMN")
        parser_of.add_argument("--treated", type=_names, required=True, metavar="A,B")
        parser_of.add_argument("--start", required=True, metavar="DATE")
        parser_of = kind("curve", "what spending on each channel brought, from weekly data")
        parser_of.add_argument("--date", required=True, metavar="COLUMN")
        parser_of.add_argument("--outcome", required=True, metavar="COLUMN")
        parser_of.add_argument("--spend", type=_names, required=True, metavar="COLUMN,COLUMN")
        parser_of.add_argument("--controls", type=_names, default=[], metavar="COLUMN,COLUMN")
        parser_of.add_argument("--region", default="", metavar="COLUMN")
        parser_of = kind("price", "price sensitivity from four questions")
        parser_of.add_argument("--columns", type=_names, required=True, metavar="COLUMN,...")
        parser_of.add_argument("--likely", type=_names, default=[], metavar="COLUMN,COLUMN")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work it out, or say what the file lacks."""
        file = options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            told = self._told(file, options)
        except (NotReadable, Unreadable, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(told, indent=None if options["json"] else 2))

    @staticmethod
    def _told(file: Path, options: dict[str, Any]) -> dict[str, Any]:
        match options["kind"]:
            case "attribution":
                return science.attribution(file)
            case "experiment":
                return science.experiment(
                    file,
                    arm=options["arm"],
                    outcome=options["outcome"],
                    control=options["control"],
                    before=options["before"],
                )
            case "impact":
                return science.before_and_after(
                    file,
                    outcome=options["outcome"],
                    series=options["series"],
                    start=options["start"],
                )
            case "geo":
                return science.geo(
                    file,
                    unit=options["unit"],
                    day=options["date"],
                    outcome=options["outcome"],
                    treated=options["treated"],
                    start=options["start"],
                )
            case "curve":
                return spending.curve(
                    file,
                    day=options["date"],
                    outcome=options["outcome"],
                    spend=options["spend"],
                    controls=options["controls"],
                    region=options["region"],
                )
            case _:
                return science.price(file, columns=options["columns"], likely=options["likely"])
