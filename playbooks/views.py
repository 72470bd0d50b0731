"""The playbooks' panel beside a conversation: what was promised to people like this one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inbox.queries.conversation import load
from playbooks.queries import promise_for
from tenants.accounts.guards import allow
from tenants.accounts.permissions import Permission


@allow(Permission.VIEW)
@require_safe
def promise(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """A fragment for the fourth column (config/panels.py)."""
    conversation = load(conversation_id)
    level = promise_for(priority=conversation.priority, network=conversation.channel.network)
    return render(request, "playbooks/promise.html", {"level": level, "conversation": conversation})
