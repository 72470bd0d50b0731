"""Channels and listening terms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inbox.actions import channels as acts
from inbox.connectors import connect, connector_class, registrations
from inbox.connectors.networks.webhook.signing import new_secret
from inbox.connectors.networks.webhook.wire import example_command
from inbox.connectors.ports import BadSettings
from inbox.forms import ChannelForm, TermForm
from inbox.queries.settings import channel_page, term_page
from inbox.rows import ConnectorCard, FreshChannel
from inbox.views.here import Here, here
from tenants.accounts.arrivals import agency_address, is_deliberate
from tenants.accounts.guards import allow
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound, Refusal


@allow(Permission.VIEW)
@require_safe
def channels(request: HttpRequest) -> HttpResponse:
    """Every channel and how it does; a freshly connected one shows its secret once."""
    at_hand = here(request)
    kept = request.session.pop("fresh_channel", None) if is_deliberate(request) else None
    fresh = FreshChannel(**kept) if kept else None
    page = channel_page(actor=at_hand.actor, at=at_hand.at, hook_base=hook_base(), fresh=fresh)
    return render(request, "inbox/channels.html", {"page": page, "form": None})


@allow(Permission.MANAGE_CHANNELS)
@require_http_methods(["GET", "POST"])
def channel_add(request: HttpRequest) -> HttpResponse:
    """Connect a channel: the connector's own fields, its credentials sealed."""
    at_hand = here(request)
    slug = request.GET.get("network") or request.POST.get("connector") or "webhook"
    if slug not in {known.slug for known in registrations()}:
        raise NotFound(f"There is no connector “{slug}”.")
    fields = [field for field in connector_class(slug).fields if field.name != "secret"]
    initial = {"network": slug if slug != "webhook" else "mastodon"}
    form = ChannelForm(request.POST or None, fields=fields, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _connect(request, at_hand, slug, form)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        except BadSettings as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    page = channel_page(actor=at_hand.actor, at=at_hand.at, hook_base=hook_base(), chosen=slug)
    chosen: ConnectorCard = next(card for card in page.connectors if card.chosen)
    status = 422 if form.is_bound else 200
    return render(
        request, "inbox/channels.html", {"page": page, "form": form, "chosen": chosen}, status=status
    )


def _connect(request: HttpRequest, at_hand: Here, slug: str, form: ChannelForm) -> HttpResponse:
    credentials: dict[str, Any] = form.credentials()
    pushes = connector_class(slug).capabilities.receives_webhooks
    if pushes:
        credentials["secret"] = new_secret()
    connect(slug, credentials).check_addresses()  # what is wrong is said now, not at the first message
    channel = acts.connect_channel(
        client_id=at_hand.client.pk,
        network=form.cleaned_data["network"],
        connector=slug,
        name=form.cleaned_data["name"],
        account=form.cleaned_data["account"],
        credentials=credentials,
        purpose=form.cleaned_data["purpose"],
        audience=form.cleaned_data["audience"],
        by=at_hand.actor,
        at=at_hand.at,
    )
    if pushes:
        url = f"{hook_base()}/hooks/{slug}/{channel.account}/"
        request.session["fresh_channel"] = {
            "name": channel.name,
            "url": url,
            "secret": credentials["secret"],
            "example": example_command(url, credentials["secret"]),
        }
    messages.success(request, f"{channel.name} is connected.")
    return redirect("inbox:channels")


def hook_base() -> str:
    """Where outside systems deliver: the agency's own host."""
    return agency_address("")


@allow(Permission.MANAGE_CHANNELS)
@require_POST
def channel_pause(request: HttpRequest, channel_id: int) -> HttpResponse:
    at_hand = here(request)
    acts.pause(channel_id=channel_id, why=f"Paused by {at_hand.actor.name}.", by=at_hand.actor, at=at_hand.at)
    return redirect("inbox:channels")


@allow(Permission.MANAGE_CHANNELS)
@require_POST
def channel_resume(request: HttpRequest, channel_id: int) -> HttpResponse:
    at_hand = here(request)
    acts.resume(channel_id=channel_id, by=at_hand.actor, at=at_hand.at)
    return redirect("inbox:channels")


@allow(Permission.VIEW)
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    at_hand = here(request)
    page = term_page(actor=at_hand.actor, at=at_hand.at)
    return render(request, "inbox/terms.html", {"page": page, "form": TermForm()})


@allow(Permission.MANAGE_RULES)
@require_POST
def term_add(request: HttpRequest) -> HttpResponse:
    at_hand = here(request)
    form = TermForm(request.POST)
    if form.is_valid():
        try:
            acts.add_term(
                text=form.cleaned_data["text"],
                fuzzy=form.cleaned_data["fuzzy"],
                excludes=form.cleaned_data["excludes"],
                by=at_hand.actor,
                at=at_hand.at,
            )
        except Refusal as refusal:
            form.add_error("text", refusal.sentence)
        else:
            messages.success(request, f"Listening for “{form.cleaned_data['text']}”.")
            return redirect("inbox:terms")
    page = term_page(actor=at_hand.actor, at=at_hand.at)
    return render(request, "inbox/terms.html", {"page": page, "form": form}, status=422)


@allow(Permission.MANAGE_RULES)
@require_POST
def term_remove(request: HttpRequest, term_id: int) -> HttpResponse:
    at_hand = here(request)
    acts.remove_term(term_id=term_id, by=at_hand.actor, at=at_hand.at)
    messages.success(request, "Not listened for any more.")
    return redirect("inbox:terms")
