"""`manage.py replay`: an archive goes in row by row; a bad one is named by its line; a second run adds nothing."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inbox.models import Channel, Conversation, Cycle, Message
from tenants.kernel.schema import inside

HEADER = ["external_id", "author", "text", "sent_at", "in_reply_to"]
ROWS = [
    ["1", "jo", "Where is my order?", "2026-03-01T09:30:00Z", ""],
    ["2", "acme", "On its way!", "2026-03-01T09:45:00+00:00", "1"],
    ["3", "mo", "Hello, “world”; \U0001f600", "Sun Mar 01 10:00:00 +0000 2026", ""],
]


def replay(path: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command("replay", "acme", str(path), "--channel", "past", *arguments, stdout=out)
    return out.getvalue()


def written(path: Path, rows: list[list[str]], *, header: list[str] = HEADER, separator: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=separator).writerows([header, *rows])
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_goes_in_with_its_threads(acme, tmp_path, separator):
    told = replay(written(tmp_path / "a.csv", ROWS, separator=separator))

    assert "3 rows: 3 new messages, 0 known already, 0 set aside" in told
    with inside(acme):
        assert Message.objects.count() == 3
        assert Conversation.objects.filter(merged_into__isnull=True).count() == 2
        assert Channel.objects.get().account == "past"


def test_a_second_run_adds_nothing(acme, tmp_path):
    path = written(tmp_path / "a.csv", ROWS)
    replay(path)
    told = replay(path)

    assert "3 rows: 0 new messages, 3 known already, 0 set aside" in told
    with inside(acme):
        assert Message.objects.count() == 3
        assert Channel.objects.count() == 1


def test_json_lines_go_in_with_columns_mapped_by_name(acme, tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"id": 7, "user": {"screen_name": "jo"}, "body": "Hi", "at": "2026-03-01T09:30:00Z"}]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")

    told = replay(path, "--map", "external_id=id,author=user.screen_name,text=body,sent_at=at")

    assert "1 rows: 1 new messages" in told
    with inside(acme):
        message = Message.objects.select_related("author").get()
    assert (message.external_id, message.author and message.author.external_id, message.text) == (
        "7",
        "jo",
        "Hi",
    )


def test_bad_rows_are_named_by_their_line_and_the_rest_goes_in(acme, tmp_path):
    bad = [
        ["4", "jo", "no zone", "2026-03-01T09:30:00", ""],
        ["5", "jo", "two columns too few"],
        ["6", "jo", "year 1", "0001-01-01T00:00:00Z", ""],
        ["7", "jo", "x" * 100_001, "2026-03-01T09:30:00Z", ""],
        ["8", "jo", "a text\nof two lines", "2026-03-01T09:30:00Z", ""],
        ["", "jo", "no id", "2026-03-01T09:30:00Z", ""],
    ]
    told = replay(written(tmp_path / "a.csv", [*ROWS, *bad]))

    assert "9 rows: 4 new messages, 0 known already, 5 set aside" in told
    assert "line 5: `sent_at` has no time zone" in told
    assert "line 6: the row has 3 columns where the header has 5" in told
    assert "line 7: `sent_at` is in the year 1" in told
    assert "line 8: " in told
    assert "line 11: `external_id` is missing" in told


def test_bytes_that_are_no_text_spoil_their_row_only(acme, tmp_path):
    path = written(tmp_path / "a.csv", ROWS)
    path.write_bytes(path.read_bytes() + b"9,jo,\xff\xfe,2026-03-01T09:30:00Z,\r\n")

    told = replay(path)

    assert "3 new messages" in told
    assert "line 5: the row is not UTF-8 text" in told


def test_a_csv_with_the_wrong_header_says_what_is_there_and_what_is_needed(acme, tmp_path):
    path = written(tmp_path / "a.csv", ROWS, header=["id", "who", "what", "when", "to"])

    with pytest.raises(CommandError) as caught:
        replay(path)

    sentence = str(caught.value)
    assert "Found: id, who, what, when, to" in sentence
    assert "external_id, author, text, sent_at" in sentence
    assert "--map FIELD=COLUMN" in sentence
    with inside(acme):
        assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\xff\xfe1\x00,\x002\x00", "not UTF-8"),
        ("a.csv", b"text,text\n", "names text more than once"),
        ("a.xlsx", b"PK", "neither .csv nor .jsonl"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_says_why(acme, tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(CommandError, match=sentence):
        replay(path)


def test_a_field_nobody_knows_is_refused(acme, tmp_path):
    with pytest.raises(CommandError, match="There is no field colour"):
        replay(written(tmp_path / "a.csv", ROWS), "--map", "colour=text")


def test_a_map_that_cannot_be_read_says_how_to_write_it(acme, tmp_path):
    with pytest.raises((CommandError, SystemExit), match="field=column"):
        replay(written(tmp_path / "a.csv", ROWS), "--map", "text")


def test_a_client_or_a_file_that_is_not_there_is_named(acme, tmp_path):
    path = written(tmp_path / "a.csv", ROWS)

    with pytest.raises(CommandError, match="no client “nobody”. Open it with `manage.py open_client`"):
        call_command("replay", "nobody", str(path), "--channel", "x")
    with pytest.raises(CommandError, match="There is no file"):
        call_command("replay", "acme", str(tmp_path / "b.csv"), "--channel", "x")


def test_a_backfill_starts_no_clock(acme, tmp_path):
    replay(written(tmp_path / "a.csv", ROWS), "--backfill")

    with inside(acme):
        assert Message.objects.filter(backfill=True).count() == 3
        assert not Cycle.objects.exists()
