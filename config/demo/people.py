"""The cast: who works at the agency and at its three clients. All invented."""

from __future__ import annotations

from config.demo.shapes import DemoPerson

AGENCY_DOMAIN = "rook-sundial.example"

AGENCY_PEOPLE = (
    DemoPerson(
        "Imogen Tarrow",
        f"imogen@{AGENCY_DOMAIN}",
        "owner",
        "",
        ("en",),
        "Founded the agency at a kitchen table. Reads the three worst conversations of the day every"
        " evening.",
    ),
    DemoPerson(
        "Matteo Grünwald",
        f"matteo@{AGENCY_DOMAIN}",
        "manager",
        "",
        ("en", "de"),
        "Runs the desk: who is on, who is full, what waits too long. Used to plan night trains.",
    ),
    DemoPerson(
        "Priya Nandakumar",
        f"priya@{AGENCY_DOMAIN}",
        "responder",
        "",
        ("en",),
        "Five years on the front line of three providers. Never says “unfortunately”.",
    ),
    DemoPerson(
        "Jonas Feldmann",
        f"jonas@{AGENCY_DOMAIN}",
        "responder",
        "",
        ("de", "en"),
        "Former station announcer. Writes short, on time, and with commas.",
    ),
    DemoPerson(
        "Camille Aubrecht",
        f"camille@{AGENCY_DOMAIN}",
        "responder",
        "",
        ("fr", "en", "de"),
        "Studied translation; takes the long letters nobody else wants.",
    ),
    DemoPerson(
        "Lucía Ferrando",
        f"lucia@{AGENCY_DOMAIN}",
        "responder",
        "",
        ("es", "en", "fr"),
        "Barista for six years, so the coffee questions go to her. Asks back once and then solves it.",
    ),
    DemoPerson(
        "Walter Adeyinka",
        f"walter@{AGENCY_DOMAIN}",
        "auditor",
        "",
        ("en",),
        "Comes once a quarter, reads everything, changes nothing.",
    ),
)

SARVENNE_PEOPLE = (
    DemoPerson(
        "Helene Vorbach",
        "helene.vorbach@sarvenne.example",
        "approver",
        "sarvenne",
        ("de", "en", "fr"),
        "Passenger relations. Approves what touches safety, refunds above 100 euros, and the press.",
    ),
    DemoPerson(
        "Aurel Kessenich",
        "aurel.kessenich@sarvenne.example",
        "executive",
        "sarvenne",
        ("de", "en"),
        "Managing director. Wants to know one thing a month: do people get an answer?",
    ),
    DemoPerson(
        "Bastian Röhl",
        "bastian.roehl@sarvenne.example",
        "advocate",
        "sarvenne",
        ("de", "en"),
        "Train driver for eleven years, photographs viaducts at dawn.",
    ),
    DemoPerson(
        "Nadège Collomb",
        "nadege.collomb@sarvenne.example",
        "advocate",
        "sarvenne",
        ("fr", "de"),
        "Station manager of Saint-Orbin; knows every regular by their bicycle.",
    ),
)

QUILLAMO_PEOPLE = (
    DemoPerson(
        "Marisol Quintanar",
        "marisol@quillamo.example",
        "approver",
        "quillamo",
        ("es", "en"),
        "Quality and customers. Approves what mentions health, prices or the cooperatives.",
    ),
    DemoPerson(
        "Tomás Belmar",
        "tomas@quillamo.example",
        "executive",
        "quillamo",
        ("es", "en"),
        "Co-founder. Buys the green coffee and counts the answers.",
    ),
    DemoPerson(
        "Inés Carrasquer",
        "ines@quillamo.example",
        "advocate",
        "quillamo",
        ("es", "en"),
        "Head roaster, nine years. Smells the first sack with closed eyes.",
    ),
    DemoPerson(
        "Joel Abernethy",
        "joel@quillamo.example",
        "advocate",
        "quillamo",
        ("en", "de"),
        "Teaches home baristas; has poured 300 classes and still applauds the first tulip.",
    ),
)

BRINDLENET_PEOPLE = (
    DemoPerson(
        "Fergus Dunmore",
        "fergus.dunmore@brindlenet.example",
        "approver",
        "brindlenet",
        ("en",),
        "Press and policy. Approves what speaks of outages, prices and other people’s data.",
    ),
    DemoPerson(
        "Anjali Wetherby",
        "anjali.wetherby@brindlenet.example",
        "executive",
        "brindlenet",
        ("en",),
        "Chief customer officer. Prints the scorecard and writes on it with a pencil.",
    ),
    DemoPerson(
        "Kit Sorrell",
        "kit.sorrell@brindlenet.example",
        "advocate",
        "brindlenet",
        ("en",),
        "Field engineer, 61 poles and one gull. People ask for him by name.",
    ),
    DemoPerson(
        "Moira Tansley",
        "moira.tansley@brindlenet.example",
        "advocate",
        "brindlenet",
        ("en", "es"),
        "Fourteen years of nights in the network centre; brings the cake.",
    ),
)

PEOPLE: tuple[DemoPerson, ...] = AGENCY_PEOPLE + SARVENNE_PEOPLE + QUILLAMO_PEOPLE + BRINDLENET_PEOPLE
