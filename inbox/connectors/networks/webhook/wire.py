"""The signed webhook's payloads, both ways. Pure.

**What you send us**: POST to the address shown with the channel, signed (signing.py). The body is a JSON
object, `{"items": [ITEM, …]}` or one ITEM alone, up to 5 MB and 10,000 items. An item that cannot be read is set
aside with its reason and stops none of the others; fields we do not know are ignored. The same webhook-id with
another body is answered with 409: give each delivery an id of its own.

    external_id         required; your own id of the item, 1 to 255 characters. The same id and kind again are the
                        same item: it is stored once, however often it is sent, and only `change` changes it.
                        One id under two kinds is two items
    kind                required; post, comment, reply, direct_message, mention, repost, review or email
    text                what was said, plain, up to 100,000 characters; longer is set aside, never cut
    sent_at             required; ISO 8601 with a time zone (2026-03-01T09:30:00Z), from 1990 to 2099.
                        A time without a zone is set aside: we do not guess where you are
    author              required; an object with
      external_id         required; your own id of the person
      name, handle        up to 200 characters each
      url                 their page; http or https
      followers           a whole number
      is_brand            true where the brand itself wrote this, outside Rapport
    change              new (as when it is left out), edited or deleted
    changed_at          when it was edited or deleted; ISO 8601 with a time zone. The latest edit counts; of two that
                        claim the same moment the one that arrives last
    thread_id           your id of the whole conversation, up to 255 characters
    in_reply_to         external_id of the item this one answers
    title               up to 300 characters
    url                 the item's own page; http or https
    private             true for what only the brand can read
    rating              1 to 5, for reviews
    language            such as en or pt-BR
    addressed_to_brand  true where the item speaks to the brand
    attachments         a list of up to 50 http or https addresses

One of text, title, attachments and rating must say something, except in a repost or a deletion. A deletion
may leave out author, text and sent_at (then it needs changed_at). NUL and lone surrogates become U+FFFD.
`example_command` writes a command line that sends an item.

**What we send you**: a reply, POSTed to the channel's return address, signed the same way:

    {"type": "reply.publish", "key": …, "thread_id": …, "in_reply_to": …, "text": …, "private": false}

`key` names the reply; it is also in the headers idempotency-key and webhook-id. Publish a key once, whatever
happens. Answer 2xx with

    {"external_id": "your id of the reply", "sent_at": "2026-03-01T09:31:00Z", "url": "https://…"}

where sent_at (else the moment of your answer) and url may be left out. 429 and 503 (with Retry-After) mean
"nothing was done, come back later", as do 408 and 425. Any other 4xx except 409 is a refusal; its body may
say why: `{"code": …, "message": "a sentence for the person who wrote the reply"}`, code being
window_closed, parent_gone, not_permitted, reauth, blocked_abuse, content_rejected or quota_exhausted. After
everything else (no answer, 409, 5xx, 2xx without external_id) we do not know what happened, and ask: GET your
return address with `?key=…`, signed over an empty body with the webhook-id `read-<key>`. Answer 200 with the
object above if the reply stands, 404 if it does not.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from inbox.connectors.delivery import MAX_ITEMS, Delivery, Unparsed, open_delivery, too_many
from inbox.connectors.items import read_item
from inbox.connectors.ports import IncomingMessage, OutgoingReply, Poisoned, SentReply
from inbox.connectors.reading import (
    MAX_ADDRESS,
    MAX_ID,
    Unreadable,
    clean,
    excerpt,
    instant,
    load_json,
    web_address,
)

REPLY_TYPE = "reply.publish"
_CODES = frozenset(
    {
        "window_closed",
        "parent_gone",
        "not_permitted",
        "reauth",
        "blocked_abuse",
        "content_rejected",
        "quota_exhausted",
    }
)
_CODE_OF_STATUS = {
    400: "content_rejected",
    401: "reauth",
    404: "parent_gone",
    410: "parent_gone",
    413: "content_rejected",
    422: "content_rejected",
}


def read_items(body: bytes) -> Iterator[IncomingMessage | Poisoned]:
    """Every item of a delivery, as a message or with the reason why not. Never raises."""
    try:
        delivery = _opened(body)
    except Unreadable as error:
        yield Poisoned(0, str(error), excerpt(body))
        return
    for position, item in enumerate(delivery.items()):
        if isinstance(item, Unparsed):
            yield Poisoned(position, item.reason, excerpt(item.text))
            continue
        try:
            yield read_item(item)
        except Unreadable as error:
            yield Poisoned(position, str(error), excerpt(item))
    if delivery.rest:
        yield Poisoned(MAX_ITEMS, too_many(delivery.rest), count=delivery.rest)


def _opened(body: bytes) -> Delivery:
    delivery = open_delivery(body)
    envelope = delivery.envelope
    if not isinstance(envelope, dict):
        raise Unreadable('the body must be a JSON object: {"items": [...]}, or one item')
    if envelope.get("type") == REPLY_TYPE:
        raise Unreadable("this is one of our own replies, sent back to us")
    if "items" not in envelope:
        return Delivery(envelope, [envelope])
    if not isinstance(envelope["items"], list):
        raise Unreadable("`items` must be a list")
    return delivery


def write_reply(reply: OutgoingReply, *, key: str) -> bytes:
    """The body that asks to publish a reply."""
    words = {
        "type": REPLY_TYPE,
        "key": key,
        "thread_id": reply.thread_id,
        "in_reply_to": reply.in_reply_to,
        "text": reply.text,
        "private": reply.private,
    }
    return json.dumps(words).encode("ascii")


def read_sent(body: bytes, *, at: datetime) -> SentReply | None:
    """The proof in an answer, or None where there is none to be found in it.

    The external id is the proof; a time or address beside it that cannot be read does not undo it.
    """
    words = _object(body)
    external_id = words.get("external_id")
    if not isinstance(external_id, str) or not clean(external_id).strip() or len(external_id) > MAX_ID:
        return None
    return SentReply(external_id=clean(external_id).strip(), sent_at=_moment(words, at), url=_page(words))


def read_refusal(status: int, body: bytes) -> tuple[str, str]:
    """The error class and the sentence of a 4xx answer, in the receiver's own words where it gives some."""
    words = _object(body)
    code, message = words.get("code"), words.get("message")
    if not isinstance(code, str) or code not in _CODES:
        code = _CODE_OF_STATUS.get(status, "not_permitted")
    if not isinstance(message, str) or not message.strip():
        return code, f"The return address refused the reply (status {status}). Ask those who run it."
    return code, f"The return address refused the reply: {clean(message.strip())[:300]}"


def example_command(address: str, secret: str) -> str:
    """A shell command (bash, curl, openssl, od) that signs an item and sends it to the channel's address."""
    return f"""\
address={shlex.quote(address)}
secret={shlex.quote(secret)}
timestamp=$(date +%s); id="msg_${{timestamp}}_$RANDOM"; sent_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
body='{{"external_id":"'$id'","kind":"mention","text":"Where is my parcel?","sent_at":"'$sent_at'",'
body+='"author":{{"external_id":"u1","name":"Mina"}},"addressed_to_brand":true}}'
key=$(printf %s "${{secret#whsec_}}" | base64 -d | od -An -tx1 | tr -d ' \\n')
signature=$(printf %s "$id.$timestamp.$body" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
curl --fail-with-body -X POST "$address" -H 'content-type: application/json' -H "webhook-id: $id" \\
  -H "webhook-timestamp: $timestamp" -H "webhook-signature: v1,$signature" --data-binary "$body"
"""


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = load_json(body)
    except Unreadable:
        return {}
    return value if isinstance(value, dict) else {}


def _moment(words: Mapping[str, Any], otherwise: datetime) -> datetime:
    try:
        return instant(str(words.get("sent_at") or ""), "sent_at")
    except Unreadable:
        return otherwise


def _page(words: Mapping[str, Any]) -> str:
    try:
        return web_address(clean(str(words.get("url") or "")), MAX_ADDRESS, "url")
    except Unreadable:
        return ""
