"""What `benchmark triage` says: speed beside VADER, and quality as far as there are labels."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from config.benchmarks import triage

TWEETS = """tweet_id,airline_sentiment,text
1,negative,@acme you lost my bag again and nobody answers. Awful.
2,positive,"@acme thank you so much, best crew ever"
3,neutral,@acme what time does the desk open on sunday
"""


def told(report):
    return {figure.name: figure for figure in report.figures}


def test_speed_is_measured_beside_a_floor_and_quality_where_there_are_labels(tmp_path):
    (tmp_path / "airline_complaints.csv").write_text(TWEETS)

    report = triage.measure(size=20, rounds=2, data=tmp_path, tell=lambda _: None)
    figures = told(report)

    assert figures["in batches of 500"].ours > 0
    assert figures["in batches of 500"].floor > 0
    assert len(figures["one at a time"].rounds) == 2
    assert figures["sentiment, tweets to airlines: accuracy"].ours == 100
    assert figures["tweets to airlines: proposed as spam"].reached
    assert not any("not measured" in note for note in report.notes)


def test_without_labels_it_says_what_was_not_measured():
    report = triage.measure(size=5, rounds=1, data=None, tell=lambda _: None)

    assert any("not measured" in note for note in report.notes)
    assert set(told(report)) == {
        "in batches of 500",
        "one at a time",
        "language of 197 stories in four languages",
    }


def test_the_brand_of_the_benchmark_listens_for_a_thousand_different_terms():
    assert len({term.text for term in triage.busy_brand().terms}) == triage.TERMS


@pytest.mark.parametrize(
    ("said", "labels", "score"),
    [([0, 1, 2], [0, 1, 2], 1.0), ([0, 0, 0], [0, 1, 2], 0.5 / 3), ([], [], 0.0), ([1, 0], [0, 1], 0.0)],
)
def test_macro_f1_counts_every_kind_alike(said, labels, score):
    assert triage.macro_f1(said, labels) == pytest.approx(score)


def test_a_folder_that_is_none_is_refused():
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("benchmark", "triage", "--data", "no/such/folder")
