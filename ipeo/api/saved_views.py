"""Saved views over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import mixins, serializers
from rest_framework.exceptions import PermissionDenied

from ipeo.actions.saved_views import NoSuchList, NotYours, delete_view, save_view
from ipeo.api.views import ReadViewSet
from ipeo.models import SavedView
from ipeo.queries.saved_views import views_of


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """A list's filter under a name; `query` is what stands behind the list's address."""

    class Meta:
        model = SavedView
        fields = ("id", "page", "name", "query", "is_shared", "owner", "created_at")
        read_only_fields = ("owner", "created_at")
        extra_kwargs: ClassVar = {
            "page": {"help_text": "The list, such as execute:deals."},
        }


class SavedViewView(mixins.CreateModelMixin, mixins.DestroyModelMixin, ReadViewSet):
    """Saved views: one's own, and those that others share."""

    permission = "workspace.view"
    serializer_class = SavedViewSerializer
    queryset = SavedView.objects.none()
    filterset_fields = ("page", "is_shared")
    refused_as = {NoSuchList: "page", NotYours: PermissionDenied}

    def get_queryset(self) -> Any:
        """Return what the caller sees."""
        if getattr(self, "swagger_fake_view", False):
            return SavedView.objects.none()
        return views_of(self.membership)

    def perform_create(self, serializer: Any) -> None:
        """Keep a view; the caller's view of the same name is replaced."""
        serializer.instance = save_view(owner=self.membership, **serializer.validated_data)

    def perform_destroy(self, instance: SavedView) -> None:
        """Forget a view."""
        delete_view(view=instance, by=self.membership)
