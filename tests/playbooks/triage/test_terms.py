"""Listening terms (M11): what matches, also misspelt, what does not, and why."""

from __future__ import annotations

from string import ascii_lowercase

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from inbox.evaluation import BrandFacts, ListeningTermFacts, MatchKind
from playbooks.triage.normalise import read
from playbooks.triage.terms import index_for, tolerance
from playbooks.triage.words import common_words
from tests.playbooks.triage.saying import BRAND, evaluated


def found(text, *terms, handles=(), name="Nobody"):
    """(term, words found, how, distance) of each match."""
    listened = tuple(ListeningTermFacts(term) if isinstance(term, str) else term for term in terms)
    answer = index_for(listened, tuple(handles), name).match(read(text))
    return [(match.term, match.found, match.how.value, match.distance) for match in answer.matches]


@pytest.mark.parametrize(
    ("text", "word", "distance"),
    [
        ("my quillamo is broken", "quillamo", 0),
        ("my QUILLÁMO is broken", "quillamo", 0),
        ("my quilamo is broken", "quilamo", 1),
        ("my quillammo is broken", "quillammo", 1),
        ("my qiullamo is broken", "qiullamo", 1),
        ("my quilalmo, is broken", "quilalmo", 1),
        ("my qilamo is broken", "qilamo", 2),
        ("my quillamoes are broken", "quillamoes", 2),
    ],
)
def test_a_term_of_eight_letters_may_be_two_off(text, word, distance):
    how = "misspelt" if distance else "exact"

    assert found(text, "Quillamo") == [("Quillamo", word, how, distance)]


@pytest.mark.parametrize("word", ["quilo", "kuillamo", "uquillamo", "quiyyamoo", "quilt"])
def test_three_letters_off_or_another_first_letter_is_another_word(word):
    assert found(f"my {word} is broken", "Quillamo") == []


@pytest.mark.parametrize(("word", "matches"), [("brewzza", 1), ("berwza", 1), ("brwza", 1), ("brezwaa", 0)])
def test_a_term_of_six_letters_may_be_one_off(word, matches):
    assert len(found(f"a {word} please", "Brewza")) == matches


@pytest.mark.parametrize("word", ["qco", "QCo", "q-co", "qc0", "qcoo", "qcos"])
def test_a_term_of_four_letters_or_fewer_matches_exactly(word):
    assert bool(found(f"a {word} please", "QCo")) is (word.lower() == "qco")


@pytest.mark.parametrize(
    ("term", "common", "misspelt"),
    [("Cannon", "cannot", "cannno"), ("Brothe", "brother", "brothee"), ("Waitrost", "waiters", "waitorst")],
)
def test_a_common_word_is_never_taken_for_a_misspelt_brand(term, common, misspelt):
    assert found(f"they {common} come", term) == []
    assert [match[1] for match in found(f"they {misspelt} come", term)] == [misspelt]


def test_a_common_word_that_is_the_term_itself_matches():
    assert found("I ordered at apple yesterday", "Apple") == [("Apple", "apple", "exact", 0)]


def test_a_term_that_is_to_match_exactly_does():
    term = ListeningTermFacts("Espressimo", fuzzy=False)

    assert found("the espressimo", term) == [("Espressimo", "espressimo", "exact", 0)]
    assert found("the espresimo", term) == []


@pytest.mark.parametrize("name", ["@flyquillamo", "#QuillamoFail", "@quillamo_uk", "@askquillamo"])
def test_a_long_term_is_found_inside_a_handle_or_a_tag(name):
    [(term, said, _, distance)] = found(f"{name} hello", "Quillamo")

    assert (term, said, distance) == ("Quillamo", name.lower(), 0)


def test_a_short_term_is_not_found_inside_a_handle_or_a_tag():
    assert found("@myquimoday #quimofest", "Quimo") == []
    assert found("#quimo", "Quimo") == [("Quimo", "quimo", "exact", 0)]


def test_a_long_term_is_not_found_inside_an_ordinary_word():
    assert found("antiquillamoism", "Quillamo") == []


def test_a_term_of_two_words_is_found_together_apart_and_misspelt():
    assert found("the crema norte is sour", "Crema Norte")[0][2:] == ("exact", 0)
    assert found("the #CremaNorte is sour", "Crema Norte")[0][2:] == ("exact", 0)
    assert found("the cremanorte is sour", "Crema Norte")[0][2:] == ("exact", 0)
    assert found("the crena nrote is sour", "Crema Norte")[0][2:] == ("misspelt", 2)
    assert found("norte crema", "Crema Norte") == []
    assert found("crema del norte", "Crema Norte") == []


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Brewza's cups", "Brewza"),
        ("l'quillamo", "Quillamo"),
        ("Mueller ist da", "Müller"),
        ("MULLER ist da", "Müller"),
        ("シャープのテレビ", "シャープ"),
        ("I shop at C&A.", "C&A"),
        ("love the 🦉 brand", "🦉"),
        ("1&1 Netz", "1&1"),
    ],
)
def test_terms_are_found_however_they_are_written(text, term):
    assert [match[0] for match in found(text, term)] == [term]


@pytest.mark.parametrize(
    ("text", "term"), [("vitamin c&abc", "C&A"), ("11&12", "1&1"), ("route RE70", "RE7")]
)
def test_signs_and_figures_are_no_misspelling(text, term):
    assert found(text, term) == []


def test_an_exclusion_takes_its_term_out_and_says_which():
    said = evaluated("Sunrise at Lago Quillamo, what a morning")

    assert (said.disposition, said.reason, said.matches) == ("no_response", "excluded", ())
    assert said.reasons[0].sentence == "“Quillamo” stands beside “Lago Quillamo”, which the client excludes."


@pytest.mark.parametrize("text", ["lago QUILLÁMO at dawn", "#quillamotrail quillamo, day 3"])
def test_exclusions_are_folded_like_words_and_may_be_tags(text):
    assert evaluated(text).reason == "excluded"


def test_an_exclusion_leaves_other_terms_and_messages_to_the_brand_alone():
    assert [match.term for match in evaluated("Lago Quillamo with a Brewza in hand").matches] == ["Brewza"]
    assert evaluated("I lost my cup at Lago Quillamo?", addressed_to_brand=True).disposition == "engage"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("my brewza broke", "Names “Brewza”."),
        ("my quilamo broke", "“quilamo” is taken for “Quillamo” (1 letter off)."),
        ("my qilamo broke", "“qilamo” is taken for “Quillamo” (2 letters off)."),
        ("@flyquillamo broke", "“@flyquillamo” names “Quillamo”."),
    ],
)
def test_every_match_says_why(text, sentence):
    assert sentence in [reason.sentence for reason in evaluated(text).reasons]


def test_without_terms_the_brands_name_is_listened_for():
    bare = BrandFacts(name="Sarvenne Rail", languages=("en",))

    assert [match.term for match in evaluated("is sarvenne rail late?", bare).matches] == ["Sarvenne Rail"]


def test_the_brands_own_handle_needs_no_term():
    [match] = evaluated("@quillamo hello", BrandFacts(name="X", handles=("@Quillamo",))).matches

    assert (match.found, match.how) == ("@quillamo", MatchKind.HANDLE)


LETTERS = st.text(ascii_lowercase, min_size=3, max_size=12)


@given(term=LETTERS, word=LETTERS)
def test_a_word_matches_exactly_when_the_rule_says_so(term, word):
    agrees_with_the_rule(term, word)


@given(term=st.text("abc", min_size=4, max_size=9), data=st.data())
def test_words_near_a_term_match_exactly_when_the_rule_says_so(term, data):
    word = list(term)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(word)))
        change = data.draw(st.sampled_from(["put in", "take out", "replace", "swap"]))
        letter = data.draw(st.sampled_from("abc"))
        if change == "put in":
            word.insert(place, letter)
        elif change == "swap":
            word[place : place + 2] = word[place : place + 2][::-1]
        else:
            word[place : place + 1] = [letter] if change == "replace" else []
    assume(word)
    agrees_with_the_rule(term, "".join(word))


def agrees_with_the_rule(term, word):
    """The delete index finds what comparing the word with the term, letter by letter, finds."""
    distance = DamerauLevenshtein.distance(term, word)
    near = distance <= tolerance(len(term)) and word[0] == term[0] and word not in common_words()
    matches = found(f"x1 {word} x2", term)

    assert bool(matches) is (word == term or near)
    assert not matches or matches[0][3] == distance


@pytest.mark.parametrize(("length", "allowed"), [(4, 0), (5, 1), (7, 1), (8, 2), (20, 2)])
def test_what_a_length_allows(length, allowed):
    assert tolerance(length) == allowed


def test_all_terms_of_the_brand_are_found_among_a_thousand_others():
    many = tuple(ListeningTermFacts(f"zz{number:04}brand") for number in range(1000))

    assert found("qillamo and brewza and zz0417brnad", *BRAND.terms, *many) == [
        ("Quillamo", "qillamo", "misspelt", 1),
        ("Brewza", "brewza", "exact", 0),
        ("zz0417brand", "zz0417brnad", "misspelt", 1),
    ]
