"""Tracked links and naming rules, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions import links as actions
from execute.models import LinkDay, TrackedLink
from execute.numerics.addresses import BadTarget
from execute.numerics.naming import PARAMETERS, SEPARATORS
from execute.queries import links as queries
from insight.models import Audience, Contact
from insight.queries.rules import RuleNotValid
from ipeo.api.views import KeptViewSet, WorkspaceViewSet
from ipeo.queries.named import row_named


class LinkSerializer(serializers.ModelSerializer[TrackedLink]):
    """A tracked link. `address` is what is shared; `destination` is where it leads."""

    address = serializers.SerializerMethodField()

    class Meta:
        model = TrackedLink
        fields = (
            "id",
            "name",
            "address",
            "code",
            "target",
            "destination",
            "program",
            "channel",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_content",
            "utm_term",
            "created_at",
            "retired_at",
        )
        read_only_fields = ("code", "destination", "created_at", "retired_at")

    def get_address(self, link: TrackedLink) -> str:
        """Return the short address, with the host that was asked."""
        return str(self.context["request"].build_absolute_uri(f"/l/{link.code}"))


class LinkDaySerializer(serializers.ModelSerializer[LinkDay]):
    """A link's clicks on one day: by people, by known people among them, by robots."""

    class Meta:
        model = LinkDay
        fields = ("day", "clicks", "known", "robots")


class PersonalLinkSerializer(serializers.ModelSerializer[Contact]):
    """One person's own address."""

    contact = serializers.IntegerField(source="pk", read_only=True)
    address = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = ("contact", "name", "email", "address")

    def get_address(self, contact: Contact) -> str:
        """Return the address by which this person's clicks are known."""
        path = queries.personal_path(self.context["link"], contact)
        return str(self.context["request"].build_absolute_uri(path))


@extend_schema_field({"type": "object", "additionalProperties": {"type": "array"}})
class _Allowed(serializers.DictField):
    child = serializers.ListField(child=serializers.CharField(max_length=200), max_length=500)


class NamingRulesSerializer(serializers.Serializer[Any]):
    """The workspace's naming rules; `allowed` lists the only values of a parameter."""

    lower_case = serializers.BooleanField(default=True)
    separator = serializers.ChoiceField(choices=SEPARATORS, default="-")
    required = serializers.MultipleChoiceField(choices=PARAMETERS)  # type: ignore[assignment]
    allowed = _Allowed(required=False, default=dict)

    def to_representation(self, rules: Any) -> dict[str, Any]:
        """Return the naming rules."""
        return {
            "lower_case": rules.lower_case,
            "separator": rules.separator,
            "required": list(rules.required),
            "allowed": {name: list(values) for name, values in rules.allowed.items()},
        }


def broken(refusal: actions.RulesBroken) -> ValidationError:
    """Return the problem of names that break the workspace's rules, each at its parameter."""
    return ValidationError(
        {
            f"utm_{fault.parameter}": [
                fault.message + (f" “{fault.mended}” would work." if fault.mended else "")
            ]
            for fault in refusal.faults
        }
    )


class LinkView(KeptViewSet):
    """Tracked links."""

    permission = "links.view"
    change_permission = "links.edit"
    permissions_by_action = {"people": "links.edit"}
    serializer_class = LinkSerializer
    queryset = TrackedLink.objects.all()
    filterset_fields = ("program", "channel", "code")
    refused_as = {BadTarget: "target", RuleNotValid: "audience", actions.RulesBroken: broken}

    def keep(self, row: TrackedLink) -> TrackedLink:
        """Save a link; the address of one that stands stays."""
        return actions.save_link(link=row, by=self.membership)

    @extend_schema(request=None, responses=LinkSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: int) -> Response:
        """Retire the link: it leads nowhere from now on."""
        row = actions.retire_link(link=self.get_object())
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses=LinkSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: int) -> Response:
        """Restore a retired link."""
        row = actions.restore_link(link=self.get_object())
        return Response(self.get_serializer(row).data)

    @extend_schema(responses=LinkDaySerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_fields=())
    def days(self, request: Request, pk: int) -> Response:
        """List the latest 366 days on which the link was clicked."""
        found = queries.days_of(self.get_object(), limit=366)
        return Response(LinkDaySerializer(found, many=True).data)

    @extend_schema(
        parameters=[OpenApiParameter("audience", int, required=True)],
        responses=PersonalLinkSerializer(many=True),
    )
    @action(detail=True, filterset_fields=())
    def people(self, request: Request, pk: int) -> Response:
        """List a personal link for each person of an audience who did not refuse contact."""
        link = self.get_object()
        audience = row_named(Audience.objects.all(), request.query_params.get("audience", ""))
        if audience is None:
            raise ValidationError({"audience": ["Name an audience of this workspace."]})
        rows = self.paginate_queryset(queries.reachable(audience))
        context = {**self.get_serializer_context(), "link": link}
        return self.get_paginated_response(
            PersonalLinkSerializer(rows, many=True, context=context).data
        )


class NamingRuleView(WorkspaceViewSet):
    """The workspace's naming rules."""

    permission = "links.view"
    change_permission = "links.edit"
    serializer_class = NamingRulesSerializer
    pagination_class = None
    queryset = TrackedLink.objects.none()
    refused_as = {actions.BadRules: "allowed"}

    @extend_schema(responses=NamingRulesSerializer)
    def list(self, request: Request) -> Response:
        """Return the naming rules."""
        return Response(NamingRulesSerializer(queries.naming_rules()).data)

    @extend_schema(request=NamingRulesSerializer, responses=NamingRulesSerializer)
    def create(self, request: Request) -> Response:
        """Set the naming rules; existing links are left as they are."""
        actions.save_naming_rules(**self.sent(NamingRulesSerializer))
        return Response(NamingRulesSerializer(queries.naming_rules()).data)
