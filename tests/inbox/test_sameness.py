"""The same item, an edit of it, or another one: the rule that decides under an id that cannot be trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inbox.sameness import NEW_WORDS, Item, Verdict, asks_anew, judge, likeness, words
from tests.conftest import NOON

LATER = NOON + timedelta(hours=3)
QUESTION = Item("jo", NOON, "Summer sale?", "Does Acmeline have a summer sale?", "https://forum.example/1")

texts = st.lists(st.sampled_from("why is my parcel late again 面 書 ü 12".split()), max_size=12).map(" ".join)
items = st.builds(
    Item,
    author=st.sampled_from(["jo", "mo"]),
    at=st.sampled_from([None, NOON, LATER]),
    title=st.sampled_from(["", "Sale", "Parcel"]),
    text=texts,
    url=st.sampled_from(["", "https://forum.example/1"]),
)
strangers = st.tuples(
    st.lists(st.sampled_from("one two three four five".split()), min_size=1, max_size=9).map(" ".join),
    st.lists(st.sampled_from("six seven eight nine ten".split()), min_size=1, max_size=9).map(" ".join),
)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict.SAME),
        ({"at": LATER}, Verdict.SAME),
        ({"author": "mo"}, Verdict.SAME),
        ({"author": "mo", "at": LATER}, Verdict.OTHER),
        ({"text": "Does Acmeline have a winter sale?"}, Verdict.EDIT),
        ({"text": "Does Acmeline have a summer sale? EDIT: thanks, found it."}, Verdict.EDIT),
        ({"title": "Summer sale"}, Verdict.EDIT),
        ({"at": LATER, "text": "Does Acmeline have a summer sale? Yes."}, Verdict.EDIT),
        ({"text": "You charged me three times. Answer me!"}, Verdict.OTHER),
        ({"at": LATER, "title": "Charged", "text": "Acmeline charged me three times."}, Verdict.OTHER),
        (
            {"at": LATER, "url": "https://forum.example/2", "text": "Does Acmeline have a sale?"},
            Verdict.OTHER,
        ),
        ({"author": "mo", "text": "Does Acmeline have a winter sale?"}, Verdict.OTHER),
        ({"at": None, "text": "Does Acmeline have a winter sale?"}, Verdict.EDIT),
        ({"at": None, "title": "Winter sale?"}, Verdict.OTHER),
    ],
)
def test_what_comes_under_a_known_id_is_told_apart(change, verdict):
    assert judge(QUESTION, replace(QUESTION, **change)) is verdict


def test_numbered_items_of_one_list_are_no_edits_of_each_other():
    clips = [Item("radio", NOON, f"Clip {n}", f"words of clip {n}", "https://radio.example/") for n in "01"]

    assert judge(*clips) is Verdict.OTHER
    assert judge(*(replace(clip, at=None) for clip in clips)) is Verdict.OTHER


@given(item=items)
def test_an_item_is_itself(item):
    assert judge(item, item) is Verdict.SAME


@given(one=items, other=items)
def test_the_rule_does_not_depend_on_which_came_first(one, other):
    assert judge(one, other) is judge(other, one)


@given(one=items, other=items, said=strangers, titles=st.booleans())
def test_items_without_a_word_in_common_are_never_taken_for_one(one, other, said, titles):
    first = replace(one, text=said[0], title=one.title if titles else said[0])
    second = replace(other, text=said[1], title=other.title if titles else said[1])

    assert judge(first, second) is Verdict.OTHER


@given(one=items, other=items)
def test_another_author_with_other_words_is_another_item(one, other):
    assume((one.title, one.text) != (other.title, other.text))

    assert judge(replace(one, author="jo"), replace(other, author="mo")) is Verdict.OTHER


@given(item=items, more=st.sampled_from(["why", "面", "EDIT thanks"]))
def test_words_added_to_a_longer_text_are_an_edit(item, more):
    assume(words(item.text).total() >= 6)

    assert judge(item, replace(item, text=f"{item.text} {more}")) is (
        Verdict.EDIT
        if item.at or item.title or likeness(item, replace(item, text=f"{item.text} {more}")) >= 0.8
        else Verdict.OTHER
    )


@given(one=items, other=items)
def test_likeness_is_a_share(one, other):
    assert 0 <= likeness(one, other) == likeness(other, one) <= 1


@pytest.mark.parametrize(
    ("before", "after", "anew"),
    [
        ("Does it come in gren?", "Does it come in green?", False),
        ("Does it come in green?", "Does it come in green? Thanks!", False),
        ("All good, thanks!", "All good, thanks! EDIT: I was charged three times.", True),
        ("ありがとう", "三回も請求された", True),
        ("Where is my parcel?", "", False),
    ],
)
def test_an_edit_asks_anew_when_it_brings_words_that_were_not_there(before, after, anew):
    assert asks_anew(Item("jo", NOON, "", before), Item("jo", NOON, "", after)) is anew


@given(text=texts, few=st.lists(st.sampled_from(["new", "words"]), max_size=NEW_WORDS - 1))
def test_fewer_words_than_that_are_a_correction(text, few):
    assert not asks_anew(Item("jo", NOON, "", text), Item("jo", NOON, "", " ".join([text, *few])))
