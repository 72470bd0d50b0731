"""allauth's pages, on the agency's host only, and what we put before them. Included under `accounts/`."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect.views import login as openid_connect_login
from django.urls import include, path

from tenants.accounts import views
from tenants.accounts.guards import anyone

single_sign_on = anyone("It is one of the ways to sign in.")(views.leaving(openid_connect_login))

urlpatterns = [
    # Before allauth's own, because the first pattern that fits answers.
    path("email/", views.address_is_given),
    path("oidc/<str:provider_id>/login/", single_sign_on),
    path("", include("allauth.urls")),
]
