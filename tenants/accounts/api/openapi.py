"""How the API's description (OpenAPI) names the two ways to be somebody. Loaded by the app's `ready`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its registration is untyped
    target_class = "tenants.accounts.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:  # noqa: ARG002  # drf-spectacular's signature
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "rpt_…",
            "description": "A token of this client, made under API tokens. It may do what was ticked there.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # as above
    target_class = "tenants.accounts.api.SessionActor"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:  # noqa: ARG002  # as above
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A signed-in person's browser. Changes need the CSRF token in X-CSRFToken.",
        }
