"""People and access on the agency's host."""

from __future__ import annotations

from django.urls import path

from tenants.accounts import views

app_name = "accounts"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("profile/", views.profile, name="profile"),
    path("sessions/", views.own_sessions, name="sessions"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("brands/", views.brands, name="brands"),
    path("arrived/", views.arrived, name="arrived"),
    path("enter/<slug:slug>/", views.enter, name="enter"),
]
