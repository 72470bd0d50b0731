"""The shared rows: clients and their hosts, what arrived from outside, where it belongs, and the desk.

All of it lives in the public schema. Where a table holds rows of several clients, PostgreSQL shows a
client's role its own rows only (kernel/rights.py). Text of people is kept in the client schemas; the
one exception is a receipt, which holds a delivery until the client's schema has it.
"""

from __future__ import annotations

from enum import StrEnum

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django_tenants.models import DomainMixin, TenantMixin

from tenants.kernel.constraints import one_of, together

COLOUR = RegexValidator(
    r"^#[0-9a-fA-F]{6}$", "Write the colour as # and six hexadecimal digits, such as #0b5fff."
)


class Client(TenantMixin):
    """One brand the agency works for, with a PostgreSQL schema of its own."""

    auto_create_schema = False
    auto_drop_schema = False

    slug = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    colour = models.CharField(max_length=7, default="#3b5bdb", validators=[COLOUR])
    time_zone = models.CharField(max_length=50, default="UTC")
    languages = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=models.F("opened_at")),
                name="tenants_client_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Host(DomainMixin):
    """A host name that leads to a client, or to the agency itself."""

    def __str__(self) -> str:
        return str(self.domain)


class Blueprint(models.Model):
    """What a freshly migrated client schema looks like, as DDL (kernel/blueprint.py). One row."""

    drawing = models.TextField()
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Blueprint of {self.drawn_at:%Y-%m-%d %H:%M}"


class ReceiptState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    READ = "read"
    POISONED = "poisoned"
    """Read, and not one of its items could be used."""
    FAILED = "failed"
    """Reading it failed too often; it waits for a person to have it tried again."""
    UNROUTABLE = "unroutable"


NEEDS_A_PERSON = Q(state="failed") | Q(aside__gt=0) | Q(conflicts__gt=0)
"""Receipts that are shown under Deliveries beside those that lead nowhere."""


class Receipt(models.Model):
    """One webhook delivery or poll page as it came, stored before anybody reads it.

    While it waits, `items` counts what was dealt with so far; afterwards, everything it held. `poisoned` lists
    the first items that were set aside, and `aside` says how many there were in all. Of an unroutable delivery
    `body` holds the beginning only.
    """

    network = models.CharField(max_length=30)
    delivery_id = models.CharField(max_length=200)
    client_id = models.BigIntegerField(null=True)
    channel_id = models.BigIntegerField(null=True)
    account = models.CharField(max_length=200, default="")
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, default=ReceiptState.WAITING)
    read_at = models.DateTimeField(null=True)
    items = models.PositiveIntegerField(default=0)
    poisoned = models.JSONField(default=list)
    aside = models.PositiveIntegerField(default=0, db_default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    """How often reading it by itself was begun since it last got on."""
    alone = models.BooleanField(default=False, db_default=False)
    """A batch with it was begun. If that batch did not come to its end, it is read by itself from then on."""
    not_before = models.DateTimeField(null=True)
    """Reading it does not begin before: somebody is at it, or the last attempt failed."""
    trouble = models.CharField(max_length=500, default="", db_default="")
    """Why the last attempt failed."""
    body_hash = models.CharField(max_length=64, default="", db_default="")
    """SHA-256 of the whole body in hexadecimal; empty for poll pages and for rows older than the column."""
    body_size = models.PositiveIntegerField(null=True)
    """Bytes of the whole body, where `body` is cut."""
    origin = models.CharField(max_length=50, default="", db_default="")
    """The network an unroutable delivery came from."""
    conflicts = models.PositiveIntegerField(default=0, db_default=0)
    """How often its id came again with another body."""
    conflict_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "account", "delivery_id"], name="tenants_receipt_stored_once"
            ),
            one_of("state", ReceiptState, name="tenants_receipt_state_is_known"),
            together("client_id", "channel_id", name="tenants_receipt_route_whole"),
        ]
        indexes = [
            # Reader: inbox.actions.receive, the client's next batch in order of arrival.
            models.Index(
                fields=["client_id", "id"], condition=Q(state="waiting"), name="tenants_receipt_waiting"
            ),
            # Reader: the agency's page of deliveries nobody could place.
            models.Index(fields=["-id"], condition=Q(state="unroutable"), name="tenants_receipt_unroutable"),
            # Reader: the agency's list of deliveries that need a person.
            models.Index(fields=["-id"], condition=NEEDS_A_PERSON, name="tenants_receipt_attention"),
            # Reader: the same list of one client, through its API.
            models.Index(
                fields=["client_id", "-id"], condition=NEEDS_A_PERSON, name="tenants_receipt_of_client"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.delivery_id}"


class ReadingTurn(models.Model):
    """Who reads a client's receipts at the moment. One reader a client, so that a flood cannot occupy all workers.

    The reader holds a token until an instant and hands it on with the task that continues its work. A reader that
    was killed loses its turn when that instant has passed.
    """

    client_id = models.BigIntegerField(unique=True)
    token = models.UUIDField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.client_id} until {self.until:%H:%M:%S}"


class Route(models.Model):
    """Which client and channel an outside account belongs to, and the sealed secrets that prove its deliveries."""

    network = models.CharField(max_length=30)
    account = models.CharField(max_length=200)
    client_id = models.BigIntegerField()
    channel_id = models.BigIntegerField()
    sealed = models.BinaryField(default=b"")
    name = models.CharField(max_length=100, default="")
    shown_as = models.CharField(max_length=30, default="")
    trouble = models.CharField(max_length=500, default="")
    trouble_since = models.DateTimeField(null=True)
    stopped = models.BooleanField(default=False)
    """Nothing comes in at all; otherwise `trouble` says it is late. Kept here for the agency's desk."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "account"], name="tenants_route_leads_to_one_channel"),
            models.UniqueConstraint(
                fields=["client_id", "channel_id"], name="tenants_route_one_for_a_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network}:{self.account}"


class NetworkPolicy(models.Model):
    """What a network permits, as dated and sourced data: limits, windows, actions (networks.md)."""

    network = models.CharField(max_length=30)
    item = models.CharField(max_length=30, default="")
    text_limit = models.PositiveIntegerField(null=True)
    counting = models.CharField(max_length=12, default="characters")
    byte_limit = models.PositiveIntegerField(null=True)
    reply_window_hours = models.PositiveIntegerField(null=True)
    human_window_hours = models.PositiveIntegerField(null=True)
    actions = models.JSONField(default=dict)
    source = models.TextField()
    checked_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "item", "valid_from"], name="tenants_networkpolicy_one_version_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.item} from {self.valid_from}"


class DeskItem(models.Model):
    """Open work of one client without its text: enough to rank it on the agency's desk."""

    client_id = models.BigIntegerField()
    conversation_id = models.BigIntegerField()
    network = models.CharField(max_length=30)
    status = models.CharField(max_length=20)
    stage = models.CharField(max_length=20)
    priority = models.PositiveSmallIntegerField()
    intent = models.CharField(max_length=20, default="")
    severity = models.CharField(max_length=10, default="")
    language = models.CharField(max_length=10, default="")
    waiting_since = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    assignee_id = models.BigIntegerField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client_id", "conversation_id"], name="tenants_deskitem_one_per_talk"
            ),
        ]
        indexes = [
            # Reader: tenants.queries.desk, the ranked list over all brands.
            models.Index(fields=["-priority", "waiting_since", "id"], name="tenants_deskitem_rank"),
            # Reader: the strip of brands and a person's own work.
            models.Index(fields=["assignee_id"], name="tenants_deskitem_assignee"),
            # Reader: the strip's count of clocks that ran out.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="tenants_deskitem_due"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}/{self.conversation_id}"


class PendingEntry(models.Model):
    """An entry that the agency owes a client's ledger: written with the change it tells of, recorded right after.

    The agency's login has no rights in a client's schema. The client's own login records the entry and removes
    this row in one transaction (ledger/pending.py), so it is recorded once, whatever is killed in between.
    """

    client_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    conversation_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    causation_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36, default="")

    class Meta:
        # Reader: ledger.pending, one client's in the order in which they were written.
        indexes = [models.Index(fields=["client_id", "id"], name="tenants_pendingentry_client")]

    def __str__(self) -> str:
        return f"{self.kind} for client {self.client_id}"
