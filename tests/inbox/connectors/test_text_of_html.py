"""HTML becomes the text a reader would see, in time that grows with its length and no faster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.connectors.markup import text_of_html


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain words", "plain words"),
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("a <b>bold</b>  \n move", "a bold move"),
        ("Tom &amp; J&eacute;r&#244;me &lt;3", "Tom & Jérôme <3"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<script>alert('<p>no</p>')</script>yes", "yes"),
        ("<style>p { color: red }</style>yes", "yes"),
        ("before<!-- <b>hidden</b> -->after", "beforeafter"),
        ("<a title=\"a > b\" href='x'>link</a>", "link"),
        ('<a title="never closed>link</a>', "link"),
        ("<ul><li>one</li><li>two</li></ul><p>three", "one\ntwo\n\nthree"),
        ("one<br><br><br>two<div><div>three</div></div>", "one\n\ntwo\nthree"),
        ("<b", "<b"),
        ("a <? b, c <! d", "a <? b, c <! d"),
        ("a<?php echo 1 ?>b<!DOCTYPE html>c", "abc"),
        ("&#" + "1" * 5_000 + ";", "\ufffd;"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_markup_becomes_what_a_reader_would_see(source, text):
    assert text_of_html(source) == text


def test_what_is_escaped_twice_stays_text_and_becomes_no_markup():
    assert text_of_html("&lt;script&gt;alert(1)&lt;/script&gt;") == "<script>alert(1)</script>"


@given(st.text(st.sampled_from("<>\"'=!-/&; \nabcsript#1x")))
def test_any_text_is_read_without_an_error(source):
    text_of_html(source)


@given(st.text(st.characters(exclude_characters="<&", exclude_categories=["Z", "C"])))
def test_text_without_markup_stays_as_it_is(source):
    assert text_of_html(source) == source


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!--",
        '<a b="',
        "<a '",
        "&",
        "&#38;",
        "<script>",
        "<a x='\"",
        "<p>",
        "</",
        "\n ",
        "<b ",
        "]]>",
        "<!",
        "<?x",
    ],
)
def test_a_megabyte_of_anything_is_read_in_one_pass(piece):
    """Were it read again and again, this would take hours: the test would never end, and needs no stopwatch."""
    source = piece * (1_000_000 // len(piece))

    assert len(text_of_html(source)) <= len(source)
