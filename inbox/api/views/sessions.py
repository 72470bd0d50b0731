"""A person's own sessions: listed, ended one by one, ended everywhere. For people at a browser; tokens have none."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.operation import Operation
from inbox.api.serializers.sessions import SessionsOut
from tenants.accounts import actions, queries, sessions
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Forbidden

SESSIONS = "Sessions"


class OnlyForPeople(Forbidden):
    code = "only_for_people"


class _OwnSessions(Operation):
    def must_be_a_person(self) -> int:
        """The person's id. Raises OnlyForPeople for a token."""
        if not self.actor.is_human or self.actor.user_id is None:
            raise OnlyForPeople("Sessions belong to people. A token has none; revoke it under API tokens.")
        return self.actor.user_id

    @property
    def here(self) -> int | None:
        return sessions.current(self.request._request)  # noqa: SLF001  # DRF's way to Django's request


class Sessions(_OwnSessions):
    """All of them."""

    allowed = {"GET": Permission.VIEW, "DELETE": Permission.VIEW}

    @extend_schema(
        operation_id="sessions_list",
        summary="List one's own sessions",
        description="Those that are alive, on every host. For people signed in at a browser: a token gets 403.",
        tags=[SESSIONS],
        responses={200: SessionsOut},
    )
    def get(self, request: Request) -> Response:  # DRF's signature
        lines = queries.session_lines(self.must_be_a_person(), current=self.here, at=self.at)
        return Response(SessionsOut({"results": lines}).data)

    @extend_schema(
        operation_id="sessions_end_all",
        summary="Sign out everywhere",
        description="Ends every session of the person at once, at the agency and at every client, this one included.",
        tags=[SESSIONS],
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:  # as above
        self.must_be_a_person()
        actions.end_sessions(by=self.actor, at=self.at)
        return Response(status=204)


class SessionDetail(_OwnSessions):
    """One of them."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="sessions_end",
        summary="End a session",
        description="One of one's own, at the agency and at every client. Ending it again changes nothing.",
        tags=[SESSIONS],
        responses={204: None},
    )
    def delete(self, request: Request, session_id: int) -> Response:  # as above
        self.must_be_a_person()
        actions.end_session(by=self.actor, session_id=session_id, at=self.at)
        return Response(status=204)
