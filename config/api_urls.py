"""The API and its description, on every client's host: `/api/v1/…` and `/api/schema/`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView

from inbox.api.description import INTRODUCTION
from tenants.accounts.guards import anyone
from tenants.kernel.errors import NotFound

DESCRIPTION: dict[str, Any] = {
    "DESCRIPTION": INTRODUCTION,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "inbox.api.description.complete",
    ],
}


@anyone("There is nothing here, for whoever asks.")
@csrf_exempt
def nothing(_request: HttpRequest, _rest: str = "") -> HttpResponse:
    """Every other address below `/api/`: a problem document, where pages would say it in HTML."""
    raise NotFound("The API has no such address. /api/schema/ lists those it has; they end without a slash.")


urlpatterns = [
    path("api/schema/", SpectacularAPIView.as_view(custom_settings=DESCRIPTION), name="api-schema"),
    path("api/v1/", include("inbox.api.urls")),
    path("api/v1/", include("reporting.api.urls")),
    path("api/", nothing),
    path("api/<path:_rest>", nothing),
]
