"""A feed's bytes → its entries, whatever its bytes are. Pure, and in time that grows with the length only.

feedparser knows every dialect of RSS and Atom, and is trusting: a long author's name, many blank lines or
many categories keep it busy for minutes (some of its steps are quadratic), and one bad entry can make it
give up the whole feed. So a feed goes through three gates before feedparser sees it:

1. it becomes text, in the encoding it declares or else in the one it turns out to have;
2. what stands before the root element goes (also document types, so nobody declares entities), and
   characters that XML forbids become U+FFFD;
3. expat reads it and measures its shape: depth, attributes, children, lengths.

A feed that fails is mended where the fault is a common one (a bare `&`, an HTML entity, an undeclared
prefix). If that is not enough, its entries are read one by one: those that are whole go through, each other
one is set aside with its reason.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.entities import html5
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import feedparser

from inbox.connectors.ports import Poisoned
from inbox.connectors.reading import excerpt

_MAX_DEPTH = 100
_MAX_ATTRIBUTES = 64
_MAX_CHILDREN = 1_000  # of one element; entries are counted apart
_MAX_ENTRIES = 5_000
_MAX_PERSON = 250  # characters in one author, publisher or contributor
_MAX_SINGLE = 2_000  # entries that are read one by one when a feed is broken

_PERSONS = frozenset(
    "author creator contributor managingeditor webmaster publisher owner name email editor".split()
)
_ENTRIES = frozenset({"item", "entry"})

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)(?=[\s/>])", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"""^\s{0,20}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9._-]{1,40})["']"""
)
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
_SINGLE_BYTE = re.compile(r"iso-?8859|latin|windows-125|cp125|(?:us-)?ascii", re.IGNORECASE)
_REFERENCE = re.compile(r"&(#x[0-9a-fA-F]{1,8};|#[0-9]{1,8};|[A-Za-z][A-Za-z0-9]{0,31};)?")
_TAG_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,40}):")
_DECLARED_PREFIX = re.compile(r"\bxmlns:([A-Za-z_][\w.-]{0,40})\s*=")
_ENTRY_START = re.compile(r"<((?:[\w.-]{1,40}:)?(?:item|entry))(?=[\s/>])")

# Codecs of Python that are no encodings of documents; some of them are quadratic.
_NO_ENCODINGS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"})
# Byte order marks, and `<` or `<?` in encodings that are no extension of ASCII.
_SIGNS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
# Prefixes that feeds use without declaring them, and what they mean.
_KNOWN_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}


class NotAFeed(Exception):
    """The bytes hold neither an RSS nor an Atom feed."""


class _Broken(Exception):
    """This much of a feed cannot be handed to feedparser; the sentence says why."""


class _IllFormed(_Broken):
    """It is not XML, and may be mended."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed that was taken apart: feedparser's words for the feed and for its entries."""

    feed: dict[str, Any] = field(default_factory=dict)
    entries: tuple[tuple[int, dict[str, Any]], ...] = ()
    """Position in the feed, and what feedparser read there."""
    poisoned: tuple[Poisoned, ...] = ()


def read_document(body: bytes, *, content_type: str) -> Document:
    """Take a feed apart. Raises NotAFeed; everything else that is wrong becomes a Poisoned."""
    text = _FORBIDDEN.sub("\ufffd", decoded(body, content_type))
    root = _ROOT.search(text)
    if root is None:
        raise NotAFeed("there is no RSS or Atom feed in it")
    text = text[root.start() :]
    try:
        parsed = _parse(_sound(text))
    except _Broken as fault:
        return _one_by_one(text, str(fault))
    if not parsed["version"] and not parsed["entries"]:
        raise NotAFeed("it is XML, but neither RSS nor Atom")
    return Document(feed=parsed["feed"], entries=tuple(enumerate(parsed["entries"])))


def decoded(body: bytes, content_type: str) -> str:
    """The text of a document: by its byte order mark, its transport, its own declaration, or by trial."""
    for encoding in _encodings(body, content_type):
        try:
            name = codecs.lookup(encoding).name
            if name not in _NO_ENCODINGS:
                return body.decode(encoding)
        except (LookupError, ValueError):
            continue
    return body.decode("latin-1")


def _encodings(body: bytes, content_type: str) -> Iterator[str]:
    yield from (encoding for sign, encoding in _SIGNS if body.startswith(sign))
    names = []
    if charset := _HTTP_CHARSET.search(content_type[:500]):
        names.append(charset.group(1))
    if declared := _XML_ENCODING.match(body[:400]):
        names.append(declared.group(1).decode("ascii"))
    for name in names:
        if _SINGLE_BYTE.match(name):
            yield "utf-8"  # often called by such a name, and hardly ever valid by accident
        yield name
    yield from ("utf-8", "windows-1252")


def _sound(text: str) -> str:
    """The text, or the text mended, when it is a document that feedparser may see. Raises _Broken."""
    try:
        _measure(text)
    except _IllFormed:
        text = _mended(text)
        _measure(text)
    return text


def _measure(text: str) -> None:
    """Let expat read it, and look at its shape on the way. Raises _Broken."""
    ruler = _Ruler()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = ruler.start
    parser.EndElementHandler = ruler.end
    parser.CharacterDataHandler = ruler.characters
    try:
        parser.Parse(text.encode("utf-8"), True)  # noqa: FBT003  # expat takes "this is the end" by position
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or "unknown fault"
        raise _IllFormed(f"it is not well-formed XML: {reason}, line {error.lineno}") from None


class _Ruler:
    """Counts what makes feedparser slow."""

    def __init__(self) -> None:
        self.children: list[int] = [0]
        self.entries = 0
        self.person_depth = 0
        self.person_length = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        word = name.rpartition(" ")[2].lower()
        if word in _ENTRIES:
            self.entries += 1
        else:
            self.children[-1] += 1
        if self.entries > _MAX_ENTRIES:
            raise _Broken(f"it has more than {_MAX_ENTRIES:,} entries")
        if self.children[-1] > _MAX_CHILDREN:
            raise _Broken(f"one of its elements holds more than {_MAX_CHILDREN:,} others")
        if len(self.children) > _MAX_DEPTH:
            raise _Broken(f"its elements are nested more than {_MAX_DEPTH} deep")
        if len(attributes) > _MAX_ATTRIBUTES:
            raise _Broken(f"one of its elements has more than {_MAX_ATTRIBUTES} attributes")
        self.children.append(0)
        if self.person_depth or word in _PERSONS:
            self.person_depth += 1

    def end(self, name: str) -> None:
        del name
        self.children.pop()
        if self.person_depth:
            self.person_depth -= 1
            if not self.person_depth:
                self.person_length = 0

    def characters(self, text: str) -> None:
        if self.person_depth:
            self.person_length += len(text)
            if self.person_length > _MAX_PERSON:
                raise _Broken(f"an author's name is longer than {_MAX_PERSON} characters")


def _mended(text: str) -> str:
    """The faults that feeds commonly have, put right; what stands in CDATA is left alone."""
    pieces: list[str] = []
    position = 0
    while (opening := text.find("<![CDATA[", position)) != -1:
        closing = text.find("]]>", opening)
        if closing == -1:
            break
        pieces += (_REFERENCE.sub(_mended_reference, text[position:opening]), text[opening : closing + 3])
        position = closing + 3
    pieces.append(_REFERENCE.sub(_mended_reference, text[position:]))
    return _with_prefixes("".join(pieces))


def _mended_reference(found: re.Match[str]) -> str:
    name = found.group(1)
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        code = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
        return "\ufffd" if code > 0x10FFFF or _FORBIDDEN.match(chr(code)) else found.group()
    if name in {"amp;", "lt;", "gt;", "quot;", "apos;"}:
        return found.group()
    return escape(html5[name]) if name in html5 else f"&amp;{name}"


def _with_prefixes(text: str) -> str:
    """Declare on the root element the prefixes that nobody declares."""
    used, declared = set(_TAG_PREFIX.findall(text)), set(_DECLARED_PREFIX.findall(text))
    missing = sorted(used - declared - {"xml", "xmlns"})
    root = _ROOT.match(text)
    if root is None or not missing or len(missing) > _MAX_ATTRIBUTES:
        return text
    words = "".join(
        f' xmlns:{prefix}="{_KNOWN_PREFIXES.get(prefix, "urn:undeclared:" + prefix)}"' for prefix in missing
    )
    return text[: root.end()] + words + text[root.end() :]


def _parse(text: str) -> dict[str, Any]:
    """Ask feedparser. Raises _Broken for whatever it raises.

    It is not told where the feed lies: it would make an id that looks like a path absolute, so that every id changed
    when the feed moved. Links are made absolute in wire.py.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(text.encode("utf-8")),
            response_headers=headers,
            sanitize_html=False,  # markup becomes text in markup.py, and its sanitizer is slow
            resolve_relative_uris=False,
        )
    except Exception as error:  # it names none of its errors; any of them means that it cannot read this
        raise _Broken(f"feedparser cannot read it: {type(error).__name__}: {error}"[:200]) from error
    return parsed


def _one_by_one(text: str, reason: str) -> Document:
    """Read a broken feed entry by entry."""
    root = _ROOT.match(text)
    pieces = list(_entry_texts(text))
    if root is None or not pieces:
        return Document(poisoned=(Poisoned(0, f"the feed cannot be read: {reason}", excerpt(text)),))
    opening = text[: text.find(">", root.start()) + 1].rstrip("/>") + ">"
    closing = f"</{root.group()[1:]}>"
    entries: list[tuple[int, dict[str, Any]]] = []
    poisoned: list[Poisoned] = []
    for position, piece in enumerate(pieces[:_MAX_SINGLE]):
        try:
            found = _parse(_sound(opening + piece + closing))["entries"]
            if not found:
                raise _Broken("there is nothing in it")
            entries += ((position, entry) for entry in found)
        except _Broken as fault:
            poisoned.append(Poisoned(position, f"the entry cannot be read: {fault}", excerpt(piece)))
    if len(pieces) > _MAX_SINGLE:
        rest = (
            f"the feed is broken ({reason}), and only its first {_MAX_SINGLE:,} entries were tried one by one"
        )
        poisoned.append(Poisoned(_MAX_SINGLE, rest, excerpt(pieces[_MAX_SINGLE])))
    return Document(feed=_head(text, root), entries=tuple(entries), poisoned=tuple(poisoned))


def _entry_texts(text: str) -> Iterator[str]:
    """The stretches of text that are meant to be entries: from one start to its end, or to the next start."""
    starts = list(_ENTRY_START.finditer(text))
    limits = [start.start() for start in starts[1:]] + [len(text)]
    for start, limit in zip(starts, limits, strict=False):
        closing = f"</{start.group(1)}>"
        end = text.find(closing, start.end(), limit)
        yield text[start.start() : limit if end == -1 else end + len(closing)]


def _head(text: str, root: re.Match[str]) -> dict[str, Any]:
    """What a broken feed says about itself before its first entry, where that much is sound."""
    first = _ENTRY_START.search(text)
    beginning = text[: first.start() if first else len(text)]
    ending = "</channel>" if "<channel" in beginning and "</channel>" not in beginning else ""
    try:
        feed: dict[str, Any] = _parse(_sound(f"{beginning}{ending}</{root.group()[1:]}>"))["feed"]
    except _Broken:
        return {}
    return feed
