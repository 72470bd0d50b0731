"""The addresses of the reports' API, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from reporting.api import views

urlpatterns = [
    path("reports/first-response", views.FirstResponse.as_view()),
    path("reports/first-response/rows", views.FirstResponseRows.as_view()),
]
