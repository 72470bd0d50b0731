"""What is shipped in `models/`: whole, attributed, named by its digest, and made again by training."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from pathlib import Path

import pytest

from playbooks.triage import VERSION, training
from playbooks.triage.linear import MODEL, LinearModel, pack, shipped_model, unpack
from playbooks.triage.version import MODEL as MODEL_VERSION
from playbooks.triage.words import COMMON_WORDS, common_words

FOLDER = MODEL.parent
DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "triage"


def test_the_version_names_the_model_that_is_shipped():
    body = json.loads(gzip.decompress(MODEL.read_bytes()))
    named = body.pop("version")

    assert hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:8] == named
    assert named == MODEL_VERSION == shipped_model().version
    assert VERSION.endswith(f"/{named}")


def test_every_file_and_every_source_is_attributed():
    told = (FOLDER / "ATTRIBUTION.md").read_text("utf-8")
    shipped = {file.name for file in FOLDER.iterdir()} - {"ATTRIBUTION.md"}

    assert shipped == {MODEL.name, COMMON_WORDS.name}
    assert all(f"`{name}`" in told for name in shipped)
    for source in (
        "GoEmotions",
        "Apache-2.0",
        "BANKING77",
        "CC BY 4.0",
        "CLINC150",
        "CC BY 3.0",
        "VADER",
        "MIT",
    ):
        assert source in told


def test_the_model_is_small_and_knows_what_warm_and_cold_words_say():
    model = shipped_model()

    assert len(model.grams) <= training.KEPT
    assert MODEL.stat().st_size < 250_000
    assert max(abs(weight) for row in model.grams.values() for weight in row) <= 127
    for word, kind in (("thanks", 2), ("love", 2), ("hate", 0), ("worst", 0)):
        assert model.grams[word][kind] == max(model.grams[word])


def test_packed_weights_add_up_like_single_ones():
    rows = [(-127, 5, 127), (127, -127, 0), (3, 3, -6), (-1, 0, 1)] * 500

    assert unpack(sum(map(pack, rows))) == tuple(map(sum, zip(*rows, strict=True)))


@pytest.mark.parametrize("damage", [{"version": 7}, {"dense": {}}, {"grams": []}, {"unit": None}])
def test_a_file_that_is_no_model_is_refused(damage):
    body = json.loads(gzip.decompress(MODEL.read_bytes()))

    with pytest.raises(ValueError, match="sentiment model"):
        LinearModel({**body, **damage})


def test_training_learns_the_same_from_the_same_texts(monkeypatch):
    monkeypatch.setattr(training, "STEPS", 40)
    texts = [
        ("i hate this, it is broken", training.NEGATIVE),
        ("awful, it broke again", training.NEGATIVE),
        ("the shop opens at nine", training.NEUTRAL),
        ("the train leaves at nine", training.NEUTRAL),
        ("i love this, thank you", training.POSITIVE),
        ("thank you, lovely shop", training.POSITIVE),
    ] * 3
    examples = [training.Example(text, kind) for text, kind in texts]

    once, twice = training.trained(examples), training.trained(examples)

    assert once == twice
    model = LinearModel(once)
    said = [max(range(3), key=model.score(training.features_of(text)).__getitem__) for text, _ in texts]
    assert said == [kind for _, kind in texts]


def test_the_list_of_common_words_guards_words_and_no_brands():
    words = common_words()

    assert {"cannot", "because", "where", "bitte"} <= words
    assert not {"quillamo", "samsumg", "lufthnasa"} & words


@pytest.mark.skipif(not (DATA / "goemotions").is_dir(), reason=f"needs the training data in {DATA.name}")
@pytest.mark.skipif("RAPPORT_TRAIN" not in os.environ, reason="takes about a minute: set RAPPORT_TRAIN=1")
def test_training_on_the_whole_data_makes_what_is_shipped_byte_by_byte():
    examples = [*training.goemotions(DATA / "goemotions", "train"), *training.requests(DATA)]
    body = training.trained(examples)

    assert training.packed(json.dumps(body, ensure_ascii=False, separators=(",", ":"))) == MODEL.read_bytes()
    words = training.common_words(one.text for one in examples)
    assert training.packed("\n".join(words) + "\n") == COMMON_WORDS.read_bytes()
