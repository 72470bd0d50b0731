"""Drafts: no save replaces words that its writer had not seen, and what is taken away can be got back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.actions.draft import (
    EARLIER_KEPT,
    LONGEST,
    DraftChanged,
    DraftTooLong,
    lost,
    save_draft,
    set_aside_draft,
)
from inbox.actions.reply import AnsweredMeanwhile, undo_reply
from inbox.connectors.ports import Kind
from inbox.models import Draft, EarlierDraft, Reply
from inbox.queries.conversation import conversation_page
from inbox.wiring import gates
from tests.conftest import said
from tests.inbox.arranging import EVENING, MINUTE, answer, fresh, one_example, receive, the_conversation


def save(talk, text, based_on="", *, by, at=EVENING):
    return save_draft(conversation_id=talk.pk, text=text, private=False, based_on=based_on, by=by, at=at)


def filed():
    return list(EarlierDraft.objects.order_by("id").values_list("text", flat=True))


# --- Two windows ------------------------------------------------------------------------------------


def test_an_older_window_does_not_overwrite_the_newer_draft(talk, ada):
    both_saw = save(talk, "Hello.", by=ada)
    newer = save(talk, "Text from window two.", both_saw.version, by=ada)

    with pytest.raises(DraftChanged) as refused:
        save(talk, "Text from window one.", "0-1", by=ada)
    with pytest.raises(DraftChanged):
        save(talk, "", f"{both_saw.pk}-1", by=ada)

    assert refused.value.newer == newer
    assert Draft.objects.get().text == "Text from window two."


def test_whoever_has_seen_the_newer_draft_replaces_it_and_the_old_text_is_filed(talk, ada):
    newer = save(talk, "Text from window two.", by=ada)

    save(talk, "Another text.", newer.version, by=ada)

    assert (Draft.objects.get().text, filed()) == ("Another text.", ["Text from window two."])


def test_a_text_that_only_goes_on_needs_no_answer_to_the_save_before(talk, ada):
    """The answer to the first save was lost, or the page said goodbye while it was under way."""
    save(talk, "It le", by=ada)

    assert save(talk, "It left", by=ada).text == "It left"
    assert save(talk, "It left", by=ada).number == 2  # the same once more changes nothing
    assert filed() == []


def test_a_late_save_does_not_bring_a_sent_draft_back(talk, ada):
    draft = save(talk, "It left yesterday.", by=ada)
    answer(talk, by=ada)

    with pytest.raises(DraftChanged) as refused:
        save(talk, "It left yesterday.", draft.version, by=ada)

    assert (refused.value.newer, Draft.objects.count()) == (None, 0)


def test_a_version_is_never_used_again(talk, ada):
    first = save(talk, "One.", by=ada).version
    save(talk, "", first, by=ada)

    assert save(talk, "Two.", by=ada).version != first
    with pytest.raises(DraftChanged):
        save(talk, "Three.", first, by=ada)


def test_drafts_of_two_people_do_not_touch(talk, ada, grace):
    save(talk, "Ada's.", by=ada)
    save(talk, "Grace's.", by=grace)

    assert set(Draft.objects.values_list("text", flat=True)) == {"Ada's.", "Grace's."}


# --- What is kept -------------------------------------------------------------------------------------


def test_an_emptied_draft_can_be_got_back(talk, ada):
    draft = save(talk, "A long careful answer that took me five minutes.", by=ada)

    save(talk, "x", draft.version, by=ada)

    assert filed() == ["A long careful answer that took me five minutes."]


def test_small_corrections_are_filed_once_a_minute(talk, ada):
    draft = save(talk, "We are sorry abuot it", by=ada)
    for seconds in range(0, 30, 3):
        at = EVENING + timedelta(seconds=seconds)
        draft = save(talk, f"We are sorry about {seconds}", draft.version, by=ada, at=at)

    assert filed() == ["We are sorry abuot it"]
    save(talk, "We are sorry.", draft.version, by=ada, at=EVENING + 2 * MINUTE)
    assert len(filed()) == 2


def test_no_more_than_twenty_earlier_texts_are_kept(talk, ada):
    version = ""
    for number in range(EARLIER_KEPT + 5):
        text = f"{number} is another text altogether. " + chr(97 + number) * 40
        version = save(talk, text, version, by=ada).version

    assert len(filed()) == EARLIER_KEPT
    assert filed()[-1].startswith(f"{EARLIER_KEPT + 3} ")


def test_a_text_given_up_for_the_newer_one_is_filed_once(talk, ada):
    for _ in range(2):
        set_aside_draft(conversation_id=talk.pk, text="Mine.", private=False, by=ada, at=EVENING)
    set_aside_draft(conversation_id=talk.pk, text="  ", private=False, by=ada, at=EVENING)

    assert (filed(), Draft.objects.count()) == (["Mine."], 0)


def test_a_draft_is_bounded_and_nothing_is_cut(talk, ada):
    assert save(talk, "x" * LONGEST, by=ada)
    with pytest.raises(DraftTooLong, match="nothing was cut"):
        save(talk, "x" * (LONGEST + 1), by=ada)


def test_a_draft_to_a_private_message_is_private(open_channel, ada):
    receive(open_channel, said("1", kind=Kind.DIRECT_MESSAGE, private=True))

    assert save(the_conversation(), "Between us.", by=ada).private


def test_drafts_and_earlier_texts_move_to_the_conversation_that_is_left(channel, ada):
    receive(channel, said("b", in_reply_to="a"), said("c", in_reply_to="x", who="mo"))
    ids = []
    for talk in list(channel.conversations.order_by("pk")):
        save(talk, f"First for {talk.pk}.", save(talk, f"Begun in {talk.pk}.", by=ada).version, by=ada)
        ids.append(talk.pk)

    receive(channel, said("x", in_reply_to="a"))

    assert set(EarlierDraft.objects.values_list("conversation_id", flat=True)) == {the_conversation().pk}
    for pk in ids:  # a save for either goes to the one that is left
        draft = Draft.objects.get()
        save_draft(
            conversation_id=pk, text=f"{draft.text} More.", private=False, based_on="", by=ada, at=EVENING
        )
    assert Draft.objects.get().conversation_id == the_conversation().pk


# --- Sent ---------------------------------------------------------------------------------------------


def queued(talk, ada, **more):
    return answer(talk, by=ada, **more)


def test_the_same_attempt_asked_twice_is_sent_once(talk, ada):
    key = "0b0e2f2c-6b0f-4d8e-9d0e-0a8f6f1c2d3e"

    first = queued(talk, ada, key=key)
    again = queued(talk, ada, key=key)

    assert (first.pk, Reply.objects.count()) == (again.pk, 1)


def test_the_same_attempt_with_other_words_is_judged_anew(talk, ada):
    key = "0b0e2f2c-6b0f-4d8e-9d0e-0a8f6f1c2d3e"
    queued(talk, ada, key=key)

    with pytest.raises(AnsweredMeanwhile):
        queued(talk, ada, text="Something else.", key=key)
    assert Reply.objects.count() == 1


def test_an_undone_attempt_may_be_sent_again(talk, ada):
    key = "0b0e2f2c-6b0f-4d8e-9d0e-0a8f6f1c2d3e"
    undo_reply(reply_id=queued(talk, ada, key=key).pk, by=ada, at=EVENING)

    assert queued(talk, ada, key=key).state == "queued"
    assert Reply.objects.count() == 2


def test_a_newer_draft_of_another_window_outlives_the_sending(talk, ada):
    older = save(talk, "It left", by=ada).version
    newer = save(talk, "A quite different and longer text.", older, by=ada)

    queued(talk, ada, draft_version=older)

    assert fresh(newer).text == "A quite different and longer text."


def test_sending_without_a_version_files_what_the_reply_does_not_say(talk, ada):
    save(talk, "Words of which the reply says nothing.", by=ada)

    queued(talk, ada)

    assert (Draft.objects.count(), filed()) == (0, ["Words of which the reply says nothing."])


def test_the_page_offers_earlier_versions_only_where_there_are_some(talk, ada, acme):
    def composer():
        return conversation_page(
            talk.pk, client=acme, actor=ada, gates=gates(), panels=(), at=EVENING
        ).composer

    draft = save(talk, "One.", by=ada)
    assert (composer().draft_version, composer().has_earlier) == (draft.version, False)
    save(talk, "Two.", draft.version, by=ada)
    assert composer().has_earlier


# --- Any interleaving of windows --------------------------------------------------------------------


@dataclass
class Window:
    """One window as the composer keeps it: its text, and the version and text it has seen."""

    text: str = ""
    version: str = ""
    seen: str = ""


WORDS = st.sampled_from(["a", "b", " word", " other", "A whole sentence of some length. "])
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["type", "cut", "replace", "save", "lose answer", "look"]), WORDS
    ),
    max_size=30,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_save_replaces_words_that_its_window_has_not_seen(talk, ada, steps):
    with one_example():
        windows = [Window() for _ in range(3)]
        for number, (who, what, word) in enumerate(steps):
            window = windows[who]
            if what == "type":
                window.text += word
            elif what == "cut":
                window.text = window.text[: len(window.text) // 2]
            elif what == "replace":
                window.text = word
            elif what == "look":
                draft = Draft.objects.first()
                window.version, window.seen = (draft.version, draft.text) if draft else ("", "")
                window.text = window.seen
            else:
                try_to_save(talk, ada, window, at=EVENING + timedelta(seconds=number), told=what == "save")


def try_to_save(talk, ada, window, *, at, told):
    before = Draft.objects.first()
    standing = before.text if before else ""
    earlier = filed()
    try:
        saved = save(talk, window.text, window.version, by=ada, at=at)
    except DraftChanged:
        assert list(Draft.objects.values_list("text", flat=True)) == ([standing] if before else [])
        return
    had_seen = window.seen == standing and window.version == (before.version if before else "")
    assert had_seen or window.text.startswith(standing) or (not window.text.strip() and not standing)
    if lost(standing.strip(), window.text) >= 20:
        assert standing in filed()
    assert len(filed()) >= min(len(earlier), EARLIER_KEPT)
    if told:
        window.version, window.seen = (saved.version, saved.text) if saved else ("", "")


@given(st.text("ab", max_size=8), st.text("ab", max_size=8))
def test_what_is_lost_is_what_lies_between_the_common_ends(old, new):
    gone = lost(old, new)

    assert 0 <= gone <= len(old)
    if new.startswith(old) or new.endswith(old):
        assert gone == 0
