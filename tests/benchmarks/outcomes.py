"""Saving an outcome against an empty page that asks who is signed in."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import timezone

from execute.actions.setup import ensure_defaults
from execute.models import Deal, DealStage, Driver
from insight.models import Account
from ipeo import tenancy, urls
from ipeo.actions.workspaces import create_workspace
from ipeo.devices import person_key
from ipeo.models import Membership, Role, User, Workspace
from ipeo.permissions import WorkspaceRequest, page
from tests.benchmarks.measuring import Line, interleaved, median_ratio

ROUNDS, WARM, AT_MOST = 60, 8, 8.0


def run() -> list[Line]:
    """Save outcomes as the form does and as a phone on which they waited does, one deal each."""
    workspace = create_workspace(slug="outcomes", currency="USD")
    user = User.objects.create_user("rep@outcomes.test", name="Rita")
    with tenancy.system():
        rep = Membership.objects.create(workspace=workspace, user=user, role=Role.SALES_REP)
    with tenancy.scope(workspace):
        deals = iter(_deals(rep, 2 * (ROUNDS + WARM)))
        drivers = list(
            Driver.objects.filter(name__in=("Fit", "Trust")).values_list("pk", flat=True)
        )
    lines = []
    with override_settings(ROOT_URLCONF=__name__):
        browser = Browser(user)
        for name, phone in (("form", ""), ("phone", person_key(user))):
            empty = browser.made.get(f"/w/{workspace.slug}/nothing/")
            works = {
                "empty": lambda asked=empty: browser.ask(asked, 200),
                "save": _saver(browser, workspace, deals, drivers, phone),
            }
            interleaved(WARM, **works)
            lines.append(_line(name, interleaved(ROUNDS, **works)))
    return lines


def _line(name: str, held: dict[str, list[float]]) -> Line:
    ratio = median_ratio(held["save"], held["empty"])
    middle = {key: statistics.median(values) * 1000 for key, values in held.items()}
    return Line(
        f"an outcome saved from the {name} against an empty page",
        ratio,
        f"at most {AT_MOST:.0f}",
        ratio <= AT_MOST,
        f"saved in {middle['save']:.1f} ms, empty page {middle['empty']:.1f} ms",
    )


def _deals(rep: Membership, count: int) -> list[int]:
    ensure_defaults()
    stage = DealStage.objects.get(name="Proposal")
    account = Account.objects.create(name="Harbor Clinics")
    made = Deal.objects.bulk_create(
        [
            Deal(
                name=f"Desks {number}",
                account=account,
                owner=rep,
                stage=stage,
                list_amount=10_000,
                cost_amount=6_000,
                expected_close_date=timezone.localdate() - timedelta(days=number % 30),
            )
            for number in range(count)
        ]
    )
    return [deal.pk for deal in made]


class Browser:
    """A signed-in rep's requests, answered by the product itself with no test client between."""

    def __init__(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
        self.made = RequestFactory(headers={"cookie": self.cookies})
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def ask(self, request: HttpRequest, status: int) -> None:
        """Send a request and see that it is answered as it should be."""
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        answer = self.handler.get_response(request)
        assert answer.status_code == status, (request.path, answer.status_code)


@page("workspace.view")
def nothing(request: WorkspaceRequest) -> HttpResponse:
    """An empty page of a workspace: who is signed in, the navigation, nothing else."""
    return render(request, "app.html")


urlpatterns = [*urls.urlpatterns, path("w/<slug:workspace>/nothing/", nothing)]


def _saver(
    browser: Browser, workspace: Workspace, deals: Iterator[int], drivers: list[int], phone: str
) -> Callable[[], None]:
    """Return what saves the outcome of the next deal; `phone` is whose phone it comes from."""
    typed = {"outcome": "won", "won_drivers": drivers, "net_amount": "9,700", "version": "1"}

    def save() -> None:
        deal = next(deals)
        address = f"/w/{workspace.slug}/deals/{deal}/outcome/"
        if phone:
            headers = {"Idempotency-Key": f"outcome-{deal}", "IPEO-Person": phone}
            browser.ask(browser.made.post(f"{address}send/", typed, headers=headers), 201)
        else:
            browser.ask(browser.made.post(address, typed), 302)

    return save
