"""Sarvenne Rail: an invented regional railway along an invented river, between two languages."""

from __future__ import annotations

from datetime import time

from config.demo.shapes import DemoBrand, DemoChannel, DemoSavedReply, DemoTerm

CHANNELS = (
    DemoChannel(
        slug="x",
        network="x",
        name="Sarvenne Rail on X",
        account="sarvennerail",
        purpose="Say what runs and what does not, and answer people who stand on a platform now.",
        audience="Commuters with a telephone in one hand and a bag in the other.",
    ),
    DemoChannel(
        slug="mastodon",
        network="mastodon",
        name="Sarvenne Rail on Mastodon",
        account="sarvenne@rail.example",
        purpose="Talk about the railway as a railway: lines, trains, plans.",
        audience="Enthusiasts, cyclists, and people who left other networks.",
    ),
    DemoChannel(
        slug="facebook",
        network="facebook",
        name="Sarvenne Rail page",
        account="sarvenne.rail",
        purpose="Stations, excursions, praise and neighbourhood matters.",
        audience="Families and towns along the line.",
    ),
    DemoChannel(
        slug="google",
        network="google_reviews",
        name="Kesselbrück station",
        account="kesselbrueck-station",
        purpose="Answer reviews of the main station, with what was done about them.",
        audience="Travellers who look up a station before they come.",
    ),
    DemoChannel(
        slug="app",
        network="google_play",
        name="Sarvenne app",
        account="example.sarvenne.app",
        purpose="Answer reviews of the ticket app and pass faults on to its makers.",
        audience="Everybody who buys a ticket on a telephone.",
    ),
    DemoChannel(
        slug="forum",
        network="forum",
        name="Passengers’ forum",
        account="sarvenne",
        purpose="Explain, correct, listen; let regulars answer regulars.",
        audience="People who know the timetable better than we do.",
    ),
    DemoChannel(
        slug="email",
        network="email",
        name="Customer desk",
        account="kundendienst@sarvenne.example",
        purpose="Everything with a reference number, in private.",
        audience="Passengers, schools, lawyers, newspapers.",
    ),
)

SAVED_REPLIES = (
    DemoSavedReply(
        "Delay: half the fare",
        "en",
        "From 60 minutes on you get half of your fare back, from 120 minutes all of it. The form is in the"
        " app under Refund, or at https://www.sarvenne.example/refund; it usually takes ten days.",
        ("refund", "delay"),
    ),
    DemoSavedReply(
        "Verspätung: halber Fahrpreis",
        "de",
        "Ab 60 Minuten erhalten Sie die Hälfte des Fahrpreises zurück, ab 120 Minuten den ganzen. Das"
        " Formular steht in der App unter Erstattung; meist dauert es zehn Tage.",
        ("refund", "delay"),
    ),
    DemoSavedReply(
        "Retard : moitié du billet",
        "fr",
        "Dès 60 minutes, la moitié du billet est remboursée, dès 120 minutes la totalité. Le formulaire est"
        " dans l’appli, rubrique Remboursement ; comptez une dizaine de jours.",
        ("refund", "delay"),
    ),
    DemoSavedReply(
        "Please write to us in private",
        "en",
        "Please take the personal details out of your post, anybody can read them. Send us a private"
        " message with the number of your ticket or contract instead, and we will look at once.",
        ("private",),
    ),
    DemoSavedReply(
        "Bitte privat schreiben",
        "de",
        "Bitte nehmen Sie die persönlichen Angaben aus Ihrem Beitrag, alle können sie lesen. Schicken Sie"
        " uns die Ticket- oder Vertragsnummer als private Nachricht, wir sehen sofort nach.",
        ("private",),
    ),
    DemoSavedReply(
        "Lost property",
        "en",
        "Things found on our trains reach the desk in Kesselbrück by the evening (daily 8–20). Please send"
        " us a private message with the train, the coach and your name; we write when it turns up.",
        ("lost property",),
    ),
    DemoSavedReply(
        "Objets trouvés",
        "fr",
        "Les objets trouvés arrivent au guichet de Kesselbrück en fin de journée (tous les jours, 8 h–20 h)."
        " Écrivez-nous en privé le train, la voiture et votre nom ; nous vous prévenons.",
        ("lost property",),
    ),
    DemoSavedReply(
        "Bicycles and other long things",
        "en",
        "Bicycles, cargo bikes up to 260 cm and anything you can lift alone may travel in the last coach. On"
        " weekdays please avoid 7–9 and 16–18; at weekends any train is fine.",
        ("luggage",),
    ),
    DemoSavedReply(
        "Boarding assistance failed",
        "en",
        "I am sorry. A booked assistance that does not come is our failure and nobody else’s. I have asked"
        " the depot for the record of [reference] and will write to you by [day] with what happened and"
        " what changes.",
        ("accessibility",),
    ),
    DemoSavedReply(
        "Safety report received",
        "en",
        "Thank you, control has this now. Please keep away from the spot and follow the crew. If anybody is"
        " hurt or in danger, call 112 first.",
        ("safety",),
    ),
    DemoSavedReply(
        "Press: who answers",
        "en",
        "Thank you for your question. Helene Vorbach answers for us and will write to you before [time].",
        ("press",),
    ),
)

SARVENNE = DemoBrand(
    slug="sarvenne",
    name="Sarvenne Rail",
    trade="Regional railway",
    color="#1f6b4a",
    time_zone="Europe/Berlin",
    languages=("en", "de", "fr"),
    handles=("@sarvennerail", "@sarvenne@rail.example"),
    voice=(
        "Plain, dry and kind; says what happened before it says sorry, names the train and the time, and"
        " never hides behind “operational reasons”."
    ),
    terms=(
        DemoTerm("Sarvenne", excludes=("Hotel Sarvenne", "Sarvenne Hotel", "FC Sarvenne")),
        DemoTerm("Sarvennebahn"),
        DemoTerm("sarvennerail"),
        DemoTerm("VorhaldenNordBleibt", misspellings=False),
        DemoTerm("RE7", misspellings=False, excludes=("motorway", "Autobahn")),
    ),
    crisis_words=(
        "derailed",
        "smoke",
        "on fire",
        "injured",
        "evacuated",
        "door open",
        "Rauch",
        "brennt",
        "entgleist",
        "verletzt",
        "fumée",
        "incendie",
        "déraillement",
        "blessé",
    ),
    opens=time(7),
    closes=time(20),
    workdays=frozenset(range(7)),
    channels=CHANNELS,
    saved_replies=SAVED_REPLIES,
)
