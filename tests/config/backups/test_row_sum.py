"""What was loaded is compared with what was given, whatever the order in which PostgreSQL keeps it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from config.backups.reading import RowSum

rows = st.lists(st.binary(max_size=12).map(lambda row: row.replace(b"\n", b"")), max_size=12)


def summed(content, step):
    found = RowSum()
    for at in range(0, len(content), step):
        found.add(content[at : at + step])
    return found.total()


def written(of):
    return b"".join(row + b"\n" for row in of)


@given(rows, st.randoms(use_true_random=False), st.integers(1, 9), st.integers(1, 9))
def test_the_same_rows_in_another_order_and_other_blocks_sum_up_the_same(of, random, one, other):
    shuffled = random.sample(of, len(of))

    assert summed(written(of), one) == summed(written(shuffled), other)


@given(rows, rows, st.integers(1, 9))
def test_other_rows_sum_up_to_something_else(of, others, step):
    assert (summed(written(of), step) == summed(written(others), step)) == (sorted(of) == sorted(others))


@given(rows, st.binary(min_size=1, max_size=5).filter(lambda row: b"\n" not in row))
def test_a_row_without_its_end_is_not_taken_for_a_whole_one(of, begun):
    assert summed(written(of) + begun, 4) != summed(written(of), 4)
    assert summed(written(of) + begun, 4) != summed(written([*of, begun]), 4)
