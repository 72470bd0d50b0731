"""The desk's addresses on the agency's host."""

from django.urls import path

from tenants import views

app_name = "desk"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("activity/", views.activity, name="activity"),
]
