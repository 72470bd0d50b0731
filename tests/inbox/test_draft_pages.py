"""The composer's draft over HTTP: its version, the newer text, and a session that has ended."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import resolve

from inbox.actions.draft import save_draft
from inbox.models import Draft, EarlierDraft, Reply
from tenants.kernel.schema import inside
from tenants.models import Client
from tests.conftest import let_in
from tests.guards.walking import addresses
from tests.inbox.arranging import EVENING

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://acme.localhost/"}
SCRIPT = {"Sec-Fetch-Mode": "cors"}
BEACON = {"Sec-Fetch-Mode": "no-cors"}


class AtAcme(Browser):
    """Asks Acme's host, and leaves the test inside Acme as it was before."""

    def request(self, **asked):
        with inside(Client.objects.get(slug="acme")):
            return super().request(**asked)


@pytest.fixture
def stranger() -> Browser:
    """A browser whose session has ended."""
    return AtAcme(SERVER_NAME=f"acme.{settings.RAPPORT_BASE_HOST}")


@pytest.fixture
def http(stranger: Browser, acme, ada_user) -> Browser:
    """Ada's, signed in at Acme."""
    with inside(acme):
        let_in(stranger, ada_user)
    return stranger


def save(http, talk, text, version="", **more):
    form = {"text": text, "draft_version": version, **more}
    return http.post(f"/c/{talk.pk}/draft/", form, headers=SCRIPT)


def test_a_saved_draft_comes_back_with_its_version_and_what_the_gates_think(http, talk):
    answer = save(http, talk, "It left.")

    assert (answer.status_code, answer["Draft-Version"]) == (200, Draft.objects.get().version)
    assert b"Draft saved" in answer.content
    emptied = save(http, talk, "", answer["Draft-Version"])
    assert (emptied.status_code, emptied["Draft-Version"]) == (200, "")


def test_a_newer_draft_is_not_overwritten_but_told(http, talk):
    save(http, talk, "Newer.")

    answer = save(http, talk, "Older.")

    assert answer.status_code == 409
    draft = Draft.objects.get()
    assert (answer.json()["text"], answer.json()["version"]) == ("Newer.", draft.version)
    assert answer.json()["sentence"].endswith(".")
    assert draft.text == "Newer."


def test_a_text_is_set_aside_without_touching_the_draft(http, talk):
    save(http, talk, "Newer.")

    assert save(http, talk, "Given up.", aside="1").status_code == 204

    assert (Draft.objects.get().text, EarlierDraft.objects.get().text) == ("Newer.", "Given up.")
    assert b"Given up." in http.get(f"/c/{talk.pk}/draft/earlier/").content


def test_reading_the_draft_tells_its_version_and_whether_an_attempt_arrived(http, talk):
    version, key = save(http, talk, "It left.")["Draft-Version"], str(uuid4())
    url = f"/c/{talk.pk}/draft/?sent={key}"
    read = http.get(url)

    assert (read.json()["text"], read.json()["version"], read.json()["sent"]) == ("It left.", version, False)
    assert "no-store" in read["Cache-Control"]
    for _ in range(2):  # the same attempt once more: its answer was lost
        sent = http.post(
            f"/c/{talk.pk}/reply/", {"text": "It left.", "key": key, "draft_version": version, "anyway": "0"}
        )
        assert sent.status_code == 302
    assert http.get(url).json() == {"text": "", "version": "", "saved_at": None, "sent": True}
    assert Reply.objects.count() == 1


def test_a_reply_that_is_refused_leaves_the_newer_draft_and_the_page_knows_that_it_is_older(http, talk):
    seen = save(http, talk, "Seen by both.")["Draft-Version"]
    save(http, talk, "Changed in another window.", seen)

    refused = http.post(f"/c/{talk.pk}/reply/", {"text": "x" * 6000, "draft_version": seen}, headers=HTMX)

    assert refused.status_code == 422
    assert Draft.objects.get().text == "Changed in another window."
    assert "x" * 6000 in EarlierDraft.objects.values_list("text", flat=True)
    assert f'data-draft-version="{seen}"'.encode() in refused.content


def test_what_another_person_left_open_is_not_said_under_this_ones_name(http, talk, ada_user):
    for place in ("draft", "reply", "note"):
        answer = http.post(f"/c/{talk.pk}/{place}/", {"text": "Mine.", "writer": str(ada_user.pk + 1)})
        assert answer.status_code == 401, place

    assert (Draft.objects.count(), Reply.objects.count(), talk.notes.count()) == (0, 0, 0)
    assert save(http, talk, "Mine.", writer=str(ada_user.pk)).status_code == 200


@pytest.mark.parametrize("how", [HTMX, SCRIPT, BEACON], ids=["htmx", "script", "beacon"])
def test_nothing_asked_from_within_a_page_is_led_away_when_the_session_has_ended(stranger, acme, talk, how):
    """Every address of a client's host: 401 and a plain sentence, never 200 with HX-Redirect, which passes for done."""
    asked = 0
    for path, _ in addresses("config.urls_client"):
        address = "/" + re.sub(r"<int:\w+>", str(talk.pk), path)
        if "<" in address or address.startswith(("/api/", "/hooks/")):
            continue
        view = resolve(address, urlconf=settings.ROOT_URLCONF).func
        if getattr(view, "anyone", None) or not (
            getattr(view, "allowed", None) or getattr(view, "signed_in", None)
        ):
            continue
        for method in (stranger.post, stranger.get):
            answer = method(address, headers=how)
            assert answer.status_code == 401, address
            assert "HX-Redirect" not in answer, address
            assert answer["Content-Type"].startswith("text/plain"), address
            asked += 1
    assert asked > 40


def test_a_page_itself_still_leads_to_the_sign_in(stranger, talk):
    answer = stranger.get(f"/c/{talk.pk}/")

    assert answer.status_code == 302
    assert f"next=%2Fc%2F{talk.pk}%2F" in answer["Location"]


def test_a_draft_of_somebody_else_is_not_read(http, talk, grace):
    save_draft(conversation_id=talk.pk, text="Grace's.", private=False, based_on="", by=grace, at=EVENING)

    assert http.get(f"/c/{talk.pk}/draft/").json()["text"] == ""
