"""Messages written by hand, in four languages, and what is to become of each (M1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inbox.evaluation import Disposition, Intent
from tests.playbooks.triage.saying import BRAND, evaluated

TO_THE_BRAND = {"addressed_to_brand": True}
ANSWER = {"addressed_to_brand": True, "reply_to_brand": True, "author_messages_before": 1}

ENGAGED = [
    ("en", "question", "@quillamo which grind do you recommend for a moka pot?"),
    ("en", "question", "does anyone know whether quillamo beans are fair trade?"),
    ("en", "complaint", "@quillamo my parcel still hasn't arrived, three weeks now. This is a joke."),
    ("en", "complaint", "Quillamo charged me twice and nobody answers my emails"),
    ("en", "complaint", "my quilamo grinder broke after two days"),
    ("en", "request", "@quillamo please send me an invoice for order 4411"),
    ("en", "praise", "I love my Quillamo grinder, best thing I bought this year"),
    (
        "en",
        "media",
        "@quillamo I'm a reporter with the Harbour Gazette, who can comment for a story? Deadline at 5",
    ),
    ("en", "job", "Hi Quillamo, are you hiring baristas in Leeds?"),
    ("en", "sales", "@quillamo how much is the big grinder? want to buy one for the office"),
    ("de", "question", "@quillamo wann kommt die neue Mühle in den Laden?"),
    (
        "de",
        "complaint",
        "@quillamo seit drei Wochen warte ich auf mein Paket, niemand antwortet. Unverschämt!",
    ),
    ("de", "complaint", "Meine Quilamo Mühle ist schon wieder kaputt"),
    ("de", "request", "@quillamo bitte schickt mir die Rechnung noch einmal"),
    ("de", "praise", "Der Kaffee von Quillamo ist der beste, den ich kenne. Ganz großes Lob!"),
    (
        "de",
        "media",
        "@quillamo Ich bin Journalistin beim Hafenboten. Presseanfrage: wer kann etwas zu den Preisen sagen?",
    ),
    ("de", "job", "Hallo Quillamo, habt ihr offene Stellen in Köln? Ich würde mich gern bewerben"),
    ("fr", "question", "@quillamo est-ce que vous livrez en Belgique ?"),
    ("fr", "complaint", "@quillamo toujours pas reçu ma commande, personne ne répond, c'est inadmissible"),
    ("fr", "complaint", "Mon moulin Quillamo est en panne au bout de deux jours, je suis très déçue"),
    ("fr", "request", "@quillamo pouvez-vous m'envoyer la facture s'il vous plaît"),
    ("fr", "praise", "Le café Quillamo est excellent, bravo à toute l'équipe"),
    (
        "fr",
        "media",
        "Bonjour @quillamo, je suis journaliste au Phare, je prépare un article sur le prix du café",
    ),
    ("fr", "job", "Bonjour Quillamo, est-ce que vous recrutez à Lille ? Je cherche un stage"),
    ("es", "question", "@quillamo ¿cuándo abre la tienda de Sevilla?"),
    ("es", "complaint", "@quillamo llevo tres semanas esperando mi pedido y nadie contesta, qué vergüenza"),
    ("es", "complaint", "El molinillo de Quillamo no funciona, quiero que me devuelvan el dinero"),
    ("es", "request", "@quillamo por favor, enviadme la factura otra vez"),
    ("es", "praise", "El café de Quillamo es buenísimo, me encanta"),
    ("es", "media", "Hola @quillamo, soy periodista de El Muelle y preparo un reportaje sobre el café"),
    ("es", "job", "Hola Quillamo, ¿tenéis vacantes en Madrid? Busco trabajo de barista"),
]


@pytest.mark.parametrize(("language", "intent", "text"), ENGAGED)
def test_who_asks_complains_praises_or_wants_something_is_answered(language, intent, text):
    said = evaluated(text)

    assert said.disposition is Disposition.ENGAGE
    assert not said.proposed
    assert (said.language, said.intent.value) == (language, intent)
    assert said.reasons[0].sentence


NOT_ANSWERED = [
    ("bare_mention", "@quillamo", {}),
    ("bare_mention", "@quillamo @ana @ben https://example.org/p/1", TO_THE_BRAND),
    ("emoji_only", "@quillamo ☕☕☕", {}),
    ("private_talk", "@ana shall we meet at the quillamo on the corner at six?", {}),
    ("private_talk", "@ana treffen wir uns um sechs beim quillamo an der Ecke?", {}),
    ("private_talk", "@ana on se retrouve au quillamo du coin à six heures ?", {}),
    ("private_talk", "@ana ¿quedamos a las seis en el quillamo de la esquina?", {}),
    ("bait", "@quillamo bet you won't answer this, cowards", {}),
    ("bait", "@quillamo tea is better than coffee, change my mind", {}),
    ("closing_thanks", "thanks, all sorted now", ANSWER),
    ("closing_thanks", "Danke, hat geklappt!", ANSWER),
    ("closing_thanks", "Merci beaucoup, c'est parfait", ANSWER),
    ("closing_thanks", "¡Muchas gracias! Todo perfecto", ANSWER),
    ("closing", "got it, will do", ANSWER),
    ("excluded", "Amanecer en el Lago Quillamo", {}),
]


@pytest.mark.parametrize(("reason", "text", "facts"), NOT_ANSWERED)
def test_bait_private_talk_and_bare_mentions_need_no_answer_and_a_machine_only_proposes_so(
    reason, text, facts
):
    said = evaluated(text, **facts)

    assert (said.disposition, said.reason) == (Disposition.NO_RESPONSE, reason)
    assert said.proposed
    assert said.reasons[0].sentence


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("thanks, but it still does not work", ANSWER),
        ("thanks! and when will it arrive?", ANSWER),
        ("Danke, aber es funktioniert immer noch nicht", ANSWER),
        ("merci mais toujours rien reçu", ANSWER),
        ("gracias pero sigue sin funcionar", ANSWER),
        ("thanks for nothing", ANSWER),
        ("@quillamo bet you won't answer: why was I charged twice?", {}),
        ("@quillamo 😡😡 where is my order", {}),
        ("@ana @quillamo never answers, still waiting for my refund", {}),
    ],
)
def test_what_only_looks_like_an_end_a_bait_or_private_talk_is_answered(text, facts):
    assert evaluated(text, **facts).disposition is Disposition.ENGAGE


@pytest.mark.parametrize(
    "text",
    [
        "@quillamo there is glass in my coffee tin, I cut my mouth",
        "@quillamo I found glass splinters in the tin",
        "@quillamo your machine caught fire in my kitchen",
        "@quillamo in meiner Dose sind Glassplitter, ich habe mich verletzt",
        "@quillamo votre machine a pris feu dans ma cuisine",
        "@quillamo vuestra cafetera se ha incendiado en mi cocina",
        "@quillamo I want to kill myself",
    ],
)
def test_danger_to_people_is_an_incident_and_comes_first(text):
    said = evaluated(text)

    assert said.disposition is Disposition.INCIDENT
    assert said.priority >= 70


def test_a_threat_in_public_is_moderated_and_in_private_answered_with_care():
    threat = "@quillamo I know where you live and I will find you"

    assert evaluated(threat).disposition is Disposition.MODERATE
    assert evaluated(threat, private=True, **TO_THE_BRAND).disposition is Disposition.ENGAGE


def test_what_is_merely_said_of_the_brand_is_watched():
    said = evaluated("Passed the old Quillamo building on the tram")

    assert (said.disposition, said.reason) == (Disposition.MONITOR, "statement")


def test_what_begins_with_the_brands_handle_is_said_to_it():
    wry = "my parcel and I have started writing each other postcards"

    assert evaluated(f"@quillamo {wry}").reason == "addressed"
    assert evaluated(f"@quillamohelp {wry}").reason == "addressed"
    assert evaluated(f"{wry} about @quillamo").disposition is Disposition.MONITOR


def test_what_names_nothing_of_ours_is_watched():
    assert evaluated("Lovely weather in the harbour today").reason == "no_term"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"author_unanswered_before": 2}, "unanswered_author"),
        ({"author_messages_before": 9}, "known_author"),
    ],
)
def test_a_likely_advocate_or_adversary_is_answered_where_a_stranger_is_watched(facts, reason):
    text = "Sitting in the quillamo again, sun on my face 😊"

    assert evaluated(text).disposition is Disposition.MONITOR
    said = evaluated(text, **facts)
    assert (said.disposition, said.reason) == (Disposition.ENGAGE, reason)


def test_stars_decide_how_a_review_sounds_and_every_review_is_answered():
    for stars, intent in ((1, Intent.COMPLAINT), (5, Intent.PRAISE)):
        said = evaluated("It is what it is.", rating=stars, kind="review", **TO_THE_BRAND)

        assert (said.disposition, said.intent) == (Disposition.ENGAGE, intent)
    wordless = evaluated("", rating=3, kind="review", **TO_THE_BRAND)
    assert (wordless.disposition, wordless.reason) == (Disposition.ENGAGE, "review")


def test_a_client_may_let_the_machine_decide_what_it_trusts_it_with():
    trusting = replace(BRAND, machine_decides=frozenset({Disposition.NO_RESPONSE}))

    assert not evaluated("@quillamo", trusting).proposed
    assert evaluated("@quillamo where is my order?", trusting).proposed
