"""What a list of conversations can be narrowed by. A filter that does not exist is refused, never ignored."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from inbox.api.reading import ORDERS
from inbox.api.serializers.common import BIGGEST_ID, in_utc, strange
from inbox.evaluation import Intent, Sentiment, Severity
from inbox.models import Conversation, Message
from inbox.queries.views import BY_KEY
from inbox.states import Stage, Status
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission

LONGEST_SEARCH = 200
PAGING = ("cursor", "limit")


class IdField(forms.IntegerField):
    """The id of a row: a whole number, where a decimal would be cut in silence."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST_ID, **kwargs)


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(django_filters.Filter):
    """Rows of one id."""

    field_class = IdField


class InstantField(forms.CharField):
    """A moment with its zone. In an address a plus sign is a space, so `… 02:00` means `…+02:00`."""

    def to_python(self, value: object) -> datetime | None:  # type: ignore[override]  # a field cleans to what it is for
        text = super().to_python(value)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise forms.ValidationError("Write the moment as in 2026-03-01T09:30:00Z.") from None
        if moment.tzinfo is None:
            raise forms.ValidationError(
                "Say the zone, as in 2026-03-01T09:30:00Z or 2026-03-01T10:30:00%2B01:00."
            )
        try:
            return in_utc(moment)
        except ValueError:
            raise forms.ValidationError("Choose a moment between the years 1 and 9999 in UTC.") from None


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(django_filters.Filter):
    """Rows before, or from, a moment on."""

    field_class = InstantField


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class ConversationFilters(django_filters.FilterSet):
    """Filters are joined by "and"; several values of one filter by "or"."""

    view = django_filters.ChoiceFilter(
        method="by_view", choices=[(key, key) for key in BY_KEY], help_text="One of the inbox's views."
    )
    status = django_filters.MultipleChoiceFilter(
        choices=_choices(Status), help_text="May be given several times."
    )
    stage = django_filters.MultipleChoiceFilter(
        choices=_choices(Stage), help_text="May be given several times."
    )
    assignee = IdFilter(field_name="assignee_id", help_text="A user's id.")
    channel = IdFilter(field_name="channel_id", help_text="A channel's id.")
    language = django_filters.CharFilter(max_length=10, help_text="ISO 639-1 code, or `und`.")
    intent = django_filters.MultipleChoiceFilter(
        choices=_choices(Intent), help_text="May be given several times."
    )
    severity = django_filters.MultipleChoiceFilter(
        choices=_choices(Severity), help_text="May be given several times."
    )
    sentiment = django_filters.MultipleChoiceFilter(
        choices=_choices(Sentiment), help_text="May be given several times."
    )
    tag = django_filters.CharFilter(method="by_tag", max_length=40, help_text="Conversations with this tag.")
    waiting_since_before = InstantFilter(
        field_name="waiting_since",
        lookup_expr="lt",
        help_text="Somebody has been waiting since before this moment.",
    )
    waiting_since_after = InstantFilter(
        field_name="waiting_since",
        lookup_expr="gte",
        help_text="Somebody has been waiting since this moment or later.",
    )
    q = django_filters.CharFilter(
        method="by_words",
        max_length=LONGEST_SEARCH,
        help_text='All these words in one message; "…" for a phrase, - for what must not be there, `or` between.',
    )
    ordering = django_filters.ChoiceFilter(
        method="in_order",
        choices=[(key, key) for key in ORDERS],
        help_text="`rank`: the hottest first, then who waits longest. `recent`: by the last word said. "
        "Without it, the order of the view; `rank` where no view is named.",
    )

    class Meta:
        model = Conversation
        fields: list[str] = []

    def __init__(self, data: QueryDict, rows: QuerySet[Conversation], *, actor: Actor, at: datetime) -> None:
        super().__init__(data=data, queryset=rows)
        self.actor, self.at = actor, at

    def narrowed(self) -> QuerySet[Conversation]:
        """The rows that pass every filter. Raises ValidationError, naming each filter that cannot be read."""
        unknown = (name for name in self.data if name not in self.filters and name not in PAGING)
        known = ", ".join([*self.filters, *PAGING])
        if errors := strange(unknown, f"There is no such filter. Known: {known}."):
            raise ValidationError(errors)
        if empty := [name for name in self.data if self._is_empty(name)]:
            raise ValidationError({name: ["Give it a value, or leave it out."] for name in empty})
        if not self.is_valid():
            raise ValidationError(
                {name: [str(line) for line in lines] for name, lines in self.errors.items()}
            )
        return self.qs  # type: ignore[no-any-return]  # django-filter is untyped

    def _is_empty(self, name: str) -> bool:
        """Asked for with nothing: only a text may be empty."""
        is_text = isinstance(self.filters.get(name), django_filters.CharFilter)
        return name not in PAGING and not is_text and "" in self.data.getlist(name)

    def by_view(self, rows: QuerySet[Conversation], _: str, key: str) -> QuerySet[Conversation]:
        if key == "mine" and self.actor.user_id is None:
            raise ValidationError(
                {"view": ["A program has no work of its own. Ask for `assignee` with a user's id."]}
            )
        return rows.filter(BY_KEY[key].holds(self.actor.user_id, self.at))

    def by_tag(self, rows: QuerySet[Conversation], _: str, tag: str) -> QuerySet[Conversation]:
        return rows.filter(tags__contains=[" ".join(tag.lower().split())])

    def by_words(self, rows: QuerySet[Conversation], _: str, words: str) -> QuerySet[Conversation]:
        """Private messages are searched only for who may read them: a hit would tell what they say."""
        asked = SearchQuery(words, config="simple", search_type="websearch")
        said = Message.objects.filter(words=asked)
        if not self.actor.may(Permission.VIEW_PRIVATE):
            said = said.filter(private=False)
        return rows.filter(pk__in=said.values("conversation_id"))

    def in_order(self, rows: QuerySet[Conversation], _: str, __: str) -> QuerySet[Conversation]:
        """The order is the page's (inbox.api.pages); here its name is only checked."""
        return rows
