"""allauth's forms with our labels: sentence case, one word for one thing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeVar

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, SetPasswordForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.validators import MaxLengthValidator

FormClass = TypeVar("FormClass", bound=type[forms.Form])

AGAIN = "Repeat the password"
LONGEST = 128
"""Characters of a password (tenants/accounts/passwords.py) or of a passkey's name."""


def _bounded(form_class: FormClass) -> FormClass:
    """Give each text of the form an end; allauth's have none."""
    for name, field in form_class.base_fields.items():
        if isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField):
            bounded = deepcopy(field)
            bounded.max_length = LONGEST
            bounded.validators = [*bounded.validators, MaxLengthValidator(LONGEST)]
            form_class.base_fields[name] = bounded
    return form_class


def _relabel(form: forms.Form, **labels: str) -> None:
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)  # it repeats the label


@_bounded
class ChangePassword(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, oldpassword="Current password", password1="New password", password2=AGAIN)  # labels


@_bounded
class SetPassword(SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, password1="Password", password2=AGAIN)  # labels


@_bounded
class ResetPassword(ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, password1="New password", password2=AGAIN)  # labels


@_bounded
class AddPasskey(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passwordless = self.fields["passwordless"]
        passwordless.label = "Sign in without a password"
        passwordless.help_text = (
            "The passkey then checks your finger, face or PIN. Without this it is a second step only."
        )
