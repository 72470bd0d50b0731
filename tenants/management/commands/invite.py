"""`manage.py invite EMAIL`: a seat from the command line, and the first owner of a new installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.accounts import letters
from tenants.accounts.actions import Invitation, first_roles, invite_user
from tenants.accounts.actors import INSTALLER
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
            self.stdout.write(self._way_in(invitation, place=where, at=at))

    def _client_id(self, slug: str) -> int | None:
        if not slug:
            return None
        client: Client | None = Client.objects.filter(slug=slug, closed_at__isnull=True).first()
        if client is None:
            raise CommandError(f"There is no open client “{slug}”. `manage.py open_client` opens one.")
        return int(client.pk)

    def _way_in(self, invitation: Invitation, *, place: str, at: datetime) -> str:
        """What happens next. A link is printed for a new account only, and only where no mail can go out."""
        email = invitation.user.email
        if letters.send_invitation(invitation, place=place):
            return f"An email with the way in was sent to {email}."
        if invitation.is_new:
            link = letters.link_to_pass_on(invitation, by=INSTALLER, at=at)
            return f"No email can be sent, so pass this link on to {email}: choose a password at {link}"
        return (
            f"{email} has an account already: sign in at {letters.sign_in_address()}. Without a password, ask for one "
            f"there, or set it here with `manage.py changepassword {email}`."
        )
