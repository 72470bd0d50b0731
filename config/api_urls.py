"""The API and its description, on every client's host: `/api/v1/…` and `/api/schema/`."""

from __future__ import annotations

from typing import Any

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from inbox.api.description import INTRODUCTION

DESCRIPTION: dict[str, Any] = {
    "DESCRIPTION": INTRODUCTION,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "inbox.api.description.complete",
    ],
}

urlpatterns = [
    path("api/schema/", SpectacularAPIView.as_view(custom_settings=DESCRIPTION), name="api-schema"),
    path("api/v1/", include("inbox.api.urls")),
    path("api/v1/", include("reporting.api.urls")),
]
