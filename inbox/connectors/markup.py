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
_GAP = re.compile(r"[ \t\r\f\v\u00a0\n\x1e\x1f]+")
_ENTITY_TOO_LONG = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}")

# Marks for the gaps that elements make, until `_tidy` joins neighbouring gaps into one.
_LINE, _PARAGRAPH = "\x1e", "\x1f"
_GAPS = {
    "br": "\n",
    **dict.fromkeys("div li tr dt dd hr section article header footer figure".split(), _LINE),
    **dict.fromkeys("p h1 h2 h3 h4 h5 h6 blockquote ul ol dl table pre figcaption".split(), _PARAGRAPH),
}
_NO_MARKS = {ord("\n"): " ", ord(_LINE): " ", ord(_PARAGRAPH): " "}
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
        found = source.find("-->", opening + 4)
        return found + 3 if found != -1 else len(source)
    name = _NAME.match(source, opening + 1)
    end = -1
    if name:
        end = _end_of_tag(source, name.end(), unclosed)
    elif source.startswith(("<!", "<?"), opening):
        end = _end_of_declaration(source, opening, unclosed)
    if end == -1:
        pieces.append("<")
        return opening + 1
    return _pass_tag(source, name.group().lower(), end, pieces) if name else end


def _pass_tag(source: str, word: str, end: int, pieces: list[str]) -> int:
    """Leave the gap that an element makes, and go past one whose inside nobody sees."""
    pieces.append(_GAPS.get(word.lstrip("/"), ""))
    if word not in _UNSEEN or source.startswith("/>", end - 2):
        return end
    closing = _UNSEEN[word].search(source, end)
    return closing.start() if closing else len(source)


def _end_of_declaration(source: str, position: int, unclosed: set[str]) -> int:
    """The position after the next `>`; -1 where there is none."""
    found = -1 if ">" in unclosed else source.find(">", position)
    if found == -1:
        unclosed.add(">")
        return -1
    return found + 1


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


def _words(text: str) -> str:
    """A stretch of text between two tags: its line ends are spaces, its entities characters."""
    text = text.translate(_NO_MARKS)
    if "&" not in text:
        return text
    # A reference with thousands of digits is no character; `html.unescape` raises on it.
    return html.unescape(_ENTITY_TOO_LONG.sub("\ufffd", text))


def _tidy(text: str) -> str:
    return _GAP.sub(_gap, text).strip()


def _gap(found: re.Match[str]) -> str:
    """What neighbouring spaces, lines and blocks amount to."""
    run = found.group()
    if _PARAGRAPH in run or run.count("\n") > 1:
        return "\n\n"
    return "\n" if "\n" in run or _LINE in run else " "
