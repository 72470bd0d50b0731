"""Hints of noise (M7): they lower the priority, several propose spam, and nothing is ever deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inbox.evaluation import Disposition
from tests.playbooks.triage.saying import BRAND, evaluated

SPAM = [
    "@quillamo follow me and I follow back, tag 5 friends to win",
    "Bitcoin airdrop! double your coins now https://bit.ly/xyz @quillamo",
    "@quillamo we offer seo services, grow your brand, click the link https://example.org/a",
    "@quillamo replica watches 90% off only today https://example.org/w",
    "@ana sorry for your trouble, kindly send your account number and password to our agent at https://example.org",
    "Quillamo Rabattcode? Geld verdienen von zuhause, hier klicken https://example.org",
    "@quillamo gagner de l'argent à la maison, cliquez ici https://example.org",
    "@quillamo gana dinero desde casa, haz clic aquí https://example.org",
]


@pytest.mark.parametrize("text", SPAM)
def test_several_hints_propose_spam_and_say_which(text):
    said = evaluated(text)

    assert (said.disposition, said.proposed) == (Disposition.SPAM, True)
    assert said.reasons[0].rule in {"solicitation", "crypto", "follower_bait", "phishing"}
    assert said.priority < 20


@pytest.mark.parametrize(
    "text",
    [
        "@quillamo my order is late, see https://bit.ly/photo of the box",
        "@quillamo the link https://example.org/a on your page is broken",
        "@quillamo why does your form ask for my password and account number?",
        "@quillamo I was charged twice and got a gift card giveaway instead of a refund, unacceptable",
        "@quillamo is the giveaway still open?",
    ],
)
def test_somebody_who_asks_or_complains_with_a_link_is_no_spammer(text):
    assert evaluated(text, addressed_to_brand=True).disposition is Disposition.ENGAGE


def test_one_hint_lowers_the_priority_and_decides_nothing():
    plain = evaluated("@quillamo when do you open on sunday?")
    copied = evaluated("@quillamo when do you open on sunday?", same_text_before=12)

    assert copied.disposition is plain.disposition is Disposition.ENGAGE
    assert copied.priority == plain.priority - 12
    assert "noise" in {reason.rule for reason in copied.priority_reasons}
    assert any("12 others sent the very same text" in reason.sentence for reason in copied.reasons)


def test_a_phrase_that_the_client_filters_is_proposed_as_spam_with_its_name():
    said = evaluated("calling all VOUCHER hunters: quillamo cups", addressed_to_brand=True)

    assert (said.disposition, said.reason) == (Disposition.SPAM, "noise_phrase")
    assert said.reasons[0].sentence == "The client filters “voucher hunters”."
    assert evaluated("a voucher for hunters at quillamo?").disposition is Disposition.ENGAGE


def test_danger_is_never_filtered_as_noise():
    text = "voucher hunters: follow me, bitcoin airdrop. My quillamo machine caught fire"

    assert evaluated(text).disposition is Disposition.INCIDENT


def test_only_a_client_who_allows_it_lets_a_machine_decide_on_spam():
    trusting = replace(BRAND, machine_decides=frozenset({Disposition.SPAM}))

    assert not evaluated(SPAM[0], trusting).proposed
