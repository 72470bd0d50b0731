"""django-tenants' name for it; ours is `migrate`."""

from tenants.management.commands.migrate import Command

__all__ = ["Command"]
