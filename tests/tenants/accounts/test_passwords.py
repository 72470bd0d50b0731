"""Choosing a password: how long it must and may be, and the mail that tells its owner."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError

from tenants.accounts.models import User
from tenants.kernel.schema import outside
from tests.tenants.accounts.browsing import AGENCY, PASSWORD

CHANGE = f"{AGENCY}/accounts/password/change/"
NEW = "a longer and quite new password"


@pytest.mark.parametrize("password", ["kq7 zmw x2v9", "🐳" * 12, "x y " * 32])
def test_twelve_to_128_characters_of_any_kind_are_taken(password):
    validate_password(password)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("kq7zmwx2v9t", "at least 12 characters"),
        ("x y " * 32 + "z", "at most 128 characters"),
        ("q1w2e3r4t5y6", "too common"),
    ],
)
def test_a_password_that_is_too_short_too_long_or_common_is_refused(password, sentence):
    with pytest.raises(ValidationError, match=sentence):
        validate_password(password)


def test_a_changed_password_is_told_to_its_owner_by_mail(visitor, ada_user):
    visitor.sign_in(ada_user, next_path="/profile/")

    visitor.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    with outside():
        assert User.objects.get(pk=ada_user.pk).check_password(NEW)
    assert [letter.to for letter in mail.outbox] == [["ada@acme.example"]]
    assert "password has been changed" in mail.outbox[0].body


def test_the_current_password_is_asked_for(visitor, ada_user):
    visitor.sign_in(ada_user, next_path="/profile/")

    visitor.post(CHANGE, {"oldpassword": "not mine", "password1": NEW, "password2": NEW})

    with outside():
        assert User.objects.get(pk=ada_user.pk).check_password(PASSWORD)
    assert mail.outbox == []
