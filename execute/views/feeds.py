"""Calendar feeds: the page where they are made, and the address that calendars read."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from execute.actions.calendars import NoSuchFeed, create_feed, opened, revoke_feed
from execute.forms.tasks import FeedForm
from execute.models import CalendarFeed
from execute.queries.calendars import feeds_of
from execute.queries.feeds import calendar_of, last_change
from ipeo import tenancy
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page


@page("tasks.view")
def feeds(request: WorkspaceRequest) -> HttpResponse:
    """Show one's calendar feeds, and make one: its address is shown this once."""
    form = FeedForm(request.POST or None, instance=CalendarFeed())
    address = ""
    if request.method == "POST" and form.is_valid():
        feed, token = create_feed(feed=form.instance, member=request.membership)
        address = request.build_absolute_uri(reverse("calendar_feed", args=[token]))
        form = FeedForm()
        messages.success(request, f"“{feed}” is ready. Copy its address now.")
    context = {"form": form, "feeds": feeds_of(request.membership), "address": address}
    status = 422 if form.is_bound else 200
    return render(request, "execute/feeds.html", context, status=status)


@page("tasks.view")
def revoke(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Close a feed's address."""
    feed = get_object_or_404(feeds_of(request.membership), pk=pk)
    if request.method == "POST":
        revoke_feed(feed=feed)
        messages.success(request, f"“{feed}” was deleted.")
    return redirect(link("execute:feeds"))


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give a feed to whoever knows its address; 404 to everybody else."""
    try:
        with opened(token=token) as feed:
            place = reverse("ipeo:home", args=[tenancy.current_workspace().slug])
            text = calendar_of(
                feed,
                site=request.build_absolute_uri(place),
                as_tasks=request.GET.get("as") == "tasks",
            )
            changed_at = last_change(feed)
    except NoSuchFeed:
        raise Http404("There is no calendar at this address.") from None
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    response: HttpResponse = HttpResponse(text, "text/calendar; charset=utf-8")
    # A removed task leaves no younger date behind, so the tag alone decides what is unchanged.
    answer = get_conditional_response(request, etag=tag, response=response) or response
    answer.headers["ETag"] = tag
    answer.headers["Last-Modified"] = http_date(changed_at.timestamp())
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
