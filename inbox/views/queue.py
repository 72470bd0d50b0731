"""The list: whole, one page further, or one row."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inbox.models import Channel
from inbox.queries import views
from inbox.queries.conversation import choices
from inbox.queries.queue import queue_page, queue_rows
from inbox.rows import QueuePage
from inbox.views.here import Here, here
from tenants.accounts.guards import allow
from tenants.accounts.permissions import Permission
from tenants.kernel.htmx import part
from tenants.kernel.numbers import read_ids

QUEUE = "inbox/queue.html"
MAX_ROWS = 50
"""Rows in one answer; the browser asks again for more (config/static/js/live.js)."""


@allow(Permission.VIEW)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The inbox without an open conversation."""
    at_hand = here(request)
    page = page_of(request, at_hand)
    context = {"page": page, "choices": choices(actor=at_hand.actor, client=at_hand.client, at=at_hand.at)}
    return render(request, QUEUE, context)


@allow(Permission.VIEW)
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """More rows; or of the conversations named by `only`, the rows of those that belong to the view."""
    at_hand = here(request)
    if "only" not in request.GET:
        return part(request, QUEUE, "rows", {"page": page_of(request, at_hand, with_menu=False)})
    wanted = read_ids(request.GET["only"].split(",", MAX_ROWS), most=MAX_ROWS)
    view = views.view_for(request.GET.get("view", "open"), names=_channel_names())
    query = request.GET.get("q", "").strip()[:200]
    found = views.conversations(view, me=at_hand.actor.user_id, query=query, at=at_hand.at)
    some = list(found.filter(pk__in=wanted).select_related("channel", "author"))
    rows = queue_rows(some, actor=at_hand.actor, at=at_hand.at, selected=None, view_key=view.key)
    return part(request, QUEUE, "rows", {"page": {"rows": rows}})


def page_of(
    request: HttpRequest, at_hand: Here, *, selected: int | None = None, with_menu: bool = True
) -> QueuePage:
    """The list as the request asks for it."""
    return queue_page(
        view_key=request.GET.get("view") or request.POST.get("view") or "open",
        query=request.GET.get("q", "").strip()[:200],
        after=request.GET.get("after", ""),
        actor=at_hand.actor,
        at=at_hand.at,
        selected=selected,
        with_menu=with_menu,
    )


def _channel_names() -> dict[int, str]:
    return dict(Channel.objects.values_list("pk", "name"))
