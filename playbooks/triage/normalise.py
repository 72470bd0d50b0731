"""How a message is read before any rule looks at it: cleaned, folded, and cut into lexemes.

Folding makes `Müller`, `MULLER` and `muller` the same word: case folding, compatibility forms, and
no Latin, Greek or Cyrillic accents. Handles, tags and addresses of pages are told apart from words.

Only the first `READ_AT_MOST` characters are read, so that one message of 100,000 characters cannot
hold up the thousand behind it; `Reading.cut` says when that happened, and Evaluate repeats it among
its reasons. Lone surrogates become U+FFFD and control characters spaces: neither can be
stored by PostgreSQL, and what is read here is quoted in reasons.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

READ_AT_MOST = 5_000
"""Characters of title and text together that are read."""

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SURROGATES = re.compile(r"[\ud800-\udfff]")
ACCENTS = re.compile(r"[\u0300-\u036f]")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff\U0001f3fb-\U0001f3ff]")
APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'"})
PICTURES = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"

LEXEMES = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*(?:://\S+|(?<=www)\.\S+)?"
    r"|(?<![\w@])@\w+(?:[.\-]\w+)*(?:@\w+(?:[.\-]\w+)*)?"
    r"|(?<!\w)#\w+"
    r"|(?<!\w)[:;=]'?-?[()dp]+(?!\w)|<3"
    rf"|[!?\u00bf\u00a1]+|[{PICTURES}]",
)
"""Words and the addresses that begin like one, handles, tags, emoticons, marks, pictures; words first for speed."""
HAPPY = frozenset({":)", ":-)", ";)", ";-)", "=)", ":d", ":-d", "=d", ":p", "<3", ":))"})
SAD = frozenset({":(", ":-(", "=(", ":'(", ":'-(", ":(("})


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, read. All lexemes are folded."""

    text: str
    """The part that was read, cleaned but not folded."""
    folded: str
    tokens: tuple[str, ...]
    """Words, `@` for any handle, `!`, `!!`, `?`, `??`, emoticons and emoji, in the order written."""
    words: tuple[str, ...]
    """Words and the bodies of tags, in the order written."""
    handles: tuple[str, ...]
    """Without the at sign."""
    tags: tuple[str, ...]
    """Without the hash sign."""
    urls: tuple[str, ...]
    pictures: int
    """How many emoji and emoticons there are."""
    starts_with_handle: bool
    cut: bool
    """True when the message is longer than what was read."""


def clean(text: str) -> str:
    """Return the text without lone surrogates and control characters, which no database keeps."""
    if CONTROLS.search(text):
        text = CONTROLS.sub(" ", text)
    if not text.isascii():
        text = SURROGATES.sub("\ufffd", text)
    return text


def fold(text: str) -> str:
    """Return the text without case, accents and compatibility forms."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text.casefold().translate(APOSTROPHES))
    # Once more casefolded: a compatibility form can hide capitals, as the letterlike symbols do.
    plain = unicodedata.normalize("NFC", ACCENTS.sub("", plain)).casefold().translate(APOSTROPHES)
    return CONTROLS.sub(" ", INVISIBLE.sub("", plain))


def read(text: str, title: str = "") -> Reading:
    """Read title and text. Never raises, whatever the text."""
    whole = f"{title[:READ_AT_MOST]}\n{text[: READ_AT_MOST + 1]}" if title else text[: READ_AT_MOST + 1]
    kept = clean(whole[:READ_AT_MOST])
    folded = fold(kept)
    tokens: list[str] = []
    words: list[str] = []
    handles: list[str] = []
    tags: list[str] = []
    urls: list[str] = []
    pictures = 0
    has_pages = "://" in folded or "www." in folded
    for lexeme in LEXEMES.findall(folded):
        first = lexeme[0]
        if first.isalnum():
            if has_pages and ("://" in lexeme or lexeme.startswith("www.")):
                urls.append(lexeme)
            else:
                words.append(lexeme)
                tokens.append(lexeme)
        elif first == "@":
            handles.append(lexeme[1:])
            tokens.append("@")
        elif first == "#":
            tags.append(lexeme[1:])
            words.append(lexeme[1:])
            tokens.append(lexeme[1:])
        elif first in "!?\u00bf\u00a1":
            tokens.append(lexeme[:2])
        else:
            pictures += 1
            tokens.append(lexeme)
    return Reading(
        text=kept,
        folded=folded,
        tokens=tuple(tokens),
        words=tuple(words),
        handles=tuple(handles),
        tags=tuple(tags),
        urls=tuple(urls),
        pictures=pictures,
        starts_with_handle=folded.lstrip().startswith("@") and bool(handles),
        cut=len(whole) > READ_AT_MOST,
    )


def words_of(phrase: str) -> tuple[str, ...]:
    """Return a phrase of a rule or of a client as folded words, read as a message is."""
    return read(phrase).words


def spellings(phrase: str) -> tuple[str, ...]:
    """Return the ways in which people type the phrase: as it is, umlauts written out, no apostrophes."""
    written_out = phrase.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    typed = fold(phrase)
    return tuple(dict.fromkeys((typed, fold(written_out), typed.replace("'", ""))))
