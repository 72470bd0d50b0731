"""The client's standing decisions as receiving and the panel ask for them."""

from __future__ import annotations

import pytest

from inbox.evaluation import Disposition, ListeningTermFacts
from inbox.models import ListeningTerm
from playbooks.models import HouseStyle, ServiceLevel
from playbooks.queries import house_rules, promise_for
from tests.conftest import NOON


@pytest.fixture
def no_playbook(at_acme):
    """Acme before anybody wrote down anything."""
    HouseStyle.objects.all().delete()
    ServiceLevel.objects.all().delete()
    ListeningTerm.objects.all().delete()
    return at_acme


def style(version=1, **decided):
    return HouseStyle.objects.create(version=version, changed_at=NOON, changed_by_id="1", **decided)


def level(position, name, **promised):
    promised = {"first_seconds": 3600, "next_seconds": 7200, **promised}
    return ServiceLevel.objects.create(position=position, name=name, changed_at=NOON, **promised)


def term(text, **facts):
    return ListeningTerm.objects.create(text=text, added_at=NOON, added_by_id="1", **facts)


def test_a_client_without_a_playbook_lets_machines_engage_and_nothing_else(no_playbook):
    rules = house_rules(no_playbook)

    assert rules.brand.machine_decides == {Disposition.ENGAGE}
    assert (rules.brand.name, rules.brand.languages) == ("Acme", ("en", "de"))
    assert rules.target_for(priority=100, network="mastodon") is None


def test_the_newest_version_of_the_house_style_holds(no_playbook):
    style(1, crisis_words=["fire"], machine_decides=["spam"])
    style(2, crisis_words=["recall"], noise_phrases=["win a"], handles=["@acme"], machine_decides=[])

    brand = house_rules(no_playbook).brand

    assert (brand.crisis_words, brand.noise_phrases, brand.handles) == (("recall",), ("win a",), ("@acme",))
    assert brand.machine_decides == frozenset()


def test_terms_that_were_removed_are_not_listened_for(no_playbook):
    term("Acme", excludes=["acme of skill"])
    term("Roadrunner", fuzzy=False)
    term("Coyote", removed_at=NOON)

    assert house_rules(no_playbook).brand.terms == (
        ListeningTermFacts("Acme", fuzzy=True, excludes=("acme of skill",)),
        ListeningTermFacts("Roadrunner", fuzzy=False),
    )


def test_the_first_service_level_that_fits_holds_and_retired_ones_do_not(no_playbook):
    level(0, "Old", first_seconds=1, retired_at=NOON)
    level(2, "Everybody", first_seconds=None, next_seconds=90_000)
    level(1, "Urgent on Mastodon", minimum_priority=70, networks=["mastodon"])

    rules = house_rules(no_playbook)

    for priority, network, name, first in (
        (70, "mastodon", "Urgent on Mastodon", 3600),
        (69, "mastodon", "Everybody", None),
        (99, "bluesky", "Everybody", None),
    ):
        target = rules.target_for(priority=priority, network=network)
        promise = promise_for(priority=priority, network=network)
        assert target is not None
        assert promise is not None
        assert (promise.name, target.first_seconds) == (name, first)
        assert promise.first == ("" if first is None else "1 h")
        assert promise.following == ("1 d 1 h" if name == "Everybody" else "2 h")


def test_a_playbook_is_read_in_three_queries_whatever_its_size(no_playbook, django_assert_num_queries):
    for number in range(20):
        term(f"Acme {number}")
        level(number, f"Level {number}")
    style()

    with django_assert_num_queries(3):
        house_rules(no_playbook)
