"""People, their seats, roles and sessions, API tokens, and the slip that carries a sign-in to another host."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from tenants.kernel.schema import PUBLIC, current_schema

PRIVATE = ("email", "password")
"""Columns of a user that no client's login may read (kernel/rights.py)."""


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address. (Django wants this name and these two methods.)

    Inside a client people come without their private columns; asking for one there is an error of the database.
    """

    def get_queryset(self) -> QuerySet[User]:
        people = super().get_queryset()
        return people if current_schema() == PUBLIC else people.defer(*PRIVATE)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """A person who signs in. Exists once; what he or she may do where is said by seats."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100)
    languages = models.JSONField(default=list)
    time_zone = models.CharField(max_length=50, default="UTC")
    capacity = models.PositiveSmallIntegerField(default=20)
    is_active = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True)
    """The last minute in which he or she was seen at work, for the desk."""
    joined_at = models.DateTimeField(auto_now_add=True)
    session_secret = models.CharField(max_length=64, default="", editable=False)
    """Changes with the password and tells nothing about it, so that sessions at a client end with a new password
    without the hash being readable there."""
    # Django would write here at each sign-in, also on client hosts, whose role may not change users.
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        base_manager_name = "objects"  # a seat's user, too, comes without private columns inside a client
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_is_one_persons")]

    def __str__(self) -> str:
        return self.name or f"Person {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the session secret in step with the password."""
        if "password" not in self.get_deferred_fields():
            self.session_secret = session_secret(self.password)
            fields = kwargs.get("update_fields")
            if fields is not None and "password" in fields:
                kwargs["update_fields"] = {*fields, "session_secret"}
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's own is made of the password's hash, which a client's login may not read."""
        return salted_hmac(SESSION_SALT, self.session_secret, secret=secret, algorithm="sha256").hexdigest()

    @property
    def initials(self) -> str:
        words = str(self).split()
        return "".join(word[0] for word in words[:2]).upper()


SESSION_SALT = "tenants.accounts.session"


def session_secret(password_hash: str) -> str:
    """A value that changes whenever the password does. Without SECRET_KEY neither can be made of the other."""
    return salted_hmac(f"{SESSION_SALT}.secret", password_hash, algorithm="sha256").hexdigest()


class Role(models.Model):
    """A name for a set of permissions. Data, so that an agency can add its own."""

    slug = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=50)
    sentence = models.CharField(max_length=200)
    permissions = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """One person's role at one client, or at the agency (client_id is null), which reaches every client."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="seats")
    client_id = models.BigIntegerField(null=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="seats")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client_id"], nulls_distinct=False, name="accounts_seat_one_per_place"
            ),
        ]
        # Reader: row-level security on users, and the people page of a client.
        indexes = [models.Index(fields=["client_id"], name="accounts_seat_client")]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role_id} at {self.client_id or 'the agency'}"


class ApiToken(models.Model):
    """A program's key, limited to one client and to permissions. Only its hash is kept."""

    client_id = models.BigIntegerField()
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    hashed = models.CharField(max_length=64)
    permissions = models.JSONField(default=list)
    made_by_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=models.F("made_at")),
                name="accounts_apitoken_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class UserSessionQuerySet(models.QuerySet["UserSession"]):
    def alive(self, *, at: datetime) -> UserSessionQuerySet:
        """Not ended by anybody, begun and last used recently enough (SESSION_COOKIE_AGE, RAPPORT_SESSION_IDLE)."""
        return self.filter(
            ended_at__isnull=True,
            began_at__gt=at - timedelta(seconds=settings.SESSION_COOKIE_AGE),
            seen_at__gt=at - timedelta(seconds=settings.RAPPORT_SESSION_IDLE),
        )


class UserSession(models.Model):
    """One sign-in in one browser: the session at the agency and every client session opened from it.

    Django's own session rows, one per host, hold this row's id; they are good as long as this row is alive.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    device = models.CharField(max_length=60)
    """Browser and system in words; the header itself is not kept."""
    address = models.CharField(max_length=45)
    """Of the network: the last part of the address is not kept."""
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    """The last minute in which its person asked for something, on any host."""
    seen_client_id = models.BigIntegerField(null=True)
    """The client where that was; null at the agency."""
    ended_at = models.DateTimeField(null=True)

    objects = UserSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at__gte=models.F("began_at")),
                name="accounts_usersession_seen_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} of {self.user_id}"


class Handover(models.Model):
    """A single-use slip, good for 30 seconds, that signs a person in on one client's host (DESIGN.md §3)."""

    client_id = models.BigIntegerField()
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    session = models.ForeignKey(UserSession, on_delete=models.CASCADE)
    """The sign-in at the agency from which it was made; the session at the client ends with it."""
    hashed = models.CharField(max_length=64, unique=True)
    goes_to = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Handover of {self.user_id} to {self.client_id}"
