"""Quillamo: an invented coffee roaster in Valencia with an online shop and subscriptions."""

from __future__ import annotations

from datetime import time

from config.demo.shapes import DemoBrand, DemoChannel, DemoSavedReply, DemoTerm

CHANNELS = (
    DemoChannel(
        slug="instagram",
        network="instagram",
        name="quillamo.coffee",
        account="quillamo.coffee",
        purpose="Show the roastery and the cup; answer how to brew.",
        audience="Home baristas, mostly under forty, in Spanish and English.",
    ),
    DemoChannel(
        slug="facebook",
        network="facebook",
        name="Quillamo Coffee page",
        account="quillamo.coffee.page",
        purpose="Orders, courses, gifts: practical matters.",
        audience="Subscribers of many years and people who look for a present.",
    ),
    DemoChannel(
        slug="bluesky",
        network="bluesky",
        name="Quillamo on Bluesky",
        account="quillamo.example",
        purpose="Say where coffee comes from and what it costs, with numbers.",
        audience="People who ask about contracts.",
    ),
    DemoChannel(
        slug="youtube",
        network="youtube",
        name="Quillamo brew school",
        account="quillamobrewschool",
        purpose="Answer questions under the brewing films.",
        audience="Beginners with a new machine.",
    ),
    DemoChannel(
        slug="trustpilot",
        network="trustpilot",
        name="Shop reviews",
        account="quillamo.example",
        purpose="Answer every review of the shop within a working day.",
        audience="People who compare before they buy.",
    ),
    DemoChannel(
        slug="google",
        network="google_reviews",
        name="Roastery café",
        account="quillamo-roastery-cafe",
        purpose="Answer reviews of the café.",
        audience="Neighbours and visitors of the town.",
    ),
    DemoChannel(
        slug="email",
        network="email",
        name="Hola desk",
        account="hola@quillamo.example",
        purpose="Orders, complaints with photographs, trade, press.",
        audience="Customers, shops, cafés, journalists.",
    ),
)

SAVED_REPLIES = (
    DemoSavedReply(
        "Parcel is late",
        "en",
        "Sorry for the wait. I have looked: your parcel has stood still since [day]. A new one leaves today"
        " with express; if the first turns up as well, it is yours.",
        ("delivery",),
    ),
    DemoSavedReply(
        "El paquete no llega",
        "es",
        "Sentimos la espera. Lo hemos mirado: el paquete está parado desde el [día]. Hoy sale otro por"
        " urgente, y el primero, si aparece, es para ti.",
        ("delivery",),
    ),
    DemoSavedReply(
        "Colis en retard",
        "fr",
        "Désolés pour l’attente. Votre colis ne bouge plus depuis [jour]. Un nouveau part aujourd’hui en"
        " express ; si le premier arrive aussi, il est à vous.",
        ("delivery",),
    ),
    DemoSavedReply(
        "Order details in public",
        "en",
        "Please delete the order number and address from your comment, everybody can see them. Write to"
        " hola@quillamo.example or send us a message, and we will sort it out there right away.",
        ("private",),
    ),
    DemoSavedReply(
        "Datos del pedido en público",
        "es",
        "Por favor, borra el número de pedido y la dirección del comentario, los ve todo el mundo. Mándanos"
        " un mensaje privado y lo miramos ahora mismo.",
        ("private",),
    ),
    DemoSavedReply(
        "Skip one delivery",
        "en",
        "In your account under Deliveries: the three dots beside the date, then “Skip this one”. It works"
        " until Thursday night, after that the box is packed.",
        ("subscription",),
    ),
    DemoSavedReply(
        "Lieferung überspringen",
        "de",
        "Im Konto unter Lieferungen: die drei Punkte neben dem Datum, dann „Diese überspringen“. Das geht bis"
        " Donnerstagabend, danach ist gepackt.",
        ("subscription",),
    ),
    DemoSavedReply(
        "Old roast date",
        "en",
        "That bag should not have left us: what is older than four weeks goes to our own kitchen. A fresh"
        " one is on its way, and we would like to know the lot number on the bottom of yours.",
        ("quality",),
    ),
    DemoSavedReply(
        "Allergens",
        "en",
        "Our coffees are not flavoured and no nuts touch our roasters. Biscuits and gift boxes come from"
        " elsewhere and may contain nuts: please read the label of [product], and write to us if it says"
        " nothing.",
        ("safety",),
    ),
    DemoSavedReply(
        "Moka pot, the short version",
        "en",
        "Grind between 5 and 6 on our chart, level and do not tamp, water already hot, off the flame at the"
        " first gurgle. If it sputters from the start, change the gasket.",
        ("brewing",),
    ),
    DemoSavedReply(
        "Trade enquiry",
        "en",
        "Thank you for asking. From 5 kilos a week it is our trade price, delivered on Mondays, with two"
        " hours of training a quarter included. May we send you three samples?",
        ("trade",),
    ),
)

QUILLAMO = DemoBrand(
    slug="quillamo",
    name="Quillamo Coffee",
    trade="Coffee roaster with an online shop",
    color="#a03e1c",
    time_zone="Europe/Madrid",
    languages=("en", "es", "fr", "de"),
    handles=("@quillamo.coffee", "@quillamo.example"),
    voice=(
        "Warm, exact and a little cheeky; gives the gram and the minute, laughs at itself and never at the"
        " customer."
    ),
    terms=(
        DemoTerm("Quillamo", excludes=("lago Quillamo", "lake Quillamo", "Quillamo lake")),
        DemoTerm("quillamo.coffee", misspellings=False),
        DemoTerm("Siesta decaf", misspellings=False),
        DemoTerm("Inés Carrasquer", misspellings=False),
    ),
    crisis_words=(
        "allergic",
        "hospital",
        "food poisoning",
        "mould",
        "rat",
        "recall",
        "alergia",
        "intoxicación",
        "moho",
        "Gesundheitsamt",
        "Schimmel",
        "allergique",
        "moisissure",
    ),
    opens=time(9),
    closes=time(19),
    workdays=frozenset(range(6)),
    channels=CHANNELS,
    saved_replies=SAVED_REPLIES,
)
