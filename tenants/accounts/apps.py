from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "tenants.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # It registers itself, which must wait until models are loaded.
        import_module("tenants.accounts.api.openapi")
