"""Webhooks: endpoints, what was sent to them, and what they answered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.actions import webhooks as actions
from ipeo.forms import WebhookForm
from ipeo.models import WebhookEndpoint
from ipeo.navigation import link
from ipeo.outgoing import AddressRefused
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries import webhooks as queries
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_as_message, refused_in_form


@page("webhooks.view", change="webhooks.manage")
def webhooks(request: WorkspaceRequest) -> HttpResponse:
    """List the endpoints, and make one: its secret is shown once."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {AddressRefused: "url"}):
            made = actions.make_endpoint(by=request.membership, **form.cleaned_data)
            return _endpoint_page(request, made, secret=made.secret)
    context = {"form": form, "endpoints": list(queries.endpoints())}
    status = 422 if form.is_bound else 200
    return render(request, "ipeo/webhooks.html", context, status=status)


@page("webhooks.view", change="webhooks.manage")
def webhook(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show an endpoint with its deliveries; change where it is and what it hears of."""
    found = get_object_or_404(queries.endpoints(), pk=pk)
    form = WebhookForm(request.POST or None, initial=WebhookForm.standing(found))
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {AddressRefused: "url"}):
            actions.change_endpoint(endpoint=found, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect(link("ipeo:webhook", pk))
    return _endpoint_page(request, found, form=form)


def _endpoint_page(
    request: WorkspaceRequest,
    endpoint: WebhookEndpoint,
    *,
    form: WebhookForm | None = None,
    secret: str = "",
) -> HttpResponse:
    form = form or WebhookForm(initial=WebhookForm.standing(endpoint))
    found = page_of(
        queries.deliveries().filter(endpoint=endpoint),
        order=("-id",),
        after=request.GET.get("after", ""),
    )
    context = {
        "endpoint": endpoint,
        "form": form,
        "page": found,
        "lines": queries.lines(found.rows),
        "secret": secret,
    }
    status = 422 if form.is_bound else 200
    return render(request, "ipeo/webhook.html", context, status=status)


@page("webhooks.manage")
def webhook_secret(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give the endpoint a new secret, shown once; the one before signs for a day more."""
    found = get_object_or_404(queries.endpoints(), pk=pk)
    if request.method != "POST":
        return redirect(link("ipeo:webhook", pk))
    return _endpoint_page(request, found, secret=actions.rotate_secret(endpoint=found))


@page("webhooks.manage")
def webhook_switch(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Switch the endpoint on or off."""
    found = get_object_or_404(WebhookEndpoint.objects.all(), pk=pk)
    if request.method == "POST":
        on = request.POST.get("on") == "yes"
        actions.switch_endpoint(endpoint=found, on=on, reason="Turned off manually.")
        messages.success(
            request,
            "The endpoint is on. Pending events are being sent." if on else "The endpoint is off.",
        )
    return redirect(link("ipeo:webhook", pk))


@page("webhooks.manage")
def webhook_test(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send the endpoint a test."""
    found = get_object_or_404(WebhookEndpoint.objects.all(), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, actions.EndpointIsOff):
            delivery = actions.send_test(endpoint=found)
            messages.success(request, "The test is on its way.")
            return redirect(link("ipeo:webhook_delivery", delivery.pk))
    return redirect(link("ipeo:webhook", pk))


@page("webhooks.manage")
def webhook_remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove the endpoint with its log."""
    found = get_object_or_404(WebhookEndpoint.objects.all(), pk=pk)
    if request.method != "POST":
        return redirect(link("ipeo:webhook", pk))
    actions.remove_endpoint(endpoint=found)
    messages.success(request, "The endpoint was deleted. Nothing more is sent to it.")
    return redirect(link("ipeo:webhooks"))


@page("webhooks.view", change="webhooks.manage")
def webhook_delivery(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what was sent and what came back; sending again keeps the event's id."""
    found = get_object_or_404(queries.deliveries(), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, actions.EndpointIsOff):
            actions.send_again(delivery=found)
            messages.success(request, "Sent again.")
        return redirect(link("ipeo:webhook_delivery", pk))
    context = {
        "delivery": found,
        "about": queries.event_label(found.event.type),
        "body": queries.shown_body(found),
    }
    name = "ipeo/webhook_delivery.html" + ("#attempt" if request.htmx else "")
    return render(request, name, context)
