"""`manage.py invite EMAIL`: a seat from the command line, and the first owner of a new installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.accounts.actions import first_roles, invite_user
from tenants.accounts.actors import INSTALLER
from tenants.accounts.letters import first_password_path
from tenants.accounts.models import User
from tenants.kernel.errors import Refusal
from tenants.kernel.schema import as_owner, outside
from tenants.models import Client


class Command(BaseCommand):
    help = (
        "Give a person a seat, and print the link with which a first password is chosen. "
        "A new installation begins with: invite you@example.com --name 'Your Name' --role owner"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="As colleagues read it; asked only of new people.")
        parser.add_argument(
            "--role", default="responder", help="A role's short name, such as owner or manager."
        )
        parser.add_argument(
            "--client", default="", help="A client's short name; without it, the whole agency."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        with as_owner(), outside():
            roles = {role.slug: role for role in first_roles(at=at)}
            if options["role"] not in roles:
                raise CommandError(f"There is no role “{options['role']}”. Choose one of {', '.join(roles)}.")
            try:
                invitation = invite_user(
                    by=INSTALLER,
                    name=options["name"] or options["email"].partition("@")[0],
                    email=options["email"],
                    role=roles[options["role"]],
                    client_id=self._client_id(options["client"]),
                    at=at,
                )
            except Refusal as refusal:
                raise CommandError(refusal.sentence) from refusal
        where = options["client"] or "the agency"
        self.stdout.write(f"{invitation.user.name} is {invitation.seat.role.name.lower()} at {where}.")
        self.stdout.write(self._way_in(invitation.user))

    def _client_id(self, slug: str) -> int | None:
        if not slug:
            return None
        client: Client | None = Client.objects.filter(slug=slug, closed_at__isnull=True).first()
        if client is None:
            raise CommandError(f"There is no open client “{slug}”. `manage.py open_client` opens one.")
        return int(client.pk)

    def _way_in(self, user: User) -> str:
        scheme = "https" if settings.RAPPORT_HTTPS else "http"
        port = "" if settings.RAPPORT_HTTPS else f":{settings.RAPPORT_PORT}"
        agency = f"{scheme}://{settings.RAPPORT_BASE_HOST}{port}"
        if user.has_usable_password():
            return f"Sign in at {agency}/accounts/login/ with the password of old."
        return f"Choose a password at {agency}{first_password_path(user)}"
