"""HTML → plain text, for feeds and mail. Pure, and linear in the length of the text whatever it holds.

A page is never rendered from this: the result is text, and templates escape it. The scanner goes through
the characters once and never looks back, because the parsers of the standard library and of feedparser take
minutes on some texts of a hundred kilobytes (unclosed comments, unclosed quotes).

Shown is what a reader would see: the text, with lines where blocks begin. Scripts, styles and comments are
not text; a tag that never ends is text after all.
"""

from __future__ import annotations

import html
import re

_NAME = re.compile(r"/?[A-Za-z][A-Za-z0-9:-]*")
_TAG_STOP = re.compile(r"""[>"']""")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_AROUND_LINES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")
_ENTITY_TOO_LONG = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}")

_LINES = frozenset(
    {"br", "div", "li", "tr", "dt", "dd", "hr", "section", "article", "header", "footer", "figure"}
)
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dl", "table", "pre", "figcaption"}
)
_UNSEEN = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "iframe", "noembed", "noframes", "template")
}


def text_of_html(source: str) -> str:
    """The text a reader would see, with single spaces, lines for blocks, and entities resolved."""
    pieces: list[str] = []
    unclosed: set[str] = set()
    position = 0
    while (opening := source.find("<", position)) != -1:
        pieces.append(_words(source[position:opening]))
        position = _pass_markup(source, opening, pieces, unclosed)
    pieces.append(_words(source[position:]))
    return _tidy("".join(pieces))


def _pass_markup(source: str, opening: int, pieces: list[str], unclosed: set[str]) -> int:
    """Go past what starts with `<`; where it is no markup, keep the sign itself."""
    if source.startswith("<!--", opening):
        return _after(source, "-->", opening + 4)
    if source.startswith(("<!", "<?"), opening):
        return _after(source, ">", opening + 2)
    name = _NAME.match(source, opening + 1)
    end = _end_of_tag(source, name.end(), unclosed) if name else -1
    if name is None or end == -1:
        pieces.append("<")
        return opening + 1
    word = name.group().lower()
    pieces.append(_break_for(word.lstrip("/")))
    if word in _UNSEEN and not source.startswith("/>", end - 2):
        closing = _UNSEEN[word].search(source, end)
        return closing.start() if closing else len(source)
    return end


def _end_of_tag(source: str, position: int, unclosed: set[str]) -> int:
    """The position after the tag's `>`, passing over quoted values; -1 where it never ends.

    `unclosed` holds the quotes that are known to have no partner further on, so that none is looked for
    twice; it holds ">" once no tag can end any more.
    """
    if ">" in unclosed:
        return -1
    while stop := _TAG_STOP.search(source, position):
        sign, position = stop.group(), stop.end()
        if sign == ">":
            return position
        if sign in unclosed or source[stop.start() - 1] not in "= \t\n":
            continue
        partner = source.find(sign, position)
        if partner == -1:
            unclosed.add(sign)
        else:
            position = partner + 1
    unclosed.add(">")
    return -1


def _after(source: str, sign: str, position: int) -> int:
    found = source.find(sign, position)
    return len(source) if found == -1 else found + len(sign)


def _break_for(name: str) -> str:
    if name in _PARAGRAPHS:
        return "\n\n"
    return "\n" if name in _LINES else ""


def _words(text: str) -> str:
    """A stretch of text between two tags: its line ends are spaces, its entities characters."""
    text = text.replace("\n", " ")
    if "&" not in text:
        return text
    # A reference with thousands of digits is no character; `html.unescape` raises on it.
    return html.unescape(_ENTITY_TOO_LONG.sub("\ufffd", text))


def _tidy(text: str) -> str:
    text = _SPACES.sub(" ", text)
    text = _AROUND_LINES.sub("\n", text)
    return _MANY_LINES.sub("\n\n", text).strip()
