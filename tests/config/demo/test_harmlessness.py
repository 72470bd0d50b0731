"""Nobody real is named, written to or rung up: every address and number lies in a range kept for that."""

from __future__ import annotations

import json
import re

from config.demo import loader
from config.demo.phrases import phrases
from tests.config.demo.material import THREADS, all_items

RESERVED_HOST = re.compile(r"(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net))?|localhost|192\.0\.2\.\d+)")
ADDRESS = re.compile(r"https?://([^\s/?#<>]+)", re.IGNORECASE)
MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
TELEPHONE = re.compile(r"\+?\d(?:[ \u00a0]?\d){8,}")
FICTIONAL_NUMBERS = ("02079460", "4420794601", "01632960", "447700900", "03023125", "017139200")
"""Ranges that the British and German regulators keep for films: Ofcom's and the Bundesnetzagentur's lists."""


def test_every_web_address_is_reserved_for_examples(past):
    for text in [*everything_written(), *map(spoken_in, all_items(past))]:
        for host in ADDRESS.findall(text):
            assert RESERVED_HOST.fullmatch(host) or "{host}.example" in host, text


def test_every_mail_address_is_reserved_for_examples(past):
    for text in [*everything_written(), *map(spoken_in, all_items(past))]:
        for host in MAIL.findall(text):
            assert RESERVED_HOST.fullmatch(host.rstrip(".")), text


def test_every_telephone_number_is_fictional():
    for text in everything_written():
        for number in TELEPHONE.findall(text):
            digits = re.sub(r"\D", "", number)
            assert digits.startswith(FICTIONAL_NUMBERS), text


def test_addresses_made_for_payloads_are_reserved_too(plan, past):
    for item in [*(item for _, item in plan), *all_items(past)]:
        for url in (item.payload.get("url", ""), item.payload["author"].get("url", "")):
            assert not url or RESERVED_HOST.fullmatch(ADDRESS.findall(url)[0]), url


def everything_written():
    for thread in THREADS:
        yield thread.title
        for message in thread.messages:
            yield message.text
            if message.author:
                yield from (message.author.name, message.author.handle)
    for brand in loader.brands():
        yield from (reply.text for reply in brand.saved_replies)
        yield from (channel.account for channel in brand.channels)
        yield json.dumps([str(template) for template in phrases(brand.slug).templates])
    for person in loader.people():
        yield from (person.email, person.bio)


def spoken_in(item):
    return item.payload["text"]
