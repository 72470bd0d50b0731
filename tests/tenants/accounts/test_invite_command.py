"""`manage.py invite`: how the first owner of an installation comes in."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from tenants.accounts.models import Seat, User
from tenants.kernel.schema import outside


def invited(*arguments: str) -> str:
    out = StringIO()
    call_command("invite", *arguments, stdout=out)
    return out.getvalue()


def test_the_first_owner_chooses_a_password_with_the_link_that_is_printed(db, settings):
    settings.RAPPORT_SENDS_MAIL = False  # EMAIL_URL=console://, the default
    said = invited("ada@agency.example", "--name", "Ada Lovelace", "--role", "owner")

    path = re.findall(r"http://localhost(/\S+)", said)[0]
    browser = Browser(headers={"host": "localhost"})
    form = browser.get(path, follow=True)
    chosen = {"password1": "correct horse battery", "password2": "correct horse battery"}
    browser.post(form.request["PATH_INFO"], chosen)

    with outside():
        ada = User.objects.get(email="ada@agency.example")
        assert Seat.objects.get(user=ada).role.slug == "owner"
    assert ada.check_password("correct horse battery")


def test_a_seat_at_one_client(acme):
    said = invited("lin@acme.example", "--role", "executive", "--client", "acme")

    assert "lin is executive at acme." in said
    with outside():
        assert Seat.objects.get(user__email="lin@acme.example").client_id == acme.pk


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--role", "emperor"), "There is no role “emperor”. Choose one of"),
        (("--client", "nowhere"), "There is no open client “nowhere”."),
    ],
)
def test_what_does_not_exist_is_named(db, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        invited("lin@acme.example", *arguments)


def test_the_same_seat_is_not_given_twice(db):
    invited("ada@agency.example", "--role", "owner")

    with pytest.raises(CommandError, match="has a seat there already"):
        invited("ada@agency.example", "--role", "manager")
