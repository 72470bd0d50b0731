"""Phrases that point to something, found in one pass over the words of a message.

The tables (`en`, `de`, `fr`, `es`, one module each) are written by hand for this project. A table maps
a cue to its phrases, separated by commas or line ends. A phrase matches whole words only; where two
phrases begin at the same word the longer one wins and its words are used up, so that `thanks for
nothing` is no thanks. The same phrase may stand under several cues.

A message is read with the table of its language; where the language is unknown, with those of the
client's languages together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from playbooks.triage.normalise import spellings, words_of
from playbooks.triage.phrases import de, en, es, fr
from playbooks.triage.phrases.cues import Cue

TABLES: Final[Mapping[str, Mapping[Cue, str]]] = MappingProxyType(
    {"en": en.PHRASES, "de": de.PHRASES, "fr": fr.PHRASES, "es": es.PHRASES},
)

Found = dict[Cue, list[str]]
"""Which cues a message carries, with the phrases found for each, in the order written."""

Rest = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase under the word it begins with."""

    rest: Rest
    """The words after the first."""
    phrase: str
    cues: tuple[Cue, ...]


class PhraseIndex:
    """Phrases by their first word, the longest first. Built once, then only read."""

    def __init__(self, tables: Iterable[Mapping[Cue, str]]) -> None:
        gathered: dict[tuple[str, ...], list[Cue]] = {}
        for table in tables:
            for cue, block in table.items():
                for words in phrases_in(block):
                    cues = gathered.setdefault(words, [])
                    if cue not in cues:
                        cues.append(cue)
        self.by_first: dict[str, tuple[Entry, ...]] = {}
        for words, cues in sorted(gathered.items(), key=lambda item: (-len(item[0]), item[0])):
            entry = Entry(words[1:], " ".join(words), tuple(cues))
            self.by_first[words[0]] = (*self.by_first.get(words[0], ()), entry)

    def find(self, words: Sequence[str]) -> Found:
        """Return the cues in these folded words. Linear in the number of words."""
        found: Found = {}
        by_first = self.by_first
        free_from = 0
        for position, word in enumerate(words):
            if word in by_first:
                entries = by_first[word]
            elif "'" in word and word.rpartition("'")[2] in by_first:  # l'hôpital is found as hôpital
                entries = by_first[word.rpartition("'")[2]]
            else:
                continue
            if position < free_from:
                continue
            for entry in entries:
                rest = entry.rest
                if not rest or tuple(words[position + 1 : position + 1 + len(rest)]) == rest:
                    free_from = position + 1 + len(rest)
                    for cue in entry.cues:
                        found.setdefault(cue, []).append(entry.phrase)
                    break
        return found


def phrases_in(block: str) -> set[tuple[str, ...]]:
    """Return the phrases of a block as folded words, in every way in which people type them."""
    written = (part.strip() for part in block.replace("\n", ",").split(","))
    return {words for part in written if part for way in spellings(part) if (words := words_of(way))}


@lru_cache(maxsize=64)
def index_for(language: str, client_languages: tuple[str, ...]) -> PhraseIndex:
    """Return the index for a message in this language; `und` reads with the client's languages."""
    if language in TABLES:
        return PhraseIndex([TABLES[language]])
    if language != "und":
        return PhraseIndex([])
    spoken = [TABLES[code] for code in client_languages if code in TABLES]
    return PhraseIndex(spoken or [TABLES["en"]])
