"""Every sealed credential of the house, and how all of them come under the newest key.

A seal that is under it already is left alone, so an interrupted rotation goes on where it stopped. Rows are locked
while they are renewed: credentials that somebody changes at that moment are not overwritten. A guard test fails
when a model with a `sealed` column is missing here (tests/config/test_rotate_seals.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models, transaction

from inbox.models import Channel
from tenants.kernel import vault
from tenants.kernel.schema import inside, outside
from tenants.models import Client, Route

BATCH = 200

Renew = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Kind:
    """A table that holds seals. `renew` gives a row's seals to a function and keeps what it returns."""

    model: type[models.Model]
    field: str
    renew: Callable[[Any, Renew], None]


@dataclass(slots=True)
class Count:
    """How the seals of one place stand. `lost` names the rows that no listed key opens."""

    place: str
    newest: int = 0
    older: int = 0
    lost: tuple[str, ...] = ()


def _renew_column(row: Any, renew: Renew) -> None:  # noqa: ANN401  # a Route or a Channel
    if row.sealed:
        row.sealed = renew(bytes(row.sealed))


def _renew_second_factor(row: Authenticator, renew: Renew) -> None:
    """A TOTP secret, or the seed of recovery codes; passkeys hold nothing secret (accounts/adapter.py seals)."""
    for name in ("secret", "seed"):
        if name in row.data:
            row.data[name] = renew(row.data[name].encode()).decode()
    if "migrated_codes" in row.data:
        row.data["migrated_codes"] = [renew(code.encode()).decode() for code in row.data["migrated_codes"]]


SHARED = (Kind(Route, "sealed", _renew_column), Kind(Authenticator, "data", _renew_second_factor))
EACH_CLIENT = (Kind(Channel, "sealed", _renew_column),)


def go_through(*, change: bool) -> Iterator[Count]:
    """Place by place: how many seals were under the newest key, and how many were not (and now are, with `change`)."""
    for kind in SHARED:
        with outside():
            count = _go_through_table(kind, Count(_plural(kind)), change=change)
        yield count
    with outside():
        clients = list(Client.objects.order_by("pk"))
    for client in clients:
        for kind in EACH_CLIENT:
            with inside(client):
                count = _go_through_table(kind, Count(f"{client.slug}: {_plural(kind)}"), change=change)
            yield count


def _go_through_table(kind: Kind, count: Count, *, change: bool) -> Count:
    rows = kind.model._default_manager.order_by("pk")  # noqa: SLF001  # Django's name for it
    last = 0
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            changed = [
                row for row in rows.select_for_update().filter(pk__in=ids) if _is_renewed(kind, row, count)
            ]
            if change and changed:
                rows.bulk_update(changed, [kind.field])
        last = ids[-1]
    return count


def _is_renewed(kind: Kind, row: models.Model, count: Count) -> bool:
    """Renew the row's seals in memory; whether any was under an older key."""
    older = count.older

    def renew(sealed: bytes) -> bytes:
        if _is_newest(sealed):
            count.newest += 1
            return sealed
        fresh = vault.reseal(sealed)
        count.older += 1
        return fresh

    try:
        kind.renew(row, renew)
    except vault.CannotOpen:
        count.lost = (*count.lost, f"{kind.model._meta.model_name} {row.pk}")  # noqa: SLF001  # Django's documented name
    return count.older > older


def _is_newest(sealed: bytes) -> bool:
    try:
        Fernet(settings.RAPPORT_SEAL_KEYS[0]).decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _plural(kind: Kind) -> str:
    return str(kind.model._meta.verbose_name_plural)  # noqa: SLF001  # Django's documented name
