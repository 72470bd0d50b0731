"""Channels and listening terms."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.actions import channels
from inbox.api.description import CURSOR, IF_NONE_MATCH, LIMIT
from inbox.api.operation import Operation, tagged
from inbox.api.pages import next_address, page, page_of
from inbox.api.reading import BY_ID
from inbox.api.serializers.common import Nothing
from inbox.api.serializers.settings import (
    ChannelAsked,
    ChannelOut,
    FreshChannelOut,
    PauseAsked,
    TermAsked,
    TermOut,
)
from inbox.connectors import connect, connector_class
from inbox.connectors.networks.webhook.signing import new_secret
from inbox.connectors.ports import BadSettings
from inbox.models import Channel, ListeningTerm
from tenants.accounts.arrivals import agency_address
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound

CHANNELS = "Channels"
TERMS = "Listening terms"
ChannelPage = page_of(ChannelOut, "ChannelPage")
TermPage = page_of(TermOut, "ListeningTermPage")


def _channel(channel_id: int) -> Channel:
    row = Channel.objects.filter(pk=channel_id).first()
    if row is None:
        raise NotFound("There is no such channel here. It may belong to another client.")
    return row


class Channels(Operation):
    """All of them, and connecting one."""

    allowed = {"GET": Permission.VIEW, "POST": Permission.MANAGE_CHANNELS}

    @extend_schema(
        operation_id="channels_list",
        summary="List channels",
        description="Every connected account and how it does.",
        tags=[CHANNELS],
        parameters=[CURSOR, LIMIT],
        responses={200: ChannelPage},
    )
    def get(self, request: Request) -> Response:
        found = page(Channel.objects.all(), BY_ID, request)
        shown = ChannelOut(found.rows, many=True).data
        return Response({"next": next_address(request, found.cursor), "results": shown})

    @extend_schema(
        operation_id="channels_connect",
        summary="Connect a channel",
        description="The credentials are checked for their form, sealed, and never shown again; a signing secret we "
        "made is in this answer and in no other. An address that lies in a private network, or whose name cannot be "
        "looked up, is refused. 409 when the account is connected already.",
        tags=[CHANNELS],
        request=ChannelAsked,
        responses={201: FreshChannelOut},
    )
    def post(self, request: Request) -> Response:
        asked = self.asked(ChannelAsked)
        made = _secret_to_make(asked)
        credentials = {**asked.pop("credentials"), **({"secret": made} if made else {})}
        _check(asked["connector"], credentials)
        row = channels.connect_channel(
            client_id=request.client.pk,  # type: ignore[attr-defined]  # put there by tenants.middleware.ClientByHost
            credentials=credentials,
            by=self.actor,
            at=self.at,
            **asked,
        )
        path = f"/hooks/{row.connector}/{row.account}/"
        pushed = connector_class(row.connector).capabilities.receives_webhooks
        shown = {
            **ChannelOut(row).data,
            "deliver_to": agency_address(path) if pushed else None,
            "secret": made or None,
        }
        return Response(shown, status=201, headers={"Location": f"/api/v1/channels/{row.pk}"})


def _secret_to_make(asked: dict[str, Any]) -> str:
    """What signs the deliveries of a connector that is pushed to, where the caller brings no secret."""
    pushed = connector_class(asked["connector"]).capabilities.receives_webhooks
    return new_secret() if pushed and not asked["credentials"].get("secret") else ""


def _check(connector: str, credentials: dict[str, Any]) -> None:
    """Raises ValidationError, naming the setting."""
    try:
        connect(connector, credentials).check_addresses()
    except BadSettings as error:
        raise ValidationError({f"credentials.{error.field}": [str(error)]}) from None


class ChannelDetail(Operation):
    """One of them."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="channels_read",
        summary="Read a channel",
        tags=[CHANNELS],
        parameters=[IF_NONE_MATCH],
        responses={200: ChannelOut, 304: None},
    )
    def get(self, request: Request, channel_id: int) -> Response:
        return tagged(request, ChannelOut(_channel(channel_id)).data)


class PauseChannel(Operation):
    """Stopping one."""

    allowed = Permission.MANAGE_CHANNELS

    @extend_schema(
        operation_id="channels_pause",
        summary="Pause a channel",
        description="Nothing is fetched and nothing published until it is resumed; replies are held.",
        tags=[CHANNELS],
        request=PauseAsked,
        responses={200: ChannelOut},
    )
    def post(self, request: Request, channel_id: int) -> Response:
        reason = self.asked(PauseAsked)["reason"]
        row = channels.pause(channel_id=channel_id, why=reason, by=self.actor, at=self.at)
        return tagged(request, ChannelOut(row).data)


class ResumeChannel(Operation):
    """Going on with it."""

    allowed = Permission.MANAGE_CHANNELS

    @extend_schema(
        operation_id="channels_resume",
        summary="Resume a channel",
        tags=[CHANNELS],
        request=Nothing,
        responses={200: ChannelOut},
    )
    def post(self, request: Request, channel_id: int) -> Response:
        self.asked(Nothing)
        row = channels.resume(channel_id=channel_id, by=self.actor, at=self.at)
        return tagged(request, ChannelOut(row).data)


class ListeningTerms(Operation):
    """All of them, and adding one."""

    allowed = {"GET": Permission.VIEW, "POST": Permission.MANAGE_RULES}

    @extend_schema(
        operation_id="listening_terms_list",
        summary="List listening terms",
        tags=[TERMS],
        parameters=[CURSOR, LIMIT],
        responses={200: TermPage},
    )
    def get(self, request: Request) -> Response:
        found = page(ListeningTerm.objects.filter(removed_at__isnull=True), BY_ID, request)
        shown = TermOut(found.rows, many=True).data
        return Response({"next": next_address(request, found.cursor), "results": shown})

    @extend_schema(
        operation_id="listening_terms_add",
        summary="Add a listening term",
        description="What comes in from now on is matched against it. 409 when it is listened for already.",
        tags=[TERMS],
        request=TermAsked,
        responses={201: TermOut},
    )
    def post(self, request: Request) -> Response:
        asked = self.asked(TermAsked)
        row = channels.add_term(**asked, by=self.actor, at=self.at)
        return Response(TermOut(row).data, status=201)


class ListeningTermDetail(Operation):
    """Removing one."""

    allowed = Permission.MANAGE_RULES

    @extend_schema(
        operation_id="listening_terms_remove",
        summary="Remove a listening term",
        description="What it has matched keeps its reason.",
        tags=[TERMS],
        responses={204: None},
    )
    def delete(self, request: Request, term_id: int) -> Response:
        channels.remove_term(term_id=term_id, by=self.actor, at=self.at)
        return Response(status=204)
