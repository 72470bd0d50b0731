"""The reports' addresses on a client's host."""

from django.urls import path

from reporting import views

app_name = "reporting"

urlpatterns = [
    path("", views.first_response, name="first_response"),
    path("rows/", views.rows, name="rows"),
    path("first-response.csv", views.export, name="export"),
]
