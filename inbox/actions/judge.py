"""Asking what messages are: what others said is evaluated in one call, and again when its words change.

What the machine thinks and what a person decided are kept apart: a new wording renews the machine's values
and its own decision, never a person's (inbox.md §3b), unless it asks something new: the person decided about
other words then (asked_again.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from inbox.actions.arrivals import Changed, News
from inbox.connectors.ports import IncomingMessage
from inbox.evaluation import Evaluation, Evaluator, HouseRules, MessageFacts
from inbox.events import ItemEvaluated
from inbox.models import Author, Channel, Message
from tenants.kernel import bulk
from tenants.ledger.recorder import Event

MACHINE = "triage "
"""How the machine signs its decisions; its version follows."""

NO_EVALUATION = ("", "", True, "", "und", "", "", "", "{}")
EVALUATION = (
    "disposition disposition_reason disposition_proposed disposition_by language sentiment intent severity evaluation"
).split()


def judge_fresh(
    news: News,
    *,
    channel: Channel,
    authors: Mapping[str, tuple[int, int]],
    rules: HouseRules,
    evaluate: Evaluator,
) -> dict[int, Evaluation]:
    """Position among the fresh items → evaluation, for what others said and still stands."""
    fresh = news.fresh
    inbound = [n for n, arrival in enumerate(fresh) if not arrival.outbound and arrival.deleted_at is None]
    outbound = news.outbound | {arrival.item.external_id for arrival in fresh if arrival.outbound}
    texts: dict[str, set[str]] = {}
    for arrival in fresh:
        texts.setdefault(arrival.item.text, set()).add(arrival.item.author.external_id)
    facts = [
        _facts(
            channel,
            fresh[n].item,
            outbound,
            before=authors[fresh[n].item.author.external_id][1],
            same_text=len(texts[fresh[n].item.text]) - 1,
        )
        for n in inbound
    ]
    return dict(zip(inbound, evaluate(facts, rules.brand), strict=True)) if facts else {}


def judge_edits(
    news: News, *, channel: Channel, rules: HouseRules, evaluate: Evaluator, anew: Collection[int]
) -> list[Event]:
    """Evaluate edited messages by their new words; returns what changed because of it.

    `anew` names the messages of which a person's decision does not hold any more.
    """
    edits = [change for change in news.changed if change.is_edit and not change.row.outbound]
    if not edits:
        return []
    names = {change.item.author.external_id for change in edits}
    counts = Author.objects.filter(network=channel.network, external_id__in=names)
    before = dict(counts.values_list("external_id", "messages_count"))
    facts = [
        _facts(
            channel,
            change.item,
            news.outbound,
            before=max(0, before.get(change.item.author.external_id, 1) - 1),
            same_text=0,
        )
        for change in edits
    ]
    return _renew(list(zip(edits, evaluate(facts, rules.brand), strict=True)), anew)


def _renew(judged: Sequence[tuple[Changed, Evaluation]], anew: Collection[int]) -> list[Event]:
    """Write the machine's new values; its decision too, where no person has decided."""
    decided = dict(
        Message.objects.filter(pk__in=[change.row.id for change, _ in judged]).values_list(
            "pk", "disposition"
        )
    )
    free = [
        (change, found)
        for change, found in judged
        if change.row.id in anew or _is_the_machines(change.row.decided_by)
    ]
    bulk.update_rows(
        Message,
        {"id": "bigint", "language": "text", "sentiment": "text", "intent": "text", "severity": "text",
         "evaluation": "jsonb"},
        [(change.row.id, *evaluation_columns(found)[4:]) for change, found in judged],
    )  # fmt: skip
    bulk.update_rows(
        Message,
        {"id": "bigint", "disposition": "text", "disposition_reason": "text", "disposition_proposed": "bool",
         "disposition_by": "text"},
        [(change.row.id, *evaluation_columns(found)[:4]) for change, found in free],
    )  # fmt: skip
    return [
        ItemEvaluated(
            change.row.conversation_id,
            change.row.id,
            found.disposition.value,
            found.reason,
            decided[change.row.id],
        )
        for change, found in free
        if found.disposition.value != decided[change.row.id]
    ]


def _is_the_machines(decided_by: str) -> bool:
    return not decided_by or decided_by.startswith(MACHINE)


def _facts(
    channel: Channel, item: IncomingMessage, outbound: set[str], *, before: int, same_text: int
) -> MessageFacts:
    to_brand = item.in_reply_to in outbound
    return MessageFacts(
        key=item.external_id,
        network=channel.network,
        kind=item.kind.value,
        text=item.text,
        sent_at=item.sent_at,
        title=item.title,
        author_handle=item.author.handle,
        author_followers=item.author.followers,
        author_messages_before=before,
        addressed_to_brand=item.addressed_to_brand or item.private or item.rating is not None or to_brand,
        reply_to_brand=to_brand,
        private=item.private,
        rating=item.rating,
        declared_language=item.language,
        same_text_before=same_text,
    )


def evaluation_columns(evaluation: Evaluation | None) -> tuple[Any, ...]:
    """The values of EVALUATION."""
    if evaluation is None:
        return NO_EVALUATION
    return (
        evaluation.disposition.value,
        evaluation.reason,
        evaluation.proposed,
        f"{MACHINE}{evaluation.version}"[:60],
        evaluation.language,
        evaluation.sentiment.value,
        evaluation.intent.value,
        evaluation.severity.value,
        bulk.json(_kept(evaluation)),
    )


def _kept(evaluation: Evaluation) -> dict[str, Any]:
    """What the machine thought, as it is shown and explained later. The JSON writer takes dataclasses as they are."""
    return {
        "priority": evaluation.priority,
        "priority_reasons": evaluation.priority_reasons,
        "reasons": evaluation.reasons,
        "matches": evaluation.matches,
        "sentiment_score": evaluation.sentiment_score,
        "sentiment_confidence": evaluation.sentiment_confidence,
        "intent_confidence": evaluation.intent_confidence,
        "needs_human": evaluation.needs_human,
        "version": evaluation.version,
    }
