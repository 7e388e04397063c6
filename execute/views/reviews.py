"""The buyer's voice: a link made for a deal, and the page behind it that anybody may open."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from execute.actions.reviews import (
    AnswerRefused,
    DealStillOpen,
    NoSuchReview,
    ReviewOver,
    answer_review,
    make_review,
    opened,
    revoke_review,
)
from execute.forms.reviews import BuyerReviewForm
from execute.queries.deals import deals
from execute.queries.reviews import agreement, response_rate, reviews
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.guests import held_back, unlisted
from ipeo.views.refusals import its_field, refused_as_message, refused_in_form


@page("reviews.view")
def buyer_reviews(request: WorkspaceRequest) -> HttpResponse:
    """List the links to buyers and their answers, and how the two voices compare."""
    context = {
        "page": page_of(reviews(), order=("-made_at", "-id"), after=request.GET.get("after", "")),
        "agreement": agreement(),
        "response": response_rate(),
    }
    return render(request, "execute/reviews.html", context)


@page("reviews.make")
def ask_buyer(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make a link for a deal's buyer and show it once."""
    deal = get_object_or_404(deals(), pk=pk)
    address = ""
    if request.method == "POST":
        with refused_as_message(request, DealStillOpen):
            _, secret = make_review(deal=deal, by=request.membership)
            address = request.build_absolute_uri(reverse("buyer_review", args=[secret]))
        if not address:
            return redirect(link("execute:deal", pk))
    context = {"deal": deal, "address": address}
    response = render(request, "execute/ask_buyer.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("reviews.view", change="reviews.make")
def revoke(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a link back."""
    review = get_object_or_404(reviews(), pk=pk)
    if request.method == "POST":
        revoke_review(review=review)
        messages.success(request, "The link was revoked.")
    return redirect(link("execute:deal", review.deal_id))


@require_http_methods(["GET", "HEAD", "POST"])
def buyer_review(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask a buyer five questions; a link that is not open says nothing of why it is not."""
    if later := held_back(request, "review", "execute/review_later.html"):
        return later
    try:
        with opened(secret) as review:
            form = BuyerReviewForm(request.POST or None, review=review)
            if request.method == "POST" and form.is_valid():
                with refused_in_form(form, {AnswerRefused: its_field}):
                    answer_review(review=review, **form.answers())
                    seller = review.workspace.name
                    thanks = render(request, "execute/review_thanks.html", {"seller": seller})
                    return unlisted(thanks)
            context = {
                "form": form,
                "seller": review.workspace.name,
                "product": review.deal.product.name if review.deal.product else "",
            }
            status = 422 if form.is_bound else 200
            return unlisted(render(request, "execute/review.html", context, status=status))
    except NoSuchReview:
        return unlisted(render(request, "execute/review_nowhere.html", status=404))
    except ReviewOver:
        return unlisted(render(request, "execute/review_nowhere.html", status=410))


buyer_review.public = True  # type: ignore[attr-defined]
