"""How people begin and end what they write, by language and tone: hand-written, put around the phrases.

Half of all people say neither; the empty texts see to that.
"""

from __future__ import annotations

import random

from config.demo.shapes import StoryKind

GLAD = frozenset({StoryKind.PRAISE, StoryKind.THANKS})
ASKING = frozenset({StoryKind.QUESTION, StoryKind.LOST_PROPERTY, StoryKind.PARTNER, "request"})
GRUMBLING = frozenset({StoryKind.COMPLAINT, StoryKind.ACCESSIBILITY})

LEADS = {
    ("en", "asking"): ("Hi, ", "Hello there. ", "Quick one: ", "Hey, ", "Hi all, ", "Hello, "),
    ("en", "grumbling"): (
        "So. ",
        "Right. ",
        "Once more: ",
        "Not my usual tone, but: ",
        "Hello?! ",
        "Again: ",
    ),
    ("en", "glad"): ("Just saying: ", "Small thing, but ", "Oh, and: "),
    ("de", "asking"): ("Hallo, ", "Guten Tag, ", "Moin, ", "Servus zusammen, ", "Liebes Team, "),
    ("de", "grumbling"): ("So langsam reicht es: ", "Nur damit Sie es wissen: ", "Und wieder: ", "Hallo?! "),
    ("de", "glad"): ("Kleines Lob zwischendurch: ", "Nur kurz: ", "Einfach mal so: "),
    ("fr", "asking"): ("Bonjour, ", "Bonsoir, ", "Petite question : ", "Dites-moi : "),
    ("fr", "grumbling"): ("Encore une fois : ", "Bon. ", "Franchement : ", "Pour info : "),
    ("fr", "glad"): ("Petit mot en passant : ", "Ça mérite d’être dit : ", "Soyons justes : "),
    ("es", "asking"): ("Hola, ", "Buenas, ", "Una duda: ", "Perdonad la pregunta: "),
    ("es", "grumbling"): ("A ver: ", "Otra vez: ", "No es por molestar, pero: ", "Hola?? "),
    ("es", "glad"): ("Solo digo: ", "Que conste: ", "Tenía que decirlo: "),
}
TAILS = {
    ("en", "asking"): (" Thanks in advance.", " Cheers.", " Any help appreciated!", " No rush.", " Ta x"),
    ("en", "grumbling"): (
        " Please.",
        " Over to you.",
        " Waiting.",
        " I'd like an answer from a human.",
        " Ugh.",
    ),
    ("en", "glad"): (" Thank you.", " Keep it up.", " That's all.", " 👏"),
    ("de", "asking"): (" Danke schon mal!", " Viele Grüße", " Danke im Voraus.", " LG"),
    ("de", "grumbling"): (" Ich bitte um Antwort.", " Schade.", " Und jetzt?", " Gruß aus dem Funkloch."),
    ("de", "glad"): (" Weiter so!", " Danke.", " 👏"),
    ("fr", "asking"): (" Merci d’avance !", " Bonne journée.", " Merci !", " Ça m’aiderait beaucoup."),
    ("fr", "grumbling"): (" J’attends.", " Une réponse, s’il vous plaît.", " C’est tout.", " Bref."),
    ("fr", "glad"): (" Continuez !", " Merci encore.", " 👏"),
    ("es", "asking"): (" ¡Gracias!", " Mil gracias.", " Un saludo.", " Cuando podáis."),
    ("es", "grumbling"): (" Espero respuesta.", " Por favor.", " Así no.", " En fin."),
    ("es", "glad"): (" ¡Gracias!", " Seguid así.", " 👏"),
}


def with_manners(text: str, language: str, kind: str, dice: random.Random) -> str:
    """The text with a beginning and an end as people add them; a text that greets already is left alone."""
    tone = (
        "glad" if kind in GLAD else "asking" if kind in ASKING else "grumbling" if kind in GRUMBLING else ""
    )
    leads, tails = LEADS.get((language, tone), ()), TAILS.get((language, tone), ())
    lead = dice.choice((*leads, *[""] * len(leads))) if leads and not _greets(text) else ""
    tail = dice.choice((*tails, *[""] * len(tails))) if tails else ""
    return f"{lead}{text}{tail}"


def _greets(text: str) -> bool:
    first = text.split(maxsplit=1)[0].strip(",.!?").casefold()
    return (
        first in {"hi", "hello", "hallo", "guten", "bonjour", "hola", "buenos", "dear", "liebe"}
        or "@" in first
    )
