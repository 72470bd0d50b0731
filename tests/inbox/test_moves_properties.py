"""The machines of stage, status and reply: what the tables do not allow is refused, and nothing gets stuck."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.models import Conversation, Reply
from inbox.states import REPLIES, STAGES, STATUSES, ReplyState, Stage, Status
from tenants.kernel.errors import IllegalMove

stages, statuses, roads = st.sampled_from(Stage), st.sampled_from(Status), st.sampled_from(ReplyState)


def refused(move, source, target) -> bool:
    """Whether the move was refused; then the sentence names both states."""
    try:
        move(target)
    except IllegalMove as refusal:
        return f"{source} → {target}" in refusal.sentence
    return False


@given(stages, stages)
def test_a_conversation_goes_only_to_the_stages_its_table_allows(source, target):
    conversation = Conversation(stage=source)

    assert refused(conversation.move_stage, source, target) is (target not in STAGES.table[source])
    assert conversation.stage == (target if STAGES.allows(source, target) else source)


@given(statuses, statuses)
def test_a_conversation_takes_only_the_statuses_its_table_allows(source, target):
    conversation = Conversation(status=source)

    assert refused(conversation.move_status, source, target) is (target not in STATUSES.table[source])
    assert conversation.status == (target if STATUSES.allows(source, target) else source)


@given(roads, roads)
def test_a_reply_goes_only_the_road_its_table_allows(source, target):
    reply = Reply(state=source)

    assert refused(reply.move, source, target) is (target not in REPLIES.table[source])
    assert reply.state == (target if REPLIES.allows(source, target) else source)


def reachable(machine, source):
    """Every state that some row of moves leads to."""
    seen: set[Any] = set()
    ahead = [source]
    while ahead:
        state = ahead.pop()
        ahead += machine.table[state] - seen
        seen |= machine.table[state] | {state}
    return seen


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_can_be_closed(stage):
    assert Stage.CLOSED in reachable(STAGES, stage)


@pytest.mark.parametrize("status", Status)
def test_every_conversation_can_be_resolved_and_opened_again(status):
    assert {Status.RESOLVED, Status.OPEN} <= reachable(STATUSES, status)


@pytest.mark.parametrize("state", ReplyState)
def test_every_reply_can_come_to_an_end(state):
    assert REPLIES.ends() == {ReplyState.CONFIRMED, ReplyState.UNDONE}
    assert reachable(REPLIES, state) & REPLIES.ends()


@pytest.mark.parametrize("state", [ReplyState.SENDING, ReplyState.UNKNOWN, ReplyState.SENT_UNVERIFIED])
def test_what_may_have_left_cannot_be_taken_back(state):
    with pytest.raises(IllegalMove):
        Reply(state=state).move(ReplyState.UNDONE)


def test_what_nobody_knows_is_never_queued_again():
    assert not REPLIES.allows(ReplyState.UNKNOWN, ReplyState.QUEUED)
    assert not REPLIES.allows(ReplyState.UNKNOWN, ReplyState.SENDING)
