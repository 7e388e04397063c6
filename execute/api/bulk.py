"""Touches, deals and expenses by the thousand: one request, one set-based upsert."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions.imports.records import MOST_ROWS, TooManyRows, bring_records
from execute.numerics.fields import FIELDS, Field
from ipeo.api.parsers import JSONParser
from ipeo.api.problems import Answer
from ipeo.api.views import WorkspaceViewSet


class LinesParser(BaseParser):
    """One JSON object a line."""

    media_type = "application/x-ndjson"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the rows; raises `ParseError` with the line that is no JSON."""
        rows = []
        for place, line in enumerate(stream.read().splitlines(), 1):
            if line.strip():
                try:
                    rows.append(json.loads(line))
                except (ValueError, RecursionError) as error:
                    raise ParseError(f"Line {place} is not JSON: {error}") from None
        return rows


class BulkRefusalSerializer(serializers.Serializer[Any]):
    """A row that was not stored."""

    index = serializers.IntegerField(help_text="The row's place among those sent, from 0.")
    field = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """What happened to the rows."""

    rows = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = BulkRefusalSerializer(many=True)
    imported_as = serializers.IntegerField(
        allow_null=True, help_text="The import that can be undone; null where nothing changed."
    )


def _written(field: Field) -> serializers.Field[Any, Any, Any, Any]:
    must = field.required or field.name == "external_id"
    if field.type in {"money", "number", "percent"}:
        return serializers.DecimalField(
            max_digits=18, decimal_places=2, required=must, allow_null=not must
        )
    if field.type == "integer":
        return serializers.IntegerField(required=must, allow_null=not must)
    if field.type == "date":
        return serializers.DateField(required=must, allow_null=not must)
    if field.type == "datetime":
        return serializers.DateTimeField(required=must, allow_null=not must)
    if field.type == "bool":
        return serializers.BooleanField(required=must, allow_null=not must)
    return serializers.CharField(max_length=field.limit, required=must, allow_null=not must)


def _row(kind: str) -> Any:
    return inline_serializer(
        f"Bulk{kind.capitalize()}Row",
        {field.name: _written(field) for field in FIELDS[kind]},
        many=True,
    )


def _described(kind: str) -> Callable[[Any], Any]:
    rows = _row(kind)
    described: Callable[[Any], Any] = extend_schema_view(
        create=extend_schema(
            operation_id=f"{kind}_bulk_create",
            request={"application/json": rows, "application/x-ndjson": rows},
            responses={200: BulkAnswerSerializer, 207: BulkAnswerSerializer},
            description=(
                f"Store up to {MOST_ROWS:,} rows by their external_id: a JSON array, or one object "
                "per line. A known row is updated where it differs; a field that is not sent is "
                "left as it is. Answers 207 if some rows were refused, each with its index and the "
                "reason; the others are stored. An unknown account, channel or product is created "
                "from its name."
            ),
        )
    )
    return described


class BulkView(WorkspaceViewSet):
    """Rows of one kind, by the thousand."""

    kind: ClassVar[str]
    serializer_class = BulkAnswerSerializer
    parser_classes = (JSONParser, LinesParser)
    http_method_names = ("post", "head", "options")
    refused_as: ClassVar[Mapping[type[Exception], Answer]] = {TooManyRows: ValidationError}

    def create(self, request: Request) -> Response:
        """Store the rows."""
        rows = request.data
        if not isinstance(rows, list):
            raise ValidationError("Send a JSON array of rows, or one JSON object a line.")
        brought = bring_records(kind=self.kind, rows=rows, by=self.membership)
        told = {
            "rows": brought.rows,
            "new": brought.new,
            "changed": brought.changed,
            "unchanged": brought.unchanged,
            "refused": len({refusal.line for refusal in brought.refused}),
            "refusals": [
                {
                    "index": refusal.line - 1,
                    "field": refusal.column,
                    "value": refusal.value,
                    "reason": refusal.reason,
                }
                for refusal in brought.refused
            ],
            "imported_as": brought.source.pk if brought.source else None,
        }
        code = status.HTTP_207_MULTI_STATUS if brought.refused else status.HTTP_200_OK
        return Response(told, status=code)


@_described("touches")
class BulkTouchView(BulkView):
    """Touches by the thousand."""

    kind = "touches"
    permission = "touches.view"
    change_permission = "touches.edit"


@_described("deals")
class BulkDealView(BulkView):
    """Deals by the thousand."""

    kind = "deals"
    permission = "deals.view"
    change_permission = "deals.edit"


@_described("expenses")
class BulkExpenseView(BulkView):
    """Expenses by the thousand."""

    kind = "expenses"
    permission = "expenses.view"
    change_permission = "expenses.edit"
