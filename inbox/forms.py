"""Cleaning what people type about channels and terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from inbox.connectors.ports import SettingField
from tenants import networks

MAX_SETTING = 2_000
"""Characters of one setting of a connector."""


class TermForm(forms.Form):
    text = forms.CharField(
        label="Listen for", max_length=100, help_text="As people write it, such as the brand’s name."
    )
    fuzzy = forms.BooleanField(label="Also misspelt", required=False, initial=True)
    excludes = forms.CharField(
        label="Not when it contains", required=False, help_text="Words separated by commas.", max_length=500
    )

    def clean_excludes(self) -> list[str]:
        return [word.strip() for word in self.cleaned_data["excludes"].split(",") if word.strip()]


class ChannelForm(forms.Form):
    """A channel's own words; the connector's fields are added by `for_connector`."""

    name = forms.CharField(
        label="Name", max_length=100, help_text="As colleagues know it: “Brand on Mastodon”."
    )
    account = forms.SlugField(
        label="Account", max_length=100, help_text="A short word for the address it is delivered to."
    )
    network = forms.ChoiceField(
        label="Shown as", choices=[(slug, networks.title(slug)) for slug in sorted(networks.TITLES)]
    )
    purpose = forms.CharField(label="What it is for", max_length=300, required=False)
    audience = forms.CharField(label="Who reads it", max_length=300, required=False)

    def __init__(self, *args: Any, fields: Sequence[SettingField] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connector_fields = [field.name for field in fields]
        for field in fields:
            self.fields[field.name] = _field(field)

    def credentials(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name] for name in self.connector_fields if self.cleaned_data.get(name)
        }


def _field(field: SettingField) -> forms.Field:
    if field.kind == "url":
        return forms.URLField(
            label=field.label,
            help_text=field.help,
            required=field.required,
            max_length=MAX_SETTING,
            assume_scheme="https",
        )
    widget = (
        forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"})
        if field.secret
        else forms.TextInput()
    )
    return forms.CharField(
        label=field.label,
        help_text=field.help,
        required=field.required,
        max_length=MAX_SETTING,
        widget=widget,
    )
