"""Where supervisors and Prometheus ask, on every host (tenants/middleware.py, EVERYWHERE)."""

from __future__ import annotations

from django.urls import path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.figures, name="metrics"),
]
