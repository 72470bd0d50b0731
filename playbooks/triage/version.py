"""Which rules and which model answered: kept with every evaluation, so that a decision can be traced."""

from __future__ import annotations

from typing import Final

RULES: Final = "2"
"""Raised by hand with every change of a rule, a phrase or a weight."""
MODEL: Final = "70aa042a"
"""The digest of the shipped model's weights, as training prints it. A test holds it equal to the file."""
VERSION: Final = f"triage-{RULES}/{MODEL}"
