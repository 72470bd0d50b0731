"""The desk: what it counts is what is there, and what it repeats it draws once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.template import engines
from django.urls import set_urlconf
from django.utils import timezone

from tenants.desk import desk_page
from tenants.models import Client, DeskItem
from tenants.rows import BrandFace, Clock, PersonFace
from tests.conftest import NOON

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_the_agency():
    set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
    yield
    set_urlconf(None)


def item(client, number, **facts):
    usual = {"network": "x", "status": "open", "stage": "respond", "priority": 40, "updated_at": NOON}
    return DeskItem.objects.create(client_id=client.pk, conversation_id=number, **{**usual, **facts})


@pytest.fixture
def work(acme, globex, grace_user, ada_user):
    """Five for Acme, of which one sleeps; two for Globex."""
    item(acme, 1, assignee_id=grace_user.pk, waiting_since=NOON - 3 * HOUR, due_at=NOON - HOUR)
    item(acme, 2, assignee_id=grace_user.pk, waiting_since=NOON - HOUR, due_at=NOON + HOUR)
    item(acme, 3, waiting_since=NOON - 2 * HOUR, due_at=NOON)
    item(acme, 4, assignee_id=ada_user.pk, snoozed_until=NOON)
    item(acme, 5, assignee_id=grace_user.pk, snoozed_until=NOON + HOUR, due_at=NOON - HOUR,
         waiting_since=NOON - 9 * HOUR)  # fmt: skip
    item(globex, 1, assignee_id=grace_user.pk)
    item(globex, 2)


def look(actor, **asked):
    return desk_page(**{"view": "all", "brand": "", "after": "", "actor": actor, "at": NOON, **asked})


def test_each_brand_counts_what_is_awake(work, grace):
    page = look(grace)

    strip = {line.brand.slug: (line.open, line.breaching, line.unassigned) for line in page.brands}
    assert strip == {"acme": (4, 2, 1), "globex": (2, 0, 1)}
    oldest = {line.brand.slug: line.oldest_waiting_since for line in page.brands}
    assert oldest == {"acme": NOON - 3 * HOUR, "globex": None}
    assert (page.open, page.breaching, page.unassigned) == (6, 2, 2)
    assert len(page.rows) == 6


def test_hands_are_full_of_what_sleeps_too_over_all_brands(work, grace):
    page = look(grace, brand="globex")

    (duty,) = [person for person in page.duty if person.face.you]
    assert (duty.load, duty.brands) == (4, 2)
    assert (page.open, page.breaching, page.unassigned) == (2, 0, 1)


def test_a_closed_brand_has_neither_rows_nor_numbers_on_the_desk(work, globex, grace):
    Client.objects.filter(pk=globex.pk).update(closed_at=NOON + HOUR)

    page = look(grace)

    assert [line.brand.slug for line in page.brands] == ["acme"]
    assert (page.open, len(page.rows)) == (4, 4)
    assert {row.brand.slug for row in page.rows} == {"acme"}


def test_the_desk_is_read_in_the_same_number_of_statements_however_much_there_is(work, acme, grace, queries):
    with queries() as few:
        look(grace, brand="globex")
    for number in range(10, 80):
        item(acme, number, assignee_id=number)

    with queries() as many:
        look(grace)

    assert len(many) == len(few)


# --- Parts that are drawn once -----------------------------------------------------------------------
def shown(source, **what):
    return engines["django"].from_string("{% load parts %}" + source).render(what)


def test_a_part_looks_as_its_template_does():
    ada = PersonFace(1, "Ada <Lovelace>", "AL", mode="composing")
    acme = BrandFace(1, "acme", "Acme & Sons", "#0b5fff", "/")
    clock = Clock(NOON, due_at=NOON + HOUR, warn_at=NOON - HOUR)

    included = (("face", "ada named=True"), ("mark", "acme"), ("clock", "clock"))
    names = {"face": "face=ada named=True", "mark": "brand=acme", "clock": "clock=clock"}
    facts = {"ada": ada, "acme": acme, "clock": clock}

    parts = shown("".join(f"{{% {name} {what} %}}" for name, what in included), **facts)
    whole = shown(
        "".join(f'{{% include "components/{name}.html" with {what} %}}' for name, what in names.items()),
        **facts,
    )

    assert parts == whole
    assert "Ada &lt;Lovelace&gt; is writing" in parts


def test_what_differs_is_drawn_anew():
    quiet, writing = PersonFace(1, "Ada", "A"), PersonFace(1, "Ada", "A", mode="composing")

    assert shown("{% face one %}", one=quiet) != shown("{% face one %}", one=writing)
    assert shown("{% face one %}", one=quiet) != shown("{% face one size='large' %}", one=quiet)
    acme = BrandFace(1, "acme", "Acme", "#0b5fff", "/")
    assert "aria-current" in shown("{% brand_item acme current=True %}", acme=acme)
    assert "aria-current" not in shown("{% brand_item acme %}", acme=acme)
    assert shown("{% face one %}", one=quiet) == shown("{% face one %}", one=PersonFace(1, "Ada", "A"))


def test_a_clock_goes_on_and_tells_the_hour_of_whoever_looks():
    def at(moment, zone):
        with timezone.override(zone):
            return shown("{% clock clock %}", clock=Clock(moment, due_at=NOON + HOUR))

    assert "1 h left" in at(NOON, "UTC")
    assert "59 min left" in at(NOON + timedelta(minutes=1), "UTC")
    assert "13:00" in at(NOON, "UTC")
    assert "14:00" in at(NOON, "Europe/Berlin")
