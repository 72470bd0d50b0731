"""The draft of the one who asks: read, saved, and what it said before."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.actions.draft import DraftChanged, save_draft
from inbox.api import reading
from inbox.api.description import IF_NONE_MATCH, PROBLEM, problem_with
from inbox.api.operation import Operation, tagged
from inbox.api.serializers.drafts import (
    DraftAsked,
    DraftChangedOut,
    DraftOut,
    EarlierDraftOut,
    EarlierDraftsOut,
)
from inbox.models import Draft
from inbox.queries.drafts import earlier_texts, own_draft
from tenants.accounts.permissions import Permission

TAG = "Replies"


class OwnDraft(Operation):
    """One draft for each person, or for the tokens together, in each conversation."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="drafts_read",
        summary="Read your draft",
        description="The draft of the person whose session asks; all tokens of a client share one.",
        tags=[TAG],
        parameters=[IF_NONE_MATCH],
        responses={200: DraftOut, 304: None},
    )
    def get(self, request: Request, conversation_id: int) -> Response:
        reading.must_exist(conversation_id)
        return tagged(request, _shown(own_draft(conversation_id, actor=self.actor)))

    @extend_schema(
        operation_id="drafts_save",
        summary="Save your draft",
        description="Needs the right `reply_public` or `reply_private`. 409 where the draft is no longer the one named "
        "in `based_on` and the new text does not begin with it: the problem then carries the newer draft. What a save "
        "takes away is kept among the earlier drafts.",
        tags=[TAG],
        request=DraftAsked,
        responses={200: DraftOut, (409, PROBLEM): DraftChangedOut},
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        asked = self.asked(DraftAsked)
        reading.must_exist(conversation_id)
        try:
            saved = save_draft(conversation_id=conversation_id, **asked, by=self.actor, at=self.at)
        except DraftChanged as refusal:
            return problem_with(refusal, {"newer": _shown(refusal.newer)})
        return tagged(request, _shown(saved))


class EarlierDrafts(Operation):
    """What the draft said before."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="drafts_earlier",
        summary="List the earlier texts of your draft",
        description="Texts that were replaced, the newest first. At most twenty are kept in each conversation.",
        tags=[TAG],
        responses={200: EarlierDraftsOut},
    )
    def get(self, request: Request, conversation_id: int) -> Response:
        reading.must_exist(conversation_id)
        texts = earlier_texts(conversation_id, actor=self.actor)
        return Response({"results": EarlierDraftOut(texts, many=True).data})


def _shown(draft: Draft | None) -> dict[str, Any]:
    if draft is None:
        return {"text": "", "version": "", "private": False, "saved_at": None}
    return dict(DraftOut(draft).data)
