"""How it sounds: stars, the shipped model, the small lexicons; and how hot it is."""

from __future__ import annotations

import pytest

from inbox.evaluation import Sentiment, Severity
from tests.playbooks.triage.saying import evaluated


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("@quillamo worst service ever, still waiting for my refund", "negative"),
        ("@quillamo I am so disappointed, the lid broke on day one", "negative"),
        ("@quillamo the opening hours on the door are from nine to five", "neutral"),
        ("@quillamo thank you so much, this made my day!", "positive"),
        ("@quillamo not happy with this at all", "negative"),
        ("@quillamo seit Wochen nur Ärger, furchtbar", "negative"),
        ("@quillamo Das ist gar nicht gut, leider", "negative"),
        ("@quillamo super Kaffee, toller Laden", "positive"),
        ("@quillamo service horrible, je suis très déçu", "negative"),
        ("@quillamo café excellent, équipe magnifique", "positive"),
        ("@quillamo servicio pésimo, qué vergüenza", "negative"),
        ("@quillamo excelente café, gracias, genial", "positive"),
        ("@quillamo 😡😡", "negative"),
        ("@quillamo 👏👏", "positive"),
        ("@quillamo 💔", "negative"),
    ],
)
def test_messages_sound_as_they_are_meant(text, sentiment):
    assert evaluated(text).sentiment == sentiment


def test_an_explanation_names_words_of_the_message():
    said = evaluated("@quillamo awful, simply awful, I want my money back")
    [heard] = [reason.sentence for reason in said.reasons if reason.rule == "sentiment"]

    assert heard.startswith("Sounds negative (1.00), because of ")
    assert "awful" in heard or "money back" in heard


def test_stars_outweigh_the_words():
    said = evaluated("the worst best thing, awful, horrible", rating=5, kind="review")

    assert (said.sentiment, said.sentiment_score) == (Sentiment.POSITIVE, 1.0)


def test_a_language_without_a_model_is_never_very_sure():
    for text in ("Это не работает, ужасно 😡", "とても残念です 😡", "furchtbar, mies, katastrophe, betrug"):
        assert evaluated(text).sentiment_confidence <= 0.65


def test_below_seven_in_ten_a_person_should_look():
    assert evaluated("Passed the old Quillamo building on the tram").needs_human
    assert not evaluated("@quillamo my parcel still has not arrived and nobody answers").needs_human


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("@quillamo the lid is broken", Severity.CALM),
        ("@quillamo the lid is broken, you are a disgrace", Severity.HEATED),
        ("@quillamo MY ORDER NEVER ARRIVED AGAIN", Severity.HEATED),
        ("@quillamo my lawyer will be in touch", Severity.SEVERE),
        ("@quillamo is there a recall?", Severity.SEVERE),
        ("@quillamo unbelievable, so bloody good, I love it", Severity.CALM),
    ],
)
def test_how_hot_it_is(text, severity):
    assert evaluated(text).severity is severity


def test_somebody_left_waiting_is_heated_by_it():
    assert (
        evaluated("@quillamo broken again, I am sad", author_unanswered_before=2).severity is Severity.HEATED
    )
