"""Reading conversations."""

from __future__ import annotations

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api import reading
from inbox.api.description import CURSOR, IF_NONE_MATCH, LIMIT, choice, filter_parameters
from inbox.api.filters import ConversationFilters
from inbox.api.operation import Operation, tagged
from inbox.api.pages import Order, next_address, page, page_of
from inbox.api.serializers.common import choose
from inbox.api.serializers.conversations import ConversationOut, NoteOut
from inbox.api.serializers.messages import MessageOut
from inbox.models import Message, Note
from inbox.queries.views import BY_KEY
from tenants.accounts.permissions import Permission

TAG = "Conversations"
ConversationPage = page_of(ConversationOut, "ConversationPage")
MessagePage = page_of(MessageOut, "MessagePage")
NotePage = page_of(NoteOut, "NotePage")


class Conversations(Operation):
    """The list."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="conversations_list",
        summary="List conversations",
        description="Conversations that pass every filter, in cursor pages. "
        "One that was merged into another is left out.",
        tags=[TAG],
        parameters=[*filter_parameters(ConversationFilters), CURSOR, LIMIT],
        responses={200: ConversationPage},
    )
    def get(self, request: Request) -> Response:
        rows = reading.conversations().filter(merged_into__isnull=True)
        filters = ConversationFilters(request.query_params, rows, actor=self.actor, at=self.at)
        found = page(filters.narrowed(), _order(request.query_params), request)
        shown = reading.show_conversations(found.rows, actor=self.actor, at=self.at)
        return Response({"next": next_address(request, found.cursor), "results": shown})


def _order(asked: QueryDict) -> Order:
    """The order that was asked for, else that of the view; both were checked by the filters."""
    view = BY_KEY.get(asked.get("view", ""))
    usual = "rank" if view is None or view.ranked else "recent"
    return reading.ORDERS[asked.get("ordering") or usual]


class ConversationDetail(Operation):
    """One of them."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="conversations_read",
        summary="Read a conversation",
        description="Its facts without its messages. "
        "Send the ETag back to learn in a few bytes that nothing has changed.",
        tags=[TAG],
        parameters=[IF_NONE_MATCH],
        responses={200: ConversationOut, 304: None},
    )
    def get(self, request: Request, conversation_id: int) -> Response:
        row = reading.conversation(conversation_id)
        shown = reading.show_conversations([row], actor=self.actor, at=self.at)[0]
        return tagged(request, shown, version=row.version)


class ConversationMessages(Operation):
    """What was said in one."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="conversations_messages",
        summary="List the messages of a conversation",
        description="What was said, by them and by the brand. Private words need the right `view_private`; "
        "each reading of them is recorded in the ledger as `access.viewed_private`.",
        tags=[TAG],
        parameters=[
            choice("ordering", list(reading.MESSAGE_ORDERS), "`oldest` first (the default), or `newest`."),
            CURSOR,
            LIMIT,
        ],
        responses={200: MessagePage},
    )
    def get(self, request: Request, conversation_id: int) -> Response:
        order = choose(request, "ordering", reading.MESSAGE_ORDERS, usual="oldest")
        reading.must_exist(conversation_id)
        rows = Message.objects.filter(conversation_id=conversation_id).select_related("author")
        found = page(rows, order, request)
        shown = reading.show_messages(found.rows, actor=self.actor, at=self.at)
        return Response({"next": next_address(request, found.cursor), "results": shown})


class ConversationNotes(Operation):
    """What colleagues noted about one."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="conversations_notes",
        summary="List the notes on a conversation",
        description="Oldest first. Notes are for colleagues and have no way to a network.",
        tags=[TAG],
        parameters=[CURSOR, LIMIT],
        responses={200: NotePage},
    )
    def get(self, request: Request, conversation_id: int) -> Response:
        reading.must_exist(conversation_id)
        found = page(Note.objects.filter(conversation_id=conversation_id), reading.BY_ID, request)
        shown = reading.show_notes(found.rows, actor=self.actor)
        return Response({"next": next_address(request, found.cursor), "results": shown})
