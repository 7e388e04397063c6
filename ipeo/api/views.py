"""What every view of the API stands on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Model
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.actions.versions import EditedMeanwhile
from ipeo.api.idempotency import IdempotentWrites
from ipeo.api.names import demand_asked, demand_known
from ipeo.api.pagination import PAGING
from ipeo.api.parsers import JSONParser
from ipeo.api.problems import Answer, Conflict, PreconditionFailed, answer_to
from ipeo.models import Membership, Workspace


class WorkspaceViewSet(IdempotentWrites, viewsets.GenericViewSet[Any]):
    """A viewset inside a workspace: say `permission`, and `change_permission` for writes.

    `refused_as` says how that is answered which the actions called here may raise.
    """

    parser_classes: Sequence[type[BaseParser]] = (JSONParser, MultiPartParser)
    permission: str
    change_permission: str | None = None
    permissions_by_action: dict[str, str] = {}
    refused_as: ClassVar[Mapping[type[Exception], Answer]] = {}

    @property
    def workspace(self) -> Workspace:
        """The workspace of the token, or the one the header names."""
        return self.request._request.workspace  # type: ignore[attr-defined,no-any-return]

    @property
    def membership(self) -> Membership:
        """The member who calls."""
        return self.request._request.membership  # type: ignore[attr-defined,no-any-return]

    def sent(self, serializer_class: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """Return what was sent, checked; raises `ValidationError` where it cannot be taken."""
        return self._checked(serializer_class, self.request.data)

    def asked(self, serializer_class: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """Return what the address asks for, checked; raises `ValidationError`."""
        return self._checked(serializer_class, self.request.query_params)

    def _checked(
        self, serializer_class: type[serializers.BaseSerializer[Any]], data: Any
    ) -> dict[str, Any]:
        given = serializer_class(data=data, context=self.get_serializer_context())
        demand_known(given, data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the view's serializer; raises `ValidationError` for names it does not know."""
        made = super().get_serializer(*args, **kwargs)
        if "data" in kwargs:
            demand_known(made, kwargs["data"])
        return made

    def handle_exception(self, error: Exception) -> Response:
        """Answer an action's refusal with a problem document."""
        return super().handle_exception(answer_to(error, self.refused_as))


class ReadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Lists and shows; writes are added by actions.

    A list is in the order of its ids, the newest first or, with `ordering=id`, last: by an order
    that may hold ties a page could begin anew where the one before ended.
    """

    filter_backends = (DjangoFilterBackend, OrderingFilter)
    ordering_fields = ("id",)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the rows; raises `ValidationError` for a filter or an order there is none of."""
        filters = DjangoFilterBackend().get_filterset_class(self, self.get_queryset())
        known = {*PAGING, OrderingFilter.ordering_param}
        demand_asked(
            known if filters is None else known | set(filters.base_filters), request.query_params
        )
        wanted = request.query_params.get(OrderingFilter.ordering_param, "id")
        if wanted.removeprefix("-") not in self.ordering_fields:
            raise ValidationError({OrderingFilter.ordering_param: ["Use id or -id."]})
        return super().list(request, *args, **kwargs)


class KeptViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, ReadViewSet):
    """Rows that are written one by one; `keep` saves one by the action that does.

    `beside` names what is sent with a row and is no column of its own, such as its lines: `keep`
    gets that by name. `fixed` names what is said when the row is made, and then stays.
    """

    beside: ClassVar[Collection[str]] = ()
    fixed: ClassVar[Collection[str]] = ()

    def keep(self, *args: Any, **kwargs: Any) -> Any:
        """Save the row given, with what came beside it by name, and return it as stored."""
        raise NotImplementedError

    def perform_create(self, serializer: Any) -> None:
        """Save a new row."""
        self._keep(serializer, serializer.Meta.model())

    def perform_update(self, serializer: Any) -> None:
        """Save what changed; raises `ValidationError` for what stays as it was made."""
        row = serializer.instance
        changed = [
            name
            for name in self.fixed
            if name in serializer.validated_data
            and serializer.validated_data[name] != getattr(row, name)
        ]
        if changed:
            raise ValidationError({name: ["This cannot be changed."] for name in changed})
        self._keep(serializer, row)

    def _keep(self, serializer: Any, row: Model) -> None:
        sent = dict(serializer.validated_data)
        beside = {name: sent.pop(name) for name in self.beside if name in sent}
        for name, value in sent.items():
            setattr(row, name, value)
        # Read anew, so that the answer is what a read gives, with no list fetched before.
        serializer.instance = self.get_queryset().get(pk=self.keep(row, **beside).pk)


class VersionedViewSet(KeptViewSet):
    """Rows that two people may change at once: each carries a `version`, which is its `ETag`.

    A write may name the version that was read, in `If-Match` or as `version`. Where the row
    stands at another one by then, the answer is 412 or 409, with the row as it stands in
    `current`. `keep` gets the version wanted, which is that of the row just read where none was
    named: what happens between that read and the write is never lost either.
    """

    beside: ClassVar[Collection[str]] = ("version",)

    def perform_create(self, serializer: Any) -> None:
        """Save a new row; it begins at its first version."""
        serializer.validated_data.pop("version", None)
        super().perform_create(serializer)

    def perform_update(self, serializer: Any) -> None:
        """Save what changed, over the version wanted."""
        sent = serializer.validated_data
        sent["version"] = self.version_wanted(sent.get("version"), of=serializer.instance)
        super().perform_update(serializer)

    def version_wanted(self, said: int | None = None, *, of: Any) -> int:
        """Return the version a write goes over: by `If-Match`, as said, or as just read."""
        matched = self._matched()
        version: int = of.version if said is None else said
        return version if matched is None else matched

    def _matched(self) -> int | None:
        sent = self.request.headers.get("If-Match", "").strip()
        if sent in {"", "*"}:
            return None
        found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', sent)
        # What is no version of ours matches no row.
        return int(found[1]) if found else 0

    def handle_exception(self, error: Exception) -> Response:
        """Answer a row that somebody else changed with the row as it stands."""
        if isinstance(error, EditedMeanwhile):
            problem = Conflict if self._matched() is None else PreconditionFailed
            error = problem(
                f"{error} It is now at version {error.current.version}.",
                current=dict(self.get_serializer(error.current).data),
            )
        return super().handle_exception(error)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Give a row's version as its `ETag`."""
        data = response.data
        if response.status_code < 300 and isinstance(data, dict) and "version" in data:
            response.headers["ETag"] = f'"{data["version"]}"'
        return super().finalize_response(request, response, *args, **kwargs)
