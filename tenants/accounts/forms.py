"""What people write about people, cleaned."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta
from typing import Any

from django import forms

from tenants.accounts.actors import Actor
from tenants.accounts.models import Role
from tenants.accounts.permissions import Permission
from tenants.accounts.queries import AGENCY, words_for
from tenants.models import Client

AT_AGENCY = "agency"
NEVER = "never"
ENDS = (("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), (NEVER, "never"))


class InviteForm(forms.Form):
    """Whom to give which seat. `place` is a client's id, or the agency."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(max_length=254, label="Email address", help_text="They sign in with it.")
    place = forms.ChoiceField(label="Where", help_text="A seat at the agency reaches every brand.")
    role: forms.ModelChoiceField[Role] = forms.ModelChoiceField(Role.objects.order_by("pk"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = Client.objects.filter(closed_at__isnull=True).order_by("name").values_list("pk", "name")
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101  # for the type checker; declared above
        place.choices = [(AT_AGENCY, AGENCY.capitalize()), *((str(pk), name) for pk, name in clients)]

    @property
    def client_id(self) -> int | None:
        place = self.cleaned_data["place"]
        return None if place == AT_AGENCY else int(place)

    @property
    def place_name(self) -> str:
        """Where, in words."""
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as above
        return str(dict(field.choices)[self.cleaned_data["place"]])  # type: ignore[arg-type]  # set to a list above


class SeatForm(forms.Form):
    """Which role a seat is to have."""

    seat = forms.IntegerField()
    role: forms.ModelChoiceField[Role] = forms.ModelChoiceField(Role.objects.order_by("pk"))


class TokenForm(forms.Form):
    """What a program may do, and until when. Only rights the person has are offered."""

    name = forms.CharField(
        max_length=100, label="Which program", help_text="So that you know later which one to revoke."
    )
    permissions = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="What it may do")
    ends = forms.ChoiceField(choices=ENDS, initial="90", label="Ends")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permissions = self.fields["permissions"]
        assert isinstance(permissions, forms.MultipleChoiceField)  # noqa: S101  # for the type checker; declared above
        permissions.choices = [(right.value, words_for(right)) for right in Permission if actor.may(right)]

    @property
    def chosen(self) -> frozenset[Permission]:
        return frozenset(Permission(word) for word in self.cleaned_data["permissions"])

    def expires_at(self, *, at: datetime) -> datetime | None:
        ends = self.cleaned_data["ends"]
        return None if ends == NEVER else at + timedelta(days=int(ends))


class ProfileForm(forms.Form):
    """What a person says about himself or herself."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.ChoiceField(
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones())],
        label="Time zone",
        help_text="Times are shown in it.",
    )
    languages = forms.RegexField(
        r"^\s*[a-z]{2,3}(\s*,\s*[a-z]{2,3})*\s*$",
        required=False,
        label="Languages you answer in",
        help_text="Two letters each, such as en, de.",
        error_messages={"invalid": "Write two letters for each language, with commas between: en, de."},
    )

    def clean_languages(self) -> list[str]:
        words = self.cleaned_data["languages"].split(",")
        return [word.strip() for word in words if word.strip()]
