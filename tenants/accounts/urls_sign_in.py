"""allauth's pages, on the agency's host only, and what we put before them. Included under `accounts/`."""

from __future__ import annotations

from django.urls import include, path

from tenants.accounts import views

urlpatterns = [
    # Before allauth's own, because the first pattern that fits answers.
    path("email/", views.address_is_given),
    path("oidc/<str:provider_id>/login/", views.single_sign_on_begins),
    path("oidc/<str:provider_id>/login/callback/", views.single_sign_on_returns),
    path("", include("allauth.urls")),
]
