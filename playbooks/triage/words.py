"""The commonest English words, against mistaking a common word for a misspelt brand.

The list is derived from licence-clean comments and questions (models/ATTRIBUTION.md) by the training
script; it is read once per process.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Final

from playbooks.triage.normalise import fold
from playbooks.triage.phrases import TABLES, phrases_in

COMMON_WORDS: Final = Path(__file__).parent / "models" / "common_words.txt.gz"


@cache
def common_words() -> frozenset[str]:
    """Return folded words that are never a misspelling: common English ones, and those our own tables use."""
    listed = gzip.decompress(COMMON_WORDS.read_bytes()).decode("utf-8").split()
    ours = (
        word
        for table in TABLES.values()
        for block in table.values()
        for phrase in phrases_in(block)
        for word in phrase
    )
    return frozenset({fold(word) for word in listed} | set(ours))
