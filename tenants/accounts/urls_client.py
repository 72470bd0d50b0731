"""People and access on a client's host."""

from __future__ import annotations

from django.urls import path

from tenants.accounts import views

app_name = "accounts"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("tokens/", views.tokens, name="tokens"),
    path("hand-over/", views.hand_over, name="hand_over"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
