"""The playbooks' addresses on a client's host."""

from django.urls import path

from playbooks import views

app_name = "playbooks"

urlpatterns = [path("promise/<int:conversation_id>/", views.promise, name="promise")]
