"""What every view of the API shares: who acts, what was asked, and an answer with its tag.

A view guards (`allowed`), parses, makes one call and answers. Refusals rise; one handler turns them into
problem documents (RFC 9457).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.http import parse_etags
from django.utils.timezone import now
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission

Serializer = serializers.Serializer[Any]


class Operation(APIView):
    """One address of the API. `allowed` names the right it needs, or the right for each method."""

    allowed: ClassVar[Permission | dict[str, Permission]]
    at: datetime
    """The instant of the request, read once."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.at = now()
        super().initial(request, *args, **kwargs)

    @property
    def actor(self) -> Actor:
        found: Actor = self.request.actor  # type: ignore[attr-defined]  # put there by whoever authenticated the request
        return found

    def asked(self, serializer: type[Serializer]) -> dict[str, Any]:
        """What the body says, cleaned. Raises ValidationError."""
        asked = serializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)


def tagged(
    request: Request,
    data: Mapping[str, Any],
    *,
    version: int | None = None,
    passing: Collection[str] = (),
) -> Response:
    """One resource with its ETag; 304 where the caller has exactly this already.

    The tag is made from everything the answer says (and begins with the version where there is one), so
    that no change can hide behind it. Left out is what only tells how late it is: the fields named in `passing`.
    """
    lasting = _without(data, passing) if passing else data
    digest = sha256(json.dumps(lasting, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:20]
    tag = f'"{digest}"' if version is None else f'"{version}-{digest}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if request.method in ("GET", "HEAD") and ("*" in known or tag in known or f"W/{tag}" in known):
        return Response(status=304, headers={"ETag": tag})
    return Response(data, headers={"ETag": tag})


def _without(value: Any, names: Collection[str]) -> Any:  # noqa: ANN401  # JSON of any shape
    """The value without the fields of these names, at whatever depth."""
    if isinstance(value, Mapping):
        return {name: _without(inner, names) for name, inner in value.items() if name not in names}
    if isinstance(value, list):
        return [_without(inner, names) for inner in value]
    return value
