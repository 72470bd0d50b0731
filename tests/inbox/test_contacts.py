"""Handles, profiles and e-mail addresses of authors are for people with the right `view_pii`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.test import Client as Http
from django.utils.timezone import now
from hypothesis import given, strategies

from inbox.connectors.ports import IncomingAuthor
from inbox.contacts import contact, mask, masked_name
from inbox.models import Conversation
from tenants.accounts import actions
from tenants.accounts.actors import INSTALLER
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import inside
from tests.conftest import let_in, person, said
from tests.inbox.api.program import receive

HANDLE = "@zelda.quux"
MAIL = "zelda.quux@mail.example"
PROFILE = "https://social.example/@zelda.quux"
POST = "https://social.example/@zelda.quux/99"


@pytest.fixture
def talk(acme, channel) -> int:
    message = replace(said("m1", at=now() - timedelta(minutes=5)), url=POST)
    author = IncomingAuthor(external_id="z", name="Zelda", handle=HANDLE, url=PROFILE)
    found = receive(acme, channel, replace(message, author=author))[0]
    mailed = replace(said("m2", at=now() - timedelta(minutes=4)), url="")
    mailer = IncomingAuthor(external_id="y", name=MAIL, handle=MAIL)
    receive(acme, channel, replace(mailed, author=mailer))
    return int(found)


def program(acme, *rights):
    with inside(acme):
        _, plain = actions.issue_token(
            by=INSTALLER, client_id=acme.pk, name="p", permissions=set(rights), expires_at=None, at=now()
        )
    return Http(SERVER_NAME="acme.localhost", headers={"authorization": f"Bearer {plain}"})


def reader(acme, role: str) -> Http:
    user = person(f"{role}@acme.example", role.title(), role=role, client=acme)
    http = Http(SERVER_NAME="acme.localhost")
    with inside(acme):
        let_in(http, user)
    return http


def every_answer(http: Http, pk: int, acme) -> str:
    """Everything a reader of conversations can open, as one text."""
    with inside(acme):
        ids = list(Conversation.objects.values_list("pk", flat=True))
    api = ["/api/v1/conversations", *(f"/api/v1/conversations/{one}" for one in ids)]
    api += [f"/api/v1/conversations/{one}/messages" for one in ids]
    pages = ["/", "/rows/", "/?q=order", *(f"/c/{one}/" for one in ids)]
    pages += [
        "/reports/rows/?figure=unanswered",
        "/reports/rows/?figure=received",
    ]
    is_program = "HTTP_AUTHORIZATION" in http.defaults
    answers = [http.get(address) for address in (api if is_program else api + pages)]
    assert {answer.status_code for answer in answers} == {200}, [answer.status_code for answer in answers]
    return "".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("secret", ["zelda.quux", MAIL, "social.example"])
def test_a_token_without_the_right_reads_no_handle_and_no_address(acme, talk, secret):
    http = program(acme, Permission.VIEW)

    assert secret not in every_answer(http, talk, acme)


def test_a_token_with_the_right_reads_them(acme, talk):
    answers = every_answer(program(acme, Permission.VIEW, Permission.VIEW_PII), talk, acme)

    assert all(secret in answers for secret in (HANDLE, MAIL, PROFILE, POST))


@pytest.mark.parametrize("role", ["approver", "auditor"])
def test_pages_show_people_without_the_right_masked_handles(acme, talk, role):
    answers = every_answer(reader(acme, role), talk, acme)

    assert "zelda.quux" not in answers
    assert "social.example" not in answers
    assert "Zelda" in answers
    assert "@z…" in answers


def test_pages_show_people_who_answer_whom_they_answer(acme, talk):
    answers = every_answer(reader(acme, "responder"), talk, acme)

    assert HANDLE in answers
    assert POST in answers


def test_the_api_says_that_something_is_masked(acme, talk):
    shown = program(acme, Permission.VIEW).get(f"/api/v1/conversations/{talk}").json()["author"]
    full = (
        program(acme, Permission.VIEW, Permission.VIEW_PII)
        .get(f"/api/v1/conversations/{talk}")
        .json()["author"]
    )

    assert (shown["name"], shown["handle"], shown["url"], shown["masked"]) == ("Zelda", "@z…", "", True)
    assert (full["handle"], full["url"], full["masked"]) == (HANDLE, PROFILE, False)


# --- The rule -------------------------------------------------------------------------------------------------


@dataclass
class Row:
    name: str
    handle: str
    url: str = PROFILE
    is_brand: bool = False


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("@jo_smith", "@j…"),
        ("jo", "j…"),
        ("jo@mail.example", "j…@…"),
        ("@jo@social.example", "@j…@…"),
        ("", ""),
        ("@", ""),
    ],
)
def test_a_handle_is_masked_to_its_first_letter(handle, shown):
    assert mask(handle) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Jo Smith", "Jo Smith"),
        ("JO_SMITH", "J…"),
        ("@jo_smith", "@j…"),
        ("jo@mail.example", "j…@…"),
        ("Jo <jo@mail.example>", "Jo <…@…"),
        ("", ""),
    ],
)
def test_a_name_is_masked_where_it_is_a_handle_or_an_address(name, shown):
    assert masked_name(name, "@jo_smith") == shown


def test_the_brands_own_account_is_no_secret():
    assert contact(Row("Acme", "@acme", is_brand=True), may_view_pii=False).handle == "@acme"


WORDS = strategies.text(strategies.characters(codec="ascii", categories=["L", "N"]), min_size=4, max_size=20)


@given(local=WORDS, domain=WORDS, name=strategies.sampled_from(["", "{}", "@{}", "{} (shop)"]))
def test_no_address_is_left_of_a_masked_author(local, domain, name):
    address = f"{local}@{domain}.example"
    seen = contact(Row(name.format(address), address), may_view_pii=False)

    assert seen.masked
    assert f"{domain}.example" not in f"{seen.name} {seen.handle} {seen.url}"
    assert local not in f"{seen.name} {seen.handle}"
