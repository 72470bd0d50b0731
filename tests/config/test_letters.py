"""The broker that needs no server: letters appear whole, each is taken once, and a lost folder comes back."""

from __future__ import annotations

import shutil
from queue import Empty

import pytest
from kombu import Connection

from config.letters import Transport


@pytest.fixture
def post(tmp_path):
    """A channel whose folder is this test's own."""
    folder = str(tmp_path / "broker")
    options = {"data_folder_in": folder, "data_folder_out": folder}
    with Connection(transport=Transport, transport_options=options) as connection:
        yield connection.channel()


def test_letters_are_taken_once_and_in_order(post):
    post._put("rapport", {"body": "first"})
    post._put("other", {"body": "not for us"})
    post._put("rapport", {"body": "second"})

    assert post._size("rapport") == 2
    assert [post._get("rapport")["body"] for _ in range(2)] == ["first", "second"]
    with pytest.raises(Empty):
        post._get("rapport")


def test_a_letter_that_is_being_written_or_is_damaged_ends_nobody(post, tmp_path):
    post._put("rapport", {"body": "whole"})
    (tmp_path / "broker" / "0_being-written.rapport.msg.draft").write_text('{"bo')
    (tmp_path / "broker" / "0_damaged.rapport.msg").write_text("")

    assert post._get("rapport") == {"body": "whole"}


def test_a_folder_that_was_removed_is_made_again(post, tmp_path):
    post._put("rapport", {"body": "lost"})
    shutil.rmtree(tmp_path / "broker")

    with pytest.raises(Empty):
        post._get("rapport")
    post._put("rapport", {"body": "new"})

    assert post._get("rapport") == {"body": "new"}
    assert post.get_table("rapport") == [("rapport", "", "rapport")]
