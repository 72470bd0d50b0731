"""The app that holds the commands of the whole house."""

from __future__ import annotations

from django.apps import AppConfig

from config import celery


class ConfigApp(AppConfig):
    name = "config"
    verbose_name = "The house"
    tasks = celery.app  # loaded with Django, so that every `.delay()` finds this broker
