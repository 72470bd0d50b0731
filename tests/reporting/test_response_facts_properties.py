"""Facts folded from the ledger equal the cycles themselves, however the entries are cut, mixed and repeated."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.actions.give_up import give_up_waiting
from inbox.evaluation import Disposition
from inbox.models import Conversation, Message
from reporting.models import ResponseFact
from tests.conftest import acting
from tests.reporting.talk import (
    RULES,
    after,
    answers,
    asks,
    chunks,
    deletes,
    exclude,
    fold,
    news,
    receive,
    told,
    true,
)


@dataclass(frozen=True)
class Step:
    """One thing that happens in one of three threads."""

    what: str
    thread: str
    minute: int


STEPS = st.lists(
    st.builds(
        Step,
        what=st.sampled_from(["asks", "asks", "answers", "deletes", "excludes", "engages", "gives up"]),
        thread=st.sampled_from(["a", "b", "c"]),
        minute=st.integers(0, 300),
    ),
    min_size=1,
    max_size=12,
)
UNHURRIED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Undone(Exception):
    """Takes an example's rows away again."""


def live(steps, channel, ada):
    """Let it happen. Names follow the steps, so that late arrivals stand between what was said before."""
    for number, step in enumerate(steps):
        asked = Message.objects.filter(direction="inbound", external_id__startswith=f"{step.thread}-")
        name = asked.order_by("-pk").values_list("external_id", flat=True).first()
        if step.what == "asks":
            receive(channel, asks(f"{step.thread}-{number}", thread=step.thread, minute=step.minute))
        elif step.what == "answers":
            receive(channel, answers(f"{step.thread}-{number}", thread=step.thread, minute=step.minute))
        elif name and step.what == "deletes":
            receive(channel, deletes(name, thread=step.thread, minute=step.minute))
        elif name and step.what == "excludes":
            exclude(name, "bait", by=ada)
        elif name and step.what == "engages":
            exclude(name, "question", by=ada, disposition=Disposition.ENGAGE)
        elif step.what == "gives up":
            pks = list(Conversation.objects.values_list("pk", flat=True))
            give_up_waiting(conversation_ids=pks, rules=RULES, by=ada, at=after(600))


@UNHURRIED
@given(
    steps=STEPS,
    sizes=st.lists(st.integers(1, 5), max_size=6),
    order=st.randoms(use_true_random=False),
    again=st.integers(0, 6),
)
def test_the_facts_equal_the_cycles_in_any_order_in_any_batches_and_after_repeats(
    steps, sizes, order, again, channel, ada_user
):
    try:
        with transaction.atomic():
            live(steps, channel, acting(ada_user, "manager"))
            entries = news()
            mixed = list(entries)
            order.shuffle(mixed)

            for batch in chunks(mixed, sizes):
                fold(batch)
            assert told() == true()

            fold(mixed[:again])
            fold(entries)
            assert told() == true()
            raise Undone
    except Undone:
        assert not ResponseFact.objects.exists()
