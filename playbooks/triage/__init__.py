"""The first triage: what a message is, whether it calls for an answer, how urgent it is, and why.

`evaluate` is the evaluator that `config/evaluators.py` names: rules, and one small linear model (tiers 0 and 1
of the design measured before it was built). The files in the order in which they are used: `normalise` cuts a
message into lexemes, `terms` finds the brand, `language` names the language, `phrases` finds what points to
something, `sentiment` (with `linear` and `valence`) hears the mood, `intents`, `severity` and `noise` say what
it is, `disposition` what should happen, `priority` how soon. `training` makes what is in `models/`.

A deeper tier belongs beside `sentiment` and `intents`: heads per client, each let in only where it beats
these on the client's own labels.

What it does not claim: no probability is calibrated on a client's labels; there is no model for spam, hate or
urgency; and in languages other than English only rules and small word lists are at work.
"""

from __future__ import annotations

from playbooks.triage.evaluate import evaluate
from playbooks.triage.version import VERSION

__all__ = ["VERSION", "evaluate"]
