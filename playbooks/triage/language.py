"""Which language a message is written in, as ISO 639-1, or `und` where the text does not tell.

In this order: the script (Thai is Thai, whatever the words); function words that point clearly to one
language, which decide most messages at a tenth of the detector's cost; a trained detector
limited to the client's languages and the commonest others, since restricting it is worth more than
a bigger one (reference/triage.md §2); and what the network itself declares, where the text is too
short or the detector not sure. Romanised Hindi and the like stay unknown to every detector
measured: there only the network's declaration helps.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from playbooks.triage.normalise import Reading, words_of

UNKNOWN: Final = "und"
READ_AT_MOST: Final = 300
"""Characters that the detector reads; more do not change its answer."""
FEWEST_LETTERS: Final = 15
"""Below this the detector guesses."""
SURE_OF_OURS: Final = 0.5
SURE_OF_OTHERS: Final = 0.8
"""A language that the client does not name must be surer. The detector's own scale, not calibrated."""
SENSIBLE: Final = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "id")

NAMES_AND_PAGES = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+")
LETTERS = re.compile(r"[^\W\d_]")

SCRIPTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("\u3040-\u30ff\uff66-\uff9f", ("ja",)),
    ("\u1100-\u11ff\u3130-\u318f\uac00-\ud7af", ("ko",)),
    ("\u4e00-\u9fff\u3400-\u4dbf", ("zh",)),
    ("\u0370-\u03ff\u1f00-\u1fff", ("el",)),
    ("\u0400-\u04ff", ("ru", "uk", "bg", "sr", "mk", "be", "kk")),
    ("\u0590-\u05ff", ("he",)),
    ("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", ("ar", "fa", "ur")),
    ("\u0900-\u097f", ("hi", "mr", "ne")),
    ("\u0980-\u09ff", ("bn",)),
    ("\u0a00-\u0a7f", ("pa",)),
    ("\u0a80-\u0aff", ("gu",)),
    ("\u0b80-\u0bff", ("ta",)),
    ("\u0c00-\u0c7f", ("te",)),
    ("\u0c80-\u0cff", ("kn",)),
    ("\u0d00-\u0d7f", ("ml",)),
    ("\u0d80-\u0dff", ("si",)),
    ("\u0e00-\u0e7f", ("th",)),
    ("\u10a0-\u10ff", ("ka",)),
    ("\u0530-\u058f", ("hy",)),
)
BY_SCRIPT: Final = tuple((re.compile(f"[{span}]"), languages) for span, languages in SCRIPTS)
OTHER_SCRIPTS: Final = re.compile(f"[{''.join(span for span, _ in SCRIPTS)}]")
JAPANESE, CHINESE, KOREAN = ("ja",), ("zh",), ("ko",)
DENSE: Final = frozenset({JAPANESE, CHINESE, KOREAN})
"""Languages whose characters say as much as two letters of another."""

FUNCTION_WORDS: Final = {
    "en": """
        need did sent going back same order service phone account anyone no in as so at by or the and you
        your for with this that have has not are was were my me is it i i'm im it's its don't dont can't
        cant what when how why where who from just please thanks thank they them their we our been would
        could should will get got any but if there about an of to on be do does had he she his her why's
        i've ive you're yes help hello hi never still after because than then too very much more now
    """,
    "de": """
        in an so war der die das und ich nicht ist ein eine einen einem einer zu mit auf für von den dem
        des im es sie wir ihr euch euer eure mein meine meinen mir mich dass daß auch noch schon aber oder
        wenn wie was warum wann wo bei seit nach wird werden wurde kann können habe hab haben hat sind bin
        nur sehr mal bitte danke kein keine immer über zum zur beim vom uns ihnen man hallo guten leider
        jetzt mehr gibt nie ja nein doch
    """,
    "fr": """
        le la les des un une et est je ne pas vous nous mon ma mes votre vos pour avec dans sur que qui
        quoi ce cette ces au aux du il elle on sont suis j'ai c'est d'un d'une n'est qu'il m'a mais ou
        donc depuis encore toujours jamais plus très bien bonjour merci svp pourquoi comment quand avez
        avoir être fait rien tout tous sans chez bonsoir salut même aussi leur oui non
    """,
    "es": """
        a y el la los las un una es no que de en por para con se me mi mis su sus lo le les al del pero
        como cuando donde porque qué cómo cuándo dónde está estoy tengo tiene tienen hay muy más ya si sin
        sobre esto esta este eso hola gracias favor nunca siempre desde hace ustedes vosotros nos también
        todo todos nada puedo pueden ser sí
    """,
    "it": """
        a i no in il lo la gli le un una e è non che di da per con su mi ti ci vi si mio mia sono ho hai
        abbiamo avete questo questa come quando dove perché cosa della del dei delle nel alla anche più ma
        se grazie ciao buongiorno ancora sempre mai tutto niente vostro vostra
    """,
    "pt": """
        o a os as um uma e é não que de em por para com se me meu minha seu sua no na nos nas do da dos
        das ao mas como quando onde porque está estou tenho tem vocês você isso este esta esse obrigado
        obrigada olá bom muito mais já sem também ainda nunca sempre desde
    """,
    "nl": """
        in was over de het een en ik niet is dat die van te met op voor zijn naar jullie mijn je jij we
        wij hij ze er om aan bij maar of als hoe wat waarom wanneer waar heb heeft hebben kan kunnen wordt
        worden nog ook al geen wel dit deze bedankt hallo graag even uit door
    """,
}


LANES: Final = tuple(FUNCTION_WORDS)
LANE: Final = 10
"""Bits per language in a packed count."""
COUNTED: Final = 200
"""Words that are counted; more do not change the answer."""
BRIEF: Final = 4
"""Words up to which a single function word may tell one of the client's languages from the others."""


@cache
def _function_words() -> dict[str, int]:
    """Return for each function word, folded, one count in the lane of each language that uses it."""
    spoken: dict[str, int] = {}
    for lane, language in enumerate(LANES):
        for word in set(words_of(FUNCTION_WORDS[language])):
            spoken[word] = spoken.get(word, 0) + (1 << LANE * lane)
    return spoken


def language_of(reading: Reading, declared: str, client_languages: tuple[str, ...]) -> str:
    """Return the language of a message. `declared` is what the network said, or empty."""
    clear = _by_script(reading.text) or _by_function_words(reading.words, client_languages)
    if clear:
        return clear
    hint = base_code(declared)
    said = NAMES_AND_PAGES.sub(" ", reading.text[:READ_AT_MOST])
    if sum(map(len, reading.words)) >= FEWEST_LETTERS and any(map(str.isalpha, said)):
        ours = tuple(base_code(code) for code in client_languages)
        detected, sure = _detector(ours + SENSIBLE).classify(said)
        if sure >= (SURE_OF_OURS if detected in ours else SURE_OF_OTHERS):
            return str(detected)
    return hint or UNKNOWN


def base_code(code: str) -> str:
    """Return `pt` for `pt-BR`, and nothing for what is no language code."""
    base = code.strip().lower().replace("_", "-").partition("-")[0]
    return base if 2 <= len(base) <= 3 and base.isascii() and base.isalpha() and base != UNKNOWN else ""


def _by_script(text: str) -> str:
    """Return the language when most letters belong to a script other than Latin, else nothing."""
    if text.isascii() or not OTHER_SCRIPTS.search(text):
        return ""
    said = NAMES_AND_PAGES.sub(" ", text[:READ_AT_MOST])
    counted = {languages: len(span.findall(said)) for span, languages in BY_SCRIPT}
    latin = len(LETTERS.findall(said)) - sum(counted.values())
    if counted[JAPANESE]:  # written with Chinese characters too
        counted[JAPANESE] += counted.pop(CHINESE)
    languages, count = max(counted.items(), key=lambda item: item[1])
    weight = 2 if languages in DENSE else 1
    if count * weight <= latin:
        return ""
    return languages[0] if len(languages) == 1 else str(_detector(languages).classify(said)[0])


def _by_function_words(words: tuple[str, ...], client_languages: tuple[str, ...]) -> str:
    """Return the language whose function words clearly lead, else nothing.

    A few words are enough for one of the client's languages where no other of them uses the same words.
    """
    spoken = _function_words()
    packed = sum([spoken.get(word, 0) for word in words[:COUNTED]])
    if not packed:
        return ""
    counts = [packed >> LANE * lane & (1 << LANE) - 1 for lane in range(len(LANES))]
    second, hits = sorted(counts)[-2:]
    if hits >= 2 and hits >= second + 2:
        return LANES[counts.index(hits)]
    if len(words) > BRIEF:
        return ""
    ours = [
        language
        for language, count in zip(LANES, counts, strict=True)
        if count and language in client_languages
    ]
    return ours[0] if len(ours) == 1 else ""


@cache
def _whole_detector() -> LanguageIdentifier:
    """Load the detector's model: about a second, once per process."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=64)
def _detector(languages: tuple[str, ...]) -> LanguageIdentifier:
    """Return a detector of these languages only; codes that it does not know are left out."""
    whole = _whole_detector()
    known = [code for code in dict.fromkeys(languages) if code in whole.labels] or list(SENSIBLE)
    columns = [position for position, label in enumerate(whole.nb_classes) if label in known]
    return LanguageIdentifier(
        whole.nb_ptc[:, columns],
        whole.nb_pc[columns],
        [whole.nb_classes[position] for position in columns],
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
