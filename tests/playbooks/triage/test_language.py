"""Which language: by script, by function words, by a detector of the client's languages, and `und` when unclear."""

from __future__ import annotations

import pytest

from playbooks.triage.language import base_code, language_of
from playbooks.triage.normalise import read

OURS = ("en", "de", "fr", "es")


def spoken(text, declared="", languages=OURS):
    return language_of(read(text), declared, languages)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "where on earth is my parcel, it should have been here on Monday"),
        ("de", "wo bleibt denn mein Paket, das sollte schon am Montag da sein"),
        ("fr", "où est mon colis, il devait arriver lundi et je n'ai rien reçu"),
        ("es", "dónde está mi paquete, tenía que llegar el lunes y no ha venido"),
        ("en", "Kettle arrived cracked, box soaked"),
        ("de", "Wasserkocher kam zerbrochen an, Karton durchnässt"),
        ("fr", "Bouilloire arrivée fendue, carton trempé"),
        ("es", "Tetera llegó rajada, caja empapada"),
    ],
)
def test_the_clients_languages_are_told_apart(language, text):
    assert spoken(text) == language


@pytest.mark.parametrize(
    "text", ["", "👏👏", "@quillamo", "https://example.org/a/b", "ok", "no", "123 45", "!!!"]
)
def test_a_text_too_short_to_tell_is_undetermined(text):
    assert spoken(text) == "und"


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "Danke!"), ("de", "Ja"), ("fr", "Oui"), ("es", "¡Gracias!"), ("en", "thanks")],
)
def test_one_word_tells_among_the_clients_languages(language, text):
    assert spoken(text) == language


def test_one_word_never_tells_a_language_that_the_client_does_not_speak():
    assert spoken("Ja", languages=("en", "fr")) == "und"
    assert spoken("grazie mille") == "und"
    assert spoken("grazie mille", languages=("en", "it")) == "it"


def test_a_longer_text_in_another_language_is_told_all_the_same():
    assert spoken("ciao, dove è il mio ordine? non è ancora arrivato e nessuno mi risponde") == "it"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "注文はどこですか"),
        ("zh", "我的订单在哪里"),
        ("ko", "제 주문은 어디에 있나요"),
        ("th", "คำสั่งซื้อของฉันอยู่ที่ไหน"),
        ("el", "πού είναι η παραγγελία μου"),
        ("he", "איפה ההזמנה שלי"),
        ("ar", "أين طلبي من فضلك لم يصل بعد"),
        ("ru", "где мой заказ, я жду уже неделю"),
        ("hi", "मेरा ऑर्डर कहाँ है भाई साहब"),
        ("ja", "Quillamo のコーヒー、最高!"),
    ],
)
def test_the_script_comes_first(language, text):
    assert spoken(text) == language


def test_a_foreign_word_or_a_handle_does_not_change_the_language():
    assert spoken("I just learnt that 注文 means order, which is nice to know") == "en"
    assert spoken("@bonjour_le_monde where is my order and why is it late #schonwieder") == "en"


def test_what_the_network_declares_decides_where_the_text_does_not():
    assert spoken("👏", "fr") == "fr"
    assert spoken("kya yaar mera order kahan hai", "hi") == "hi"
    assert spoken("wo bleibt denn mein Paket, das sollte da sein", "en") == "de"
    assert spoken("👏", "und") == "und"
    assert spoken("👏", "klingon!") == "und"


@pytest.mark.parametrize(
    ("written", "code"),
    [("pt-BR", "pt"), ("zh_Hant", "zh"), (" EN ", "en"), ("und", ""), ("e", ""), ("engl", ""), ("🙃🙃", "")],
)
def test_a_language_code_is_cut_to_its_base(written, code):
    assert base_code(written) == code
