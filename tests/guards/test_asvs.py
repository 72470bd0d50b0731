"""README's table of OWASP ASVS 4.0.3: every requirement of level 2 once, and every test that it names exists."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.guards.walking import PROJECT

# Requirements of level 2 by section, as published: section → last number, and the numbers that are not of level 2.
SECTIONS = {
    "1.1": 7, "1.2": 4, "1.4": 5, "1.5": 4, "1.6": 4, "1.7": 2, "1.8": 2, "1.9": 2, "1.10": 1, "1.11": 2, "1.12": 2,
    "1.14": 6, "2.1": 12, "2.2": 3, "2.3": 3, "2.4": 5, "2.5": 7, "2.6": 3, "2.7": 6, "2.8": 7, "2.9": 3, "2.10": 4,
    "3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.7": 1, "4.1": 5, "4.2": 2, "4.3": 3, "5.1": 5, "5.2": 8,
    "5.3": 10, "5.4": 3, "5.5": 4, "6.1": 3, "6.2": 6, "6.3": 2, "6.4": 2, "7.1": 4, "7.2": 2, "7.3": 4, "7.4": 3,
    "8.1": 4, "8.2": 3, "8.3": 8, "9.1": 3, "9.2": 4, "10.2": 2, "10.3": 3, "11.1": 8, "12.1": 3, "12.2": 1,
    "12.3": 6, "12.4": 2, "12.5": 2, "12.6": 1, "13.1": 5, "13.2": 6, "13.3": 2, "13.4": 2, "14.1": 4, "14.2": 6,
    "14.3": 3, "14.4": 7, "14.5": 4,
}  # fmt: skip
NOT_LEVEL_2 = {"1.4.2", "1.4.3", "1.12.1", "4.1.4", "7.3.2", "13.1.2", "13.2.4", "14.3.1"}
STATES = {"met", "partly", "not", "operator", "none"}
ROW = re.compile(r"^\| ([0-9][0-9., –]*) \| (\w+) \| (.+) \|$", re.MULTILINE)
PATH = re.compile(r"`([\w/]+/test_\w+\.py)`")

LEVEL_2 = {f"{section}.{n}" for section, last in SECTIONS.items() for n in range(1, last + 1)} - NOT_LEVEL_2
ROWS = ROW.findall((PROJECT / "README.md").read_text(encoding="utf-8"))


def numbers(cell: str) -> list[str]:
    """“2.1.1–2.1.3, 2.1.6” as four requirements."""
    found = []
    for part in cell.split(", "):
        first, _, last = part.partition("–")
        section, _, start = first.rpartition(".")
        end = last.rpartition(".")[2] or start
        found += [f"{section}.{number}" for number in range(int(start), int(end) + 1)]
    return found


def test_every_requirement_of_level_2_stands_in_the_table_once():
    listed = Counter(number for cell, _, _ in ROWS for number in numbers(cell))

    assert len(LEVEL_2) == 259
    assert set(listed) == LEVEL_2
    assert [number for number, times in listed.items() if times > 1] == []


@pytest.mark.parametrize(("cell", "state", "evidence"), ROWS, ids=[row[0] for row in ROWS])
def test_a_line_has_a_state_and_its_tests_exist(cell, state, evidence):
    assert state in STATES
    for path in PATH.findall(evidence):
        assert (PROJECT / "tests" / path).is_file(), path
    assert evidence.strip()
