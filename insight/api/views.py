"""Insight's resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from insight.actions import (
    accounts,
    audiences,
    catalog,
    evidence,
    findings,
    keeping,
    rivals,
    stories,
)
from insight.api import filters, serializers
from insight.models import (
    Account,
    Audience,
    BrandStory,
    Channel,
    Competitor,
    CompetitorMove,
    Contact,
    Finding,
    Product,
    ProofPoint,
)
from insight.queries.audiences import contacts_of, rule_fields
from insight.queries.membership import counted
from insight.queries.rules import read_rule
from insight.queries.stories import current_story
from ipeo.api.problems import Conflict
from ipeo.api.views import KeptViewSet, ReadViewSet


class CatalogViewSet(KeptViewSet):
    """Rows that whoever keeps Insight writes one by one."""

    permission = "insight.view"
    change_permission = "insight.edit"


class RemovableViewSet(mixins.DestroyModelMixin, CatalogViewSet):
    """Products, channels and rivals: what nothing names can be removed, the rest put out of use."""

    def perform_destroy(self, instance: Any) -> None:
        """Remove a row that nothing names; 409 where something does."""
        keeping.remove_kept(row=instance)


class ProductView(RemovableViewSet):
    """Products."""

    serializer_class = serializers.ProductSerializer
    queryset = Product.objects.all()
    filterset_fields = ("is_active", "family")
    refused_as = {catalog.ProductNameTaken: "name", keeping.StillNamed: Conflict}

    def keep(self, row: Product) -> Product:
        """Save a product."""
        return catalog.save_product(product=row)


class ChannelView(RemovableViewSet):
    """Channels."""

    serializer_class = serializers.ChannelSerializer
    queryset = Channel.objects.all()
    filterset_fields = ("is_sales", "is_active", "key")
    refused_as = {catalog.ChannelNameTaken: "name", keeping.StillNamed: Conflict}

    def keep(self, row: Channel) -> Channel:
        """Save a channel."""
        return catalog.save_channel(channel=row)


class AccountView(CatalogViewSet):
    """Accounts."""

    serializer_class = serializers.AccountSerializer
    queryset = Account.objects.all()
    filterset_class = filters.AccountFilter
    refused_as = {accounts.SameAccount: "into"}

    def keep(self, row: Account) -> Account:
        """Save an account."""
        return accounts.save_account(account=row)

    @extend_schema(request=serializers.MergeSerializer, responses=serializers.AccountSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: int) -> Response:
        """Merge this account into another and delete it; returns the other."""
        kept = accounts.merge_accounts(
            account=self.get_object(), **self.sent(serializers.MergeSerializer)
        )
        return Response(self.get_serializer(kept).data)


class ContactView(CatalogViewSet):
    """Contacts and leads."""

    serializer_class = serializers.ContactSerializer
    queryset = Contact.objects.all()
    filterset_class = filters.ContactFilter
    refused_as = {accounts.NobodyNamed: "name"}

    def keep(self, row: Contact) -> Contact:
        """Save a contact."""
        return accounts.save_contact(contact=row)


class AudienceView(mixins.DestroyModelMixin, CatalogViewSet):
    """Audiences, and the people of each."""

    serializer_class = serializers.AudienceSerializer
    queryset = Audience.objects.all()
    filterset_fields = ("name",)
    permissions_by_action = {"preview": "insight.view"}
    refused_as = {audiences.AudienceNameTaken: "name", audiences.AudienceInUse: Conflict}

    def keep(self, row: Audience) -> Audience:
        """Save an audience, counted."""
        return audiences.save_audience(audience=row)

    def perform_destroy(self, instance: Audience) -> None:
        """Remove an audience; 409 where something is made for it."""
        audiences.delete_audience(audience=instance)

    @extend_schema(request=serializers.RuleSerializer, responses=serializers.SizeSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Count the people that a rule finds; nothing is saved."""
        size = counted(read_rule(self.sent(serializers.RuleSerializer)["rule"]))
        return Response(serializers.SizeSerializer(size).data)

    @extend_schema(responses=serializers.FieldSerializer(many=True))
    @action(detail=False, pagination_class=None, filterset_fields=())
    def fields(self, request: Request) -> Response:
        """List the fields and operators of rules, including columns that imports brought."""
        return Response(serializers.FieldSerializer(rule_fields(), many=True).data)

    @extend_schema(request=None, responses=serializers.AudienceSerializer)
    @action(detail=True, methods=["post"])
    def count(self, request: Request, pk: int) -> Response:
        """Count an audience again."""
        counted = audiences.count_audience(audience=self.get_object())
        return Response(self.get_serializer(counted).data)

    @extend_schema(responses=serializers.ContactSerializer(many=True))
    @action(detail=True, filterset_fields=())
    def contacts(self, request: Request, pk: int) -> Response:
        """List the people of an audience as they are now."""
        page = self.paginate_queryset(contacts_of(self.get_object()))
        return self.get_paginated_response(serializers.ContactSerializer(page, many=True).data)


class CompetitorView(RemovableViewSet):
    """Competitors."""

    serializer_class = serializers.CompetitorSerializer
    queryset = Competitor.objects.all()
    filterset_fields = ("name", "is_active")
    refused_as = {rivals.CompetitorNameTaken: "name", keeping.StillNamed: Conflict}

    def keep(self, row: Competitor) -> Competitor:
        """Save a rival."""
        return rivals.save_competitor(competitor=row)


class CompetitorMoveView(mixins.DestroyModelMixin, CatalogViewSet):
    """What competitors did."""

    serializer_class = serializers.CompetitorMoveSerializer
    queryset = CompetitorMove.objects.all()
    filterset_class = filters.MoveFilter

    def keep(self, row: CompetitorMove) -> CompetitorMove:
        """Save a move."""
        return rivals.save_move(move=row)

    def perform_destroy(self, instance: CompetitorMove) -> None:
        """Remove a move that was noted by mistake."""
        rivals.delete_move(move=instance)


class BrandStoryView(mixins.CreateModelMixin, ReadViewSet):
    """The brand's story in its versions; to change it is to add a version."""

    permission = "insight.view"
    change_permission = "insight.edit"
    serializer_class = serializers.BrandStorySerializer
    queryset = BrandStory.objects.prefetch_related("proof_points")
    filterset_fields = ("is_current",)
    refused_as = {stories.StoryMovedOn: Conflict}

    def perform_create(self, serializer: Any) -> None:
        """Save a new version; 409 where the version seen is no longer the current one."""
        typed = dict(serializer.validated_data)
        seen = typed.pop("seen_version", None)
        serializer.instance = stories.save_story(
            story=stories.Story(**typed), by=self.membership, seen_version=seen
        )


class ProofPointView(
    mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, ReadViewSet
):
    """Proof points; those of the current story can change."""

    permission = "insight.view"
    change_permission = "insight.edit"
    serializer_class = serializers.ProofPointSerializer
    queryset = ProofPoint.objects.select_related("story")
    filterset_fields = ("story",)
    refused_as = {stories.OldVersion: Conflict}

    def perform_create(self, serializer: Any) -> None:
        """Add a proof point to the current story."""
        story = current_story()
        if story is None:
            raise Conflict("There is no story yet. Write one first.")
        serializer.instance = stories.add_proof_point(story=story, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> None:
        """Change a proof point's words."""
        point = serializer.instance
        words = {"statement": point.statement, "evidence": point.evidence}
        stories.edit_proof_point(point=point, **(words | serializer.validated_data))

    def perform_destroy(self, instance: ProofPoint) -> None:
        """Remove a proof point."""
        stories.remove_proof_point(point=instance)

    @extend_schema(
        request=serializers.StepsSerializer,
        responses=serializers.ProofPointSerializer(many=True),
    )
    @action(detail=True, methods=["post"], pagination_class=None, filterset_fields=())
    def move(self, request: Request, pk: int) -> Response:
        """Move a proof point among the others, and return them in their order."""
        points = stories.move_proof_point(
            point=self.get_object(), **self.sent(serializers.StepsSerializer)
        )
        return Response(self.get_serializer(points, many=True).data)


class FindingView(mixins.DestroyModelMixin, CatalogViewSet):
    """Findings, and the decisions on them."""

    serializer_class = serializers.FindingSerializer
    queryset = Finding.objects.prefetch_related("dispositions", "renewals").select_related(
        "campaign"
    )
    filterset_class = filters.FindingFilter
    refused_as = {
        findings.LinkNotValid: "evidence_url",
        findings.ReasonMissing: "reason",
        findings.OtherCampaign: "cycle",
        findings.AlreadyDecided: Conflict,
        findings.CycleIsClosed: Conflict,
        evidence.DateNotAhead: "expires_on",
        evidence.ReasonMissing: "reason",
    }

    def keep(self, row: Finding) -> Finding:
        """Save a finding."""
        return findings.save_finding(finding=row, by=self.membership)

    def perform_destroy(self, instance: Finding) -> None:
        """Remove a finding."""
        findings.delete_finding(finding=instance)

    @extend_schema(
        request=serializers.DisposeSerializer, responses=serializers.DispositionSerializer
    )
    @action(detail=True, methods=["post"])
    def dispose(self, request: Request, pk: int) -> Response:
        """Adopt, reject or defer; 409 if someone else decided since `seen`."""
        sent = self.sent(serializers.DisposeSerializer)
        held = findings.dispose_finding(finding=self.get_object(), by=self.membership, **sent)
        return Response(serializers.DispositionSerializer(held).data)

    @extend_schema(request=serializers.RenewSerializer, responses=serializers.FindingSerializer)
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: int) -> Response:
        """Renew a finding until a later day, with the reason."""
        sent = self.sent(serializers.RenewSerializer)
        evidence.renew_finding(finding=self.get_object(), by=self.membership, **sent)
        return Response(self.get_serializer(self.get_object()).data)
