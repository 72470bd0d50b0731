"""Listening terms (M11): where a message names the brand, also misspelt, and the reason why it matched.

How misspellings are found was measured in reference/triage.md: Damerau-Levenshtein distance 1 for
words of 5 to 7 letters and 2 for 8 and more, the same first letter, and never a common word. Terms of
up to 4 letters match exactly only. Inside handles and tags a term of 6 letters or more also matches as
a part (`flysouthwest`).

Candidates come from a delete index: two words within distance d share a form from which at most d
letters were taken on either side. Only candidates are compared, so the cost hardly depends on
the number of terms. A term of several words matches word by word, the distances added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from inbox.evaluation import ListeningTermFacts, MatchKind, TermMatch
from playbooks.triage.normalise import Reading, fold, spellings, words_of
from playbooks.triage.words import common_words

SHORTEST_FUZZY: Final = 5
SHORTEST_FOR_TWO: Final = 8
SHORTEST_PART: Final = 6
LONGEST_PART: Final = 40
FURTHEST: Final = 2
"""Letters that the words of one term may be off, all together."""
OWN_HANDLE: Final = -1
"""Stands for the brand's own handle where a match has the position of its term."""
REMEMBERED: Final = 50_000
"""Words whose answer an index keeps; beyond that it forgets all and starts again."""
UNSPACED = re.compile("[\u0590-\u10ff\u1100-\u1bff\u2e80-\uabff\uac00-\ud7ff\uf900-\ufaff\ufe70-\ufeff]")
"""Scripts that join words or write particles onto them: terms in these match as a part of the text."""
DESK = re.compile(
    r"(?:ask|hey|hello|the|team)?_*(.+?)"
    r"_*(?:help|helps|helpers|support|cares?|service|official|team|app|hq|uk|usa?|de|fr|es|eu)*"
)
LATIN = re.compile(r"[a-z0-9]{3,}")
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word of the vocabulary that a word of the message may be."""

    word: str
    distance: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """One term as the words it is made of."""

    words: tuple[str, ...]
    term: int
    """Position of its term in the index."""


@dataclass(frozen=True, slots=True)
class TermAnswer:
    """Which terms a message matched, and which would have matched but for an exclusion."""

    matches: tuple[TermMatch, ...]
    excluded: tuple[tuple[str, str], ...]
    """Pairs of a term and the exclusion that took it out."""
    names_handle: bool
    """A handle stands in the message that is the brand's own or, by a listening term, looks like it."""
    spoken_to: bool = False
    """The message begins with such a handle."""


def tolerance(length: int) -> int:
    """Return how far a misspelling of a word of this many letters may be off."""
    if not SHORTEST_FUZZY <= length <= LONGEST_PART:
        return 0
    return 1 if length < SHORTEST_FOR_TWO else FURTHEST


def deletions(word: str, most: int) -> Iterator[str]:
    """Yield the word and all forms of it with up to `most` letters taken out."""
    for gone in range(most + 1):
        for kept in combinations(word, len(word) - gone):
            yield "".join(kept)


class TermIndex:
    """The listening terms of one client, ready to be looked up. Built once per set of terms."""

    def __init__(self, terms: Sequence[ListeningTermFacts], handles: Sequence[str]) -> None:
        self.terms = tuple(terms)
        self.handles = frozenset(fold(handle).lstrip("@") for handle in handles if handle.strip("@ "))
        self.patterns: dict[str, list[Pattern]] = {}
        self.parts: dict[str, int] = {}
        self.unspaced: list[tuple[str, int]] = []
        self.literal: list[tuple[re.Pattern[str], int]] = []
        self.vocabulary: set[str] = set()
        self.deleted: dict[str, set[str]] = {}
        self.fuzzy_words: set[str] = set()
        self.excludes = tuple(tuple(map(_exclusion, term.excludes)) for term in self.terms)
        for position, term in enumerate(self.terms):
            self._add(term, position)
        self.longest = max(map(len, self.fuzzy_words), default=0) + FURTHEST
        self.initials = frozenset(word[0] for word in self.fuzzy_words)
        self.part_lengths = tuple(sorted({len(part) for part in self.parts}, reverse=True))
        self.known: dict[str, tuple[Candidate, ...]] = {}
        self.known_names: dict[str, tuple[tuple[int, TermMatch], ...]] = {}

    def _add(self, term: ListeningTermFacts, position: int) -> None:
        if UNSPACED.search(term.text):
            self.unspaced.append((fold(term.text).strip(), position))
            return
        if _is_literal(term.text):
            self.literal.append((_literal(term.text), position))
            return
        for spelling in spellings(term.text):
            words = words_of(spelling) or _bare_handles(spelling)
            if not words:
                continue
            joined = "".join(words)
            as_one = (joined,) if len(joined) >= SHORTEST_FUZZY else words
            for pattern_words in dict.fromkeys((words, as_one)):
                pattern = Pattern(pattern_words, position)
                self.vocabulary.update(pattern_words)
                under = self.patterns.setdefault(pattern_words[0], [])
                if pattern not in under:
                    under.append(pattern)
                if term.fuzzy:
                    self._index_words(pattern_words)
            if SHORTEST_PART <= len(joined) <= LONGEST_PART:
                self.parts.setdefault(joined, position)

    def _index_words(self, words: Iterable[str]) -> None:
        for word in words:
            allowed = tolerance(len(word))
            if allowed and word not in self.fuzzy_words:
                self.fuzzy_words.add(word)
                for form in deletions(word, allowed):
                    self.deleted.setdefault(form, set()).add(word)

    def match(self, reading: Reading) -> TermAnswer:
        """Return the terms in this message, each once, the closest first where several words match."""
        best: dict[int, TermMatch] = {}
        for position, match in self._in_words(reading.words):
            _keep(best, position, match)
        names_handle = False
        for name in (*(f"@{handle}" for handle in reading.handles), *(f"#{tag}" for tag in reading.tags)):
            for position, match in self._named(name):
                names_handle = names_handle or name[0] == "@"
                _keep(best, position, match)
        for position, found in self._in_text(reading.folded):
            _keep(best, position, TermMatch(self.terms[position].text, found, MatchKind.EXACT))
        answer = self._without_excluded(best, reading, names_handle=names_handle)
        if names_handle and reading.starts_with_handle and self._named(f"@{reading.handles[0]}"):
            return replace(answer, spoken_to=True)
        return answer

    def _in_words(self, words: Sequence[str]) -> Iterator[tuple[int, TermMatch]]:
        known = self.known
        for start, word in enumerate(words):
            if known.get(word) == ():
                continue
            for first in self._candidates(word):
                for pattern in self.patterns.get(first.word, ()):
                    distance = self._distance(pattern, words, start, first.distance)
                    term = self.terms[pattern.term]
                    if distance is None or (distance and not term.fuzzy):
                        continue
                    found = " ".join(words[start : start + len(pattern.words)])
                    how = MatchKind.MISSPELT if distance else MatchKind.EXACT
                    yield pattern.term, TermMatch(term.text, found, how, distance)

    def _distance(self, pattern: Pattern, words: Sequence[str], start: int, so_far: int) -> int | None:
        """Return how far off the words from `start` on are, or None where they are not the pattern."""
        if start + len(pattern.words) > len(words):
            return None
        for offset, wanted in enumerate(pattern.words[1:], 1):
            for candidate in self._candidates(words[start + offset]):
                if candidate.word == wanted:
                    so_far += candidate.distance
                    break
            else:
                if words[start + offset] != wanted:
                    return None
        return so_far if so_far <= FURTHEST else None

    def _in_text(self, folded: str) -> Iterator[tuple[int, str]]:
        for text, position in self.unspaced:
            if text in folded:
                yield position, text
        for pattern, position in self.literal:
            hit = pattern.search(folded)
            if hit:
                yield position, hit.group()

    def _candidates(self, word: str) -> tuple[Candidate, ...]:
        """Return the words of the vocabulary that this word may be, the closest first."""
        known = self.known.get(word)
        if known is None:
            known = self._look_up(word)
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[word] = known
        return known

    def _look_up(self, word: str) -> tuple[Candidate, ...]:
        exact = _forms(word)
        found = {form: 0 for form in exact if form in self.vocabulary}
        for form in exact:
            if self._may_be_misspelt(form):
                for candidate in self._near(form):
                    distance = DamerauLevenshtein.distance(form, candidate, score_cutoff=FURTHEST)
                    if distance <= tolerance(len(candidate)):
                        found[candidate] = min(distance, found.get(candidate, distance))
        closest_first = sorted((off, near) for near, off in found.items())
        return tuple(Candidate(near, off) for off, near in closest_first)

    def _may_be_misspelt(self, form: str) -> bool:
        return (
            SHORTEST_FUZZY - 1 <= len(form) <= self.longest
            and form[0] in self.initials
            and form not in common_words()
        )

    def _near(self, form: str) -> set[str]:
        """Return the indexed words that share a shortened form, a first letter and all digits with it."""
        most = FURTHEST if len(form) >= SHORTEST_FOR_TWO - FURTHEST else 1
        near: set[str] = set()
        for shorter in deletions(form, most):
            near.update(self.deleted.get(shorter, ()))
        digits = DIGITS.findall(form)
        return {word for word in near if word[0] == form[0] and DIGITS.findall(word) == digits}

    def _named(self, name: str) -> tuple[tuple[int, TermMatch], ...]:
        """Return the terms in a handle or a tag (with its sign), remembered like the words."""
        known = self.known_names.get(name)
        if known is None:
            known = tuple(self._in_name(name[0], name[1:]))
            if len(self.known_names) >= REMEMBERED:
                self.known_names.clear()
            self.known_names[name] = known
        return known

    def _in_name(self, sign: str, name: str) -> Iterator[tuple[int, TermMatch]]:
        """Yield the terms that a handle or a tag is or contains, and the brand's own handle."""
        found = f"{sign}{name}"
        if sign == "@" and (name in self.handles or re.split(r"[.@]", name, maxsplit=1)[0] in self.handles):
            yield OWN_HANDLE, TermMatch(found, found, MatchKind.HANDLE)
        how = MatchKind.HANDLE if sign == "@" else MatchKind.EXACT
        for whole in {name: None, _stem(name): None} if sign == "@" else (name,):
            for pattern in self.patterns.get(whole, ()):
                if len(pattern.words) == 1:
                    yield pattern.term, TermMatch(self.terms[pattern.term].text, found, how)
        for position in self._parts_of(name):
            yield position, TermMatch(self.terms[position].text, found, MatchKind.HANDLE)

    def _parts_of(self, name: str) -> Iterator[int]:
        for length in self.part_lengths:
            for start in range(min(len(name), 2 * LONGEST_PART) - length + 1):
                position = self.parts.get(name[start : start + length])
                if position is not None:
                    yield position

    def _without_excluded(
        self, best: dict[int, TermMatch], reading: Reading, *, names_handle: bool
    ) -> TermAnswer:
        if not best:
            return TermAnswer((), (), names_handle=False)
        matches: list[TermMatch] = []
        excluded: list[tuple[str, str]] = []
        for position in sorted(best):
            took_out = self._exclusion_in(position, reading)
            if took_out:
                excluded.append((best[position].term, took_out))
            else:
                matches.append(best[position])
        return TermAnswer(tuple(matches), tuple(excluded), names_handle=names_handle)

    def _exclusion_in(self, position: int, reading: Reading) -> str:
        if position < 0 or not self.excludes[position]:
            return ""
        names = [f"@{handle}" for handle in reading.handles] + [f"#{tag}" for tag in reading.tags]
        said = f" {' '.join(reading.words)} "
        for exclusion, written in zip(self.excludes[position], self.terms[position].excludes, strict=True):
            if not exclusion:
                continue
            unspaced = UNSPACED.search(exclusion) and exclusion in reading.folded
            if exclusion in names or f" {exclusion} " in said or unspaced:
                return written
        return ""


def _exclusion(written: str) -> str:
    """Return an exclusion as it is looked for: a handle or a tag with its sign, else folded words."""
    folded = fold(written).strip()
    if folded[:1] in {"@", "#"} and " " not in folded:
        return folded
    return " ".join(words_of(written)) or folded


def _stem(handle: str) -> str:
    """Return the brand in the handle of one of its desks: `acme` of `acmehelp` and of `ask_acme_uk`."""
    around = DESK.fullmatch(handle[: 2 * LONGEST_PART])
    return around.group(1) if around else handle


def _forms(word: str) -> list[str]:
    """Return the word and what it may be glued from: acme's, l'acme, and Latin letters within Japanese."""
    forms = [word]
    if "'" in word:
        forms += [part for part in word.split("'") if len(part) > 1]
    if not word.isascii():
        forms += LATIN.findall(word)
    return forms


def _is_literal(term: str) -> bool:
    """Tell whether a term lives by its signs: `C&A` is not the words c and a, and an emoji has no words."""
    folded = fold(term).strip()
    letters = "".join(words_of(folded))
    if not folded or folded.startswith(("@", "#")):
        return False
    signs = any(not (sign.isalnum() or sign.isspace()) for sign in folded)
    return not letters or (signs and len(letters) < SHORTEST_FUZZY)


def _literal(term: str) -> re.Pattern[str]:
    """Return the pattern of a term that is looked for as it is written, not within a longer word."""
    folded = fold(term).strip()
    before = r"(?<!\w)" if folded[0].isalnum() else ""
    after = r"(?!\w)" if folded[-1].isalnum() else ""
    return re.compile(before + re.escape(folded) + after)


def _bare_handles(spelling: str) -> tuple[str, ...]:
    """Return a term written as a handle (`@acme`) as a word, so that it matches with and without its sign."""
    bare = spelling.strip().lstrip("@")
    return (bare,) if bare and " " not in bare else ()


def _keep(best: dict[int, TermMatch], position: int, match: TermMatch) -> None:
    """Keep the closest match of a term; of equals the first found."""
    held = best.get(position)
    if held is None or match.distance < held.distance:
        best[position] = match


@lru_cache(maxsize=256)
def index_for(terms: tuple[ListeningTermFacts, ...], handles: tuple[str, ...], name: str) -> TermIndex:
    """Return the index of these terms. The brand's name is listened for while there are no terms at all."""
    return TermIndex(terms or (ListeningTermFacts(name),), handles)
