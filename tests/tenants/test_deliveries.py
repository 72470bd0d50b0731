"""What leads nowhere, and what was set aside, is visible to the agency and to nobody else."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from tenants.kernel.schema import inside, outside
from tenants.models import Client, Receipt, ReceiptState
from tests.conftest import person
from tests.tenants.accounts.browsing import ACME, AGENCY, Browser


@pytest.fixture
def boss(acme: Client) -> Browser:
    browser = Browser()
    browser.sign_in(person("mo@agency.example", "Mo", role="manager", client=None), next_path="/profile/")
    return browser


def receipt(name: str, **facts: object) -> Receipt:
    with outside():
        return Receipt.objects.create(
            network="webhook",
            delivery_id=name,
            body=b'{"text": "my card is 4111"}',
            received_at=now(),
            **facts,
        )


def test_the_agency_sees_what_leads_nowhere_without_its_words(boss):
    receipt("msg_9", account="lost-forum", state=ReceiptState.UNROUTABLE)

    desk = boss.get(f"{AGENCY}/").content.decode()
    page = boss.get(f"{AGENCY}/deliveries/").content.decode()

    assert "1 lead to no channel" in desk
    assert "lost-forum" in page
    assert "msg_9" in page
    assert "connect a channel with this account" in page
    assert "4111" not in page


def test_the_agency_sees_what_was_set_aside_with_its_reason(boss, acme):
    told = [{"position": 1, "reason": "`author` is missing", "excerpt": "4111"}]
    receipt(
        "msg_1",
        account="forum",
        client_id=acme.pk,
        channel_id=1,
        state=ReceiptState.READ,
        items=3,
        poisoned=told,
        aside=1,
    )

    page = boss.get(f"{AGENCY}/deliveries/").content.decode()

    assert "2 of 3: <bdi>`author` is missing</bdi>" in page
    assert "Acme" in page
    assert "4111" not in page


def test_without_any_the_page_says_that_all_is_well(boss):
    page = boss.get(f"{AGENCY}/deliveries/").content.decode()

    assert "Everything found its channel" in page
    assert "Nothing was set aside" in page


def test_a_client_sees_nothing_of_it(ada_user, acme):
    receipt("msg_9", account="lost-forum", state=ReceiptState.UNROUTABLE)
    visitor = Browser()
    visitor.enter(ada_user)

    assert visitor.get(f"{ACME}/deliveries/").status_code == 404
    assert "lost-forum" not in visitor.get(f"{AGENCY}/deliveries/").content.decode()
    with inside(acme):
        assert not Receipt.objects.exists()


def test_a_responder_of_the_agency_is_told_which_right_is_missing(grace_user):
    visitor = Browser()
    visitor.sign_in(grace_user, next_path="/profile/")
    answer = visitor.get(f"{AGENCY}/deliveries/")

    assert answer.status_code == 403
    assert "“manage channels” is missing" in answer.content.decode()
