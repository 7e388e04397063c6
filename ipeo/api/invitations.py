"""Invitations, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.actions import invitations as actions
from ipeo.actions.members import OwnersOnly
from ipeo.api.problems import Conflict, TooOften
from ipeo.api.views import ReadViewSet
from ipeo.models import Invitation
from ipeo.queries.invitations import invitations


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation. Its link is told by its email alone."""

    state = serializers.ChoiceField(choices=Invitation.State.choices, read_only=True)

    class Meta:
        model = Invitation
        fields = (
            "id",
            "email",
            "role",
            "state",
            "invited_by",
            "invited_at",
            "expires_at",
            "run",
            "accepted_at",
            "accepted_by",
            "withdrawn_at",
        )
        read_only_fields = tuple(name for name in fields if name not in {"email", "role"})


class InvitationView(mixins.CreateModelMixin, ReadViewSet):
    """Invitations by email: each is sent by its run."""

    permission = "members.manage"
    serializer_class = InvitationSerializer
    queryset = invitations()
    filterset_fields = ("email", "role")
    refused_as = {
        actions.AlreadyMember: "email",
        actions.AlreadyInvited: "email",
        OwnersOnly: "role",
        actions.InvitationOver: Conflict,
        actions.TooManyInvitations: lambda refusal: TooOften(refusal, wait=refusal.wait),
    }

    def perform_create(self, serializer: Any) -> None:
        """Invite an address."""
        serializer.instance = actions.invite(by=self.membership, **serializer.validated_data)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: int) -> Response:
        """Send it once more, for as long as a new one; 409 once it was accepted or withdrawn."""
        actions.send_again(invitation=self.get_object(), by=self.membership)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """End it: its link stops working; 409 once it was accepted or withdrawn."""
        actions.withdraw(invitation=self.get_object(), by=self.membership)
        return Response(self.get_serializer(self.get_object()).data)
