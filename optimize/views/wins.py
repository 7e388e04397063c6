"""Wins and losses: what decided deals, against whom, where, in whose words, and what helped."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render

from execute.models import Outcome
from ipeo.numerics.changes import Change, change
from ipeo.numerics.estimates import Estimate
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.ranges import choices_of, range_of
from ipeo.templatetags.figures import figure, short_interval
from optimize import charts
from optimize.queries import wins as queries
from optimize.queries.behind import deals_href
from optimize.queries.helping import helping
from optimize.queries.measures import measured
from optimize.queries.overview import key_figures_of
from optimize.queries.told import told

OF = {"": "Won and lost", Outcome.WON.value: "Won", Outcome.LOST.value: "Lost"}


@page("optimize.view")
def wins(request: WorkspaceRequest) -> HttpResponse:
    """Show why deals were won and lost over some days."""
    chosen = range_of(request.GET)
    days = chosen.days
    ended, voices = queries.ended(days), told(days)
    earlier = None if chosen.before is None else queries.outcomes(chosen.before)
    of = request.GET.get("of", "")
    of = of if of in OF else ""
    table = queries.drivers(voices)
    lost_lines = [line for line in table.lines if line.lost_rep.named or line.lost_buyer.named]
    context = {
        "measured": measured(),
        "chosen": chosen,
        "choices": choices_of(chosen),
        "won": ended.won,
        "lost": ended.lost,
        "undecided": ended.undecided,
        "held": key_figures_of(chosen, names=("win_rate",)),
        "lost_change": _counted(Outcome.LOST, ended.lost, earlier),
        "undecided_change": _counted(Outcome.NO_DECISION, ended.undecided, earlier),
        "href_lost": deals_href(days, outcome=Outcome.LOST),
        "href_undecided": deals_href(days, outcome=Outcome.NO_DECISION),
        "table": table,
        "lost_figure": charts.two_voices(
            [(line.driver.name, line.lost_rep.share, line.lost_buyer.share) for line in lost_lines]
        ),
        "lost_columns": ["Driver", "Reps", "80% interval", "Buyers", "80% interval"],
        "lost_rows": [
            (
                line.driver.name,
                figure(line.lost_rep.share, "percent"),
                short_interval(line.lost_rep.share, "percent"),
                figure(line.lost_buyer.share, "percent"),
                short_interval(line.lost_buyer.share, "percent"),
            )
            for line in lost_lines
        ],
        "rivals": ended.rivals,
        "rivals_figure": charts.win_rates(
            [(one.label, one.win_rate) for one in ended.rivals.lines]
        ),
        "segments": ended.segments,
        "matrix": queries.disagreement(voices, outcome=of),
        "matrix_tabs": [
            {"label": label, "href": f"?{chosen.query}&of={key}#voices", "current": key == of}
            for key, label in OF.items()
        ],
        "answered": queries.answered_share(voices, ended),
        "helping": helping(voices),
    }
    return render(request, "optimize/wins.html", context)


def _counted(outcome: str, now: int, earlier: Mapping[str, int] | None) -> Change:
    """Compare a number of deals with the number before; it was counted and has no interval."""
    before = None if earlier is None else earlier.get(outcome, 0)
    held = None if before is None else Estimate.exact(float(before), before)
    return change(Estimate.exact(float(now), now), held)
