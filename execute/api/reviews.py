"""Links to buyers and their answers, as resources."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions.reviews import DealStillOpen, make_review, revoke_review
from execute.models import BuyerReview, Deal
from ipeo.api.views import ReadViewSet


class BuyerReviewSerializer(serializers.ModelSerializer[BuyerReview]):
    """A link to a buyer, and the answer. Scales run from 1 to 5; null is 'cannot say'."""

    drivers = serializers.SerializerMethodField(
        help_text="What decided it in the buyer's words, first things first."
    )

    class Meta:
        model = BuyerReview
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "deal",
            "made_by",
            "made_at",
            "expires_at",
            "revoked_at",
            "answered_at",
            "drivers",
            "value",
            "price",
            "trust",
            "again",
            "words",
        )
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def get_drivers(self, review: BuyerReview) -> list[int]:
        """Return the drivers' ids by rank."""
        rows = sorted(review.review_drivers.all(), key=lambda row: (row.rank, row.pk))
        return [row.driver_id for row in rows]


class MakeReviewSerializer(serializers.Serializer[Any]):
    """The ended deal whose buyer is asked."""

    deal = serializers.PrimaryKeyRelatedField(queryset=Deal.objects.all())


class MadeReviewSerializer(BuyerReviewSerializer):
    """A link to a buyer with its address, which is told this once and kept nowhere."""

    address = serializers.SerializerMethodField(help_text="Where the buyer answers, once.")

    class Meta(BuyerReviewSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*BuyerReviewSerializer.Meta.fields, "address")
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def get_address(self, review: BuyerReview) -> str:
        """Return the whole address."""
        return str(self.context["address"])


class BuyerReviewView(ReadViewSet):
    """Buyer feedback on closed deals."""

    permission = "reviews.view"
    change_permission = "reviews.make"
    serializer_class = BuyerReviewSerializer
    queryset = BuyerReview.objects.prefetch_related("review_drivers")
    filterset_fields = ("deal",)
    refused_as = {DealStillOpen: "deal"}

    @extend_schema(request=MakeReviewSerializer, responses={201: MadeReviewSerializer})
    def create(self, request: Request) -> Response:
        """Create a link for a deal's buyer; only this response holds its address."""
        review, secret = make_review(by=self.membership, **self.sent(MakeReviewSerializer))
        address = request.build_absolute_uri(reverse("buyer_review", args=[secret]))
        return Response(MadeReviewSerializer(review, context={"address": address}).data, status=201)

    @extend_schema(request=None, responses=BuyerReviewSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: int) -> Response:
        """Revoke the link; an answer that was given stays."""
        return Response(BuyerReviewSerializer(revoke_review(review=self.get_object())).data)
