"""Response curves as JSON, to be read: they are fitted by the product."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from insight.models import ResponseCurve
from insight.numerics.curves import PARAMETERS
from ipeo.api.views import ReadViewSet

_INTERVAL = {
    "type": "object",
    "properties": {name: {"type": "number"} for name in ("value", "low", "high")},
}
_FIGURES = ("contribution", "return", "next", "moved")


class ResponseCurveSerializer(serializers.ModelSerializer[ResponseCurve]):
    """A channel's curve; one that the data did not inform has no figures but how far they moved.

    `drawn` holds weekly spends with the median and the ends of the band of what they bring.
    """

    channel_name = serializers.CharField(source="channel.name", read_only=True)
    figures = serializers.SerializerMethodField()
    drawn = serializers.SerializerMethodField()

    class Meta:
        model = ResponseCurve
        fields: tuple[str, ...] = (
            "id",
            "channel",
            "channel_name",
            "outcome",
            "is_current",
            "is_informed",
            "reason",
            "first_week",
            "last_week",
            "weeks",
            "weeks_with_spend",
            "spend_amount",
            "weekly_spend_amount",
            "figures",
            "drawn",
            "forms",
            "diagnostics",
            "fitted_at",
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(
        {
            "type": "object",
            "properties": {
                **dict.fromkeys(_FIGURES, _INTERVAL),
                "level": {"type": "number"},
            },
        }
    )
    def get_figures(self, row: ResponseCurve) -> dict[str, Any]:
        """Contribution, return, the next unit's return and how far the data moved the prior."""
        shown = (*_FIGURES, "level") if row.is_informed else ("moved", "level")
        return {name: row.figures[name] for name in shown if name in row.figures}

    @extend_schema_field(
        {
            "type": "object",
            "properties": {
                name: {"type": "array", "items": {"type": "number"}}
                for name in ("spend", "mid", "low", "high")
            },
        }
    )
    def get_drawn(self, row: ResponseCurve) -> dict[str, Any]:
        """The curve with its band, empty where there is none."""
        return dict(row.figures.get("curve", {}))


class ResponseCurveDetailSerializer(ResponseCurveSerializer):
    """A curve with the draws of its posterior: one row per draw, columns as in `parameters`."""

    parameters = serializers.SerializerMethodField()

    class Meta(ResponseCurveSerializer.Meta):
        fields = (*ResponseCurveSerializer.Meta.fields, "fit_key", "lags", "parameters", "draws")
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_parameters(self, row: ResponseCurve) -> list[str]:
        """The names of the draws' columns."""
        return list(PARAMETERS)


class ResponseCurveView(ReadViewSet):
    """Response curves: the current ones and those before. Curves of one fit share `fit_key`."""

    permission = "insight.view"
    serializer_class = ResponseCurveSerializer
    queryset = ResponseCurve.objects.select_related("channel")
    filterset_fields = ("channel", "is_current", "is_informed", "outcome")

    def get_queryset(self) -> Any:
        """Lists leave the draws where they are."""
        rows = super().get_queryset()
        return rows.defer("draws") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """A single curve comes with its draws."""
        return ResponseCurveDetailSerializer if self.action == "retrieve" else self.serializer_class
