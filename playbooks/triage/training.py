"""Trains what is shipped in `models/`: the sentiment model and the list of common words.

    python -m playbooks.triage.training --data DIR [--write]

DIR holds `goemotions/` (Apache-2.0), `banking77/` (CC BY 4.0) and `clinc150/` (CC BY 3.0). Sentiment comes
from GoEmotions' emotions. Reddit comments lack the way customers write of trouble (`my card was charged
twice` has no emotion in it), so requests of the other two sets are added at half weight: those
whose intent is a mishap as negative, all others as neutral. The result is a softmax regression
with balanced classes, fitted with numpy alone; it takes a minute or two and is the same every time.

Where DIR also holds `airline_complaints.csv` (CC BY-NC-SA: never trained on, nothing derived from it is
shipped) the model is only measured on it. Nothing is written without --write.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playbooks.triage.linear import DENSE, MODEL, Features, LinearModel, features
from playbooks.triage.normalise import read
from playbooks.triage.valence import valence
from playbooks.triage.words import COMMON_WORDS

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
WARM: Final = """
    admiration amusement approval caring desire excitement gratitude joy love optimism pride relief
"""
COLD: Final = """
    anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse
    sadness
"""
BANKING_MISHAPS: Final = """
    extra_charge_on_statement card_not_working pin_blocked contactless_not_working
    wrong_amount_of_cash_received card_payment_fee_charged transfer_not_received_by_recipient
    top_up_reverted card_payment_not_recognised balance_not_updated_after_cheque_or_cash_deposit
    unable_to_verify_identity compromised_card direct_debit_payment_not_recognised
    declined_cash_withdrawal pending_card_payment lost_or_stolen_phone lost_or_stolen_card request_refund
    declined_transfer Refund_not_showing_up declined_card_payment pending_transfer card_swallowed
    transaction_charged_twice reverted_card_payment? beneficiary_not_allowed failed_transfer
    virtual_card_not_working wrong_exchange_rate_for_cash_withdrawal top_up_failed
    balance_not_updated_after_bank_transfer cash_withdrawal_not_recognised
    card_payment_wrong_exchange_rate card_arrival pending_cash_withdrawal pending_top_up
    cash_withdrawal_charge transfer_fee_charged terminate_account
"""
ASSISTANT_MISHAPS: Final = """
    account_blocked card_declined damaged_card lost_luggage report_fraud report_lost_card
"""
ANSWERS: Final = frozenset({"yes", "no", "maybe"})
"""Intents of CLINC150 that carry no feeling either way."""
WEIGHT_OF_REQUESTS: Final = 0.5
FEWEST_TEXTS: Final = 3
"""Texts in which an n-gram must stand to be learnt, and a word to be called common."""
KEPT: Final = 20_000
"""N-grams kept, those with the largest weights (reference/triage.md: pruning to 20,000 costs nothing)."""
STEPS: Final = 300
RATE: Final = 0.1
PENALTY: Final = 1e-5
LEANINGS: Final = ((1 / 3, 1 / 3, 1 / 3), (0.5, 0.3, 0.2))
"""Shares expected of each kind when measuring: evenly, and as in messages to a company (`sentiment.py`)."""
LISTED = re.compile(r"[a-z]{4,}")
PLACEHOLDER = re.compile(r"\[[A-Z]+\]")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Example:
    """One text, what it sounds like, and how much it counts."""

    text: str
    kind: int
    weight: float = 1.0


def goemotions(folder: Path, part: str) -> Iterator[Example]:
    """Yield the comments that are warm, cold or neither; those that are both are left out."""
    warm_names, cold_names = set(WARM.split()), set(COLD.split())
    names = (folder / "labels.txt").read_text("utf-8").split()
    with (folder / f"{part}.tsv").open(encoding="utf-8", newline="") as lines:
        for text, ids, _ in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            felt = {names[int(number)] for number in ids.split(",")}
            warm, cold = bool(felt & warm_names), bool(felt & cold_names)
            if not (warm and cold):
                kind = POSITIVE if warm else NEGATIVE if cold else NEUTRAL
                yield Example(PLACEHOLDER.sub("@someone", text), kind)


def requests(folder: Path) -> Iterator[Example]:
    """Yield requests to a bank and to an assistant: mishaps are negative, thanks positive, others neutral."""
    banking_mishaps, assistant_mishaps = set(BANKING_MISHAPS.split()), set(ASSISTANT_MISHAPS.split())
    with (folder / "banking77" / "train.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            kind = NEGATIVE if row["category"] in banking_mishaps else NEUTRAL
            yield Example(row["text"], kind, WEIGHT_OF_REQUESTS)
    for text, intent in json.loads((folder / "clinc150" / "data_full.json").read_text("utf-8"))["train"]:
        if intent not in ANSWERS:
            kind = NEGATIVE if intent in assistant_mishaps else POSITIVE if intent == "thank_you" else NEUTRAL
            yield Example(text, kind, WEIGHT_OF_REQUESTS)


def airline(folder: Path) -> Iterator[Example]:
    """Yield the tweets to airlines, for measuring only; none where the file is missing."""
    file = folder / "airline_complaints.csv"
    if file.exists():
        kinds = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                yield Example(row["text"], kinds[row["airline_sentiment"]])


def features_of(text: str) -> Features:
    """Return what the model sees of a text, exactly as when a message is scored."""
    reading = read(text)
    exclamations, questions = reading.text.count("!"), reading.text.count("?")
    return features(reading.tokens, valence(reading.tokens, exclamations), exclamations, questions)


class Matrix:
    """Rows of n-gram features, sparse, and dense features beside them."""

    def __init__(self, rows: Sequence[Features], columns: dict[str, int]) -> None:
        self.count = len(rows)
        places = [[columns[gram] for gram in sorted(row.grams) if gram in columns] for row in rows]
        sizes = np.array([len(place) for place in places])
        self.columns = np.array([column for place in places for column in place], dtype=np.int64)
        self.rows = np.repeat(np.arange(self.count), sizes)
        self.values = np.repeat(np.array([row.scale for row in rows]), sizes)
        self.dense = np.array([(*row.dense, 1.0) for row in rows])
        self.width = len(columns)

    def times(self, sparse: Floats, dense: Floats) -> Floats:
        """Return the logits of each row."""
        logits: Floats = self.dense @ dense
        for kind in range(3):
            weighted = sparse[self.columns, kind] * self.values
            logits[:, kind] += np.bincount(self.rows, weighted, minlength=self.count)
        return logits

    def transposed_times(self, errors: Floats) -> tuple[Floats, Floats]:
        """Return the gradient of the sparse and of the dense weights."""
        sparse = np.empty((self.width, 3))
        for kind in range(3):
            weighted = errors[self.rows, kind] * self.values
            sparse[:, kind] = np.bincount(self.columns, weighted, minlength=self.width)
        return sparse, self.dense.T @ errors


def softmax(logits: Floats) -> Floats:
    """Return the probabilities of each row."""
    raised: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def fit(matrix: Matrix, kinds: Ints, weights: Floats) -> tuple[Floats, Floats]:
    """Fit a softmax regression by gradient descent over all rows (Adam), and return its weights."""
    wanted = np.eye(3)[kinds]
    shares = np.array([weights[kinds == kind].sum() for kind in range(3)])
    weights = weights * (weights.sum() / (3 * shares))[kinds]
    weights = weights / weights.sum()
    learnt = [np.zeros((matrix.width, 3)), np.zeros((len(DENSE) + 1, 3))]
    means = [np.zeros_like(part) for part in learnt]
    squares = [np.zeros_like(part) for part in learnt]
    for step in range(1, STEPS + 1):
        errors = (softmax(matrix.times(learnt[0], learnt[1])) - wanted) * weights[:, None]
        rate = RATE * (1 - (step - 1) / STEPS)
        for part, slope in enumerate(matrix.transposed_times(errors)):
            slope += PENALTY * learnt[part]
            means[part] = 0.9 * means[part] + 0.1 * slope
            squares[part] = 0.999 * squares[part] + 0.001 * slope**2
            size = np.sqrt(squares[part] / (1 - 0.999**step)) + 1e-12
            learnt[part] -= rate * means[part] / (1 - 0.9**step) / size
    return learnt[0], learnt[1]


def stored(grams: Sequence[str], sparse: Floats, dense: Floats) -> dict[str, object]:
    """Return the model as its file holds it: the heaviest n-grams, weights as whole numbers up to 127."""
    sparse = sparse - sparse.mean(axis=1, keepdims=True)
    heaviest = np.argsort(-np.abs(sparse).max(axis=1), kind="stable")[:KEPT]
    unit = float(np.abs(sparse).max() / 127)
    rounded = np.rint(sparse / unit).astype(int)
    kept = {grams[place]: rounded[place].tolist() for place in sorted(heaviest) if rounded[place].any()}
    rows = [[round(float(value), 4) for value in row] for row in dense]
    body: dict[str, object] = {
        "unit": round(unit, 8),
        "bias": rows[-1],
        "dense": dict(zip(DENSE, rows[:-1], strict=True)),
        "grams": kept,
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return {"version": digest[:8], **body}


def measured(model: LinearModel, examples: Sequence[Example], leaning: Sequence[float]) -> str:
    """Return accuracy, macro-F1 and macro-recall in words; `leaning` is the share expected of each kind."""
    shift = np.log(np.array(leaning))
    logits = np.array([model.score(features_of(one.text)) for one in examples])
    said = (logits + shift).argmax(axis=1)
    true = np.array([one.kind for one in examples])
    scores, recalls = [], []
    for kind in range(3):
        both = int(((said == kind) & (true == kind)).sum())
        recalls.append(both / max(1, int((true == kind).sum())))
        scores.append(2 * both / max(1, int((said == kind).sum() + (true == kind).sum())))
    right = float((said == true).mean())
    return f"accuracy {right:.3f}, macro-F1 {np.mean(scores):.3f}, macro-recall {np.mean(recalls):.3f}"


def common_words(texts: Iterable[str]) -> list[str]:
    """Return the words of four letters and more that stand in several texts, in alphabetical order."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update({word for word in read(text).words if LISTED.fullmatch(word)})
    return sorted(word for word, count in counted.items() if count >= FEWEST_TEXTS)


def packed(text: str) -> bytes:
    """Return gzipped text, the same bytes for the same text."""
    return gzip.compress(text.encode("utf-8"), 9, mtime=0)


def trained(examples: Sequence[Example]) -> dict[str, object]:
    """Return the model learnt from these examples, as its file holds it."""
    rows = [features_of(one.text) for one in examples]
    counted = Counter(gram for row in rows for gram in row.grams)
    grams = sorted(gram for gram, count in counted.items() if count >= FEWEST_TEXTS)
    matrix = Matrix(rows, {gram: place for place, gram in enumerate(grams)})
    kinds = np.array([one.kind for one in examples])
    weights = np.array([one.weight for one in examples])
    return stored(grams, *fit(matrix, kinds, weights))


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, measure, and with --write replace what is shipped."""
    parser = argparse.ArgumentParser(
        prog="playbooks.triage.training", description="Train the sentiment model."
    )
    parser.add_argument("--data", type=Path, required=True, help="holds goemotions, banking77 and clinc150")
    parser.add_argument("--write", action="store_true", help="replace the files in models/")
    chosen = parser.parse_args(arguments)
    comments = chosen.data / "goemotions"
    examples = [*goemotions(comments, "train"), *requests(chosen.data)]
    body = trained(examples)
    say = sys.stdout.write
    say(f"{len(examples)} texts; model {body['version']}, to be named in version.py\n")
    tests = {
        "GoEmotions dev": [*goemotions(comments, "dev")],
        "GoEmotions test": [*goemotions(comments, "test")],
        "Airline tweets (measured only)": [*airline(chosen.data)],
    }
    for name, test in tests.items():
        for leaning in LEANINGS if test else ():
            figures = measured(LinearModel(body), test, leaning)
            say(f"{name}, {len(test)} texts, {leaning[0]:.0%} negative expected: {figures}\n")
    if chosen.write:
        MODEL.write_bytes(packed(json.dumps(body, ensure_ascii=False, separators=(",", ":"))))
        COMMON_WORDS.write_bytes(packed("\n".join(common_words(one.text for one in examples)) + "\n"))
        say(f"Wrote {MODEL.name} and {COMMON_WORDS.name}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
