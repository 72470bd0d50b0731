"""Brindlenet: an invented provider of fibre to homes in six invented towns."""

from __future__ import annotations

from datetime import time

from config.demo.shapes import DemoBrand, DemoChannel, DemoSavedReply, DemoTerm

CHANNELS = (
    DemoChannel(
        slug="x",
        network="x",
        name="Brindlenet on X",
        account="brindlenet",
        purpose="Say what is down, where and until when; take single cases to private messages.",
        audience="Customers who are offline at home and online on a telephone.",
    ),
    DemoChannel(
        slug="facebook",
        network="facebook",
        name="Brindlenet page",
        account="brindlenet.home",
        purpose="Appointments, moves, prices, building works.",
        audience="Households in the six towns.",
    ),
    DemoChannel(
        slug="mastodon",
        network="mastodon",
        name="Brindlenet on Mastodon",
        account="brindlenet@net.example",
        purpose="Network news for people who like networks.",
        audience="Engineers and the curious.",
    ),
    DemoChannel(
        slug="forum",
        network="forum",
        name="Community forum",
        account="brindlenet",
        purpose="Confirm or correct what customers work out together.",
        audience="Regulars who run their own routers.",
    ),
    DemoChannel(
        slug="trustpilot",
        network="trustpilot",
        name="Customer reviews",
        account="brindlenet.example",
        purpose="Answer every review, the bad ones first.",
        audience="People who choose a provider.",
    ),
    DemoChannel(
        slug="whatsapp",
        network="whatsapp",
        name="Brindlenet chat",
        account="+44 20 7946 0100",
        purpose="Single cases, in private, with the account number.",
        audience="Customers on the move.",
    ),
    DemoChannel(
        slug="email",
        network="email",
        name="Care desk",
        account="care@brindlenet.example",
        purpose="Bills, contracts, complaints on paper, press.",
        audience="Customers, pension funds, reporters, lawyers.",
    ),
)

SAVED_REPLIES = (
    DemoSavedReply(
        "Known outage",
        "en",
        "There is a fault in [town] since [time]: [cause]. The crew is on it and we expect you back by"
        " [time]. You need not restart anything. The next news comes here by [time] even if it is not good.",
        ("outage",),
    ),
    DemoSavedReply(
        "Avería conocida",
        "es",
        "Hay una avería en [población] desde las [hora]: [causa]. El equipo está allí y contamos con que"
        " vuelva a las [hora]. No hace falta reiniciar nada.",
        ("outage",),
    ),
    DemoSavedReply(
        "Red light after an update",
        "en",
        "Please do not reset the Hub to factory settings. The update has been stopped and we are sending"
        " the way back to the old version to every Hub; it restarts by itself. News every 20 minutes here.",
        ("outage", "crisis"),
    ),
    DemoSavedReply(
        "Telephone dead, somebody vulnerable",
        "en",
        "Please ring a neighbour or 999 if there is any danger now. Send us the address in a private"
        " message: we bring a mobile set today and tell you when we are at the door.",
        ("safety",),
    ),
    DemoSavedReply(
        "Account details in public",
        "en",
        "Please delete this post: it shows your account and address to everybody. Send us a private message"
        " and we will look at it there. We never ask for a password.",
        ("private",),
    ),
    DemoSavedReply(
        "That account is not us",
        "en",
        "Careful: the account that wrote to you is not ours. Please do not open its link and give it"
        " nothing. We have reported it; we only write from this account and never ask for a password.",
        ("safety", "spam"),
    ),
    DemoSavedReply(
        "Missed appointment",
        "en",
        "I am sorry nobody came. £30 goes on your next bill by itself. I can offer [day] from [time] to"
        " [time]; the engineer will ring when he sets off.",
        ("appointment",),
    ),
    DemoSavedReply(
        "Small devices and 2.4 GHz",
        "en",
        "Most small devices only know 2.4 GHz. In the app: Wi-Fi, Advanced, Separate names; then join the"
        " device to the name that ends in -24.",
        ("wifi",),
    ),
    DemoSavedReply(
        "Leaving after a price rise",
        "en",
        "Yes. If you do not accept the new price, you may leave within 30 days of our letter, without a"
        " fee. Send us “cancel” and the account number in a private message.",
        ("price",),
    ),
    DemoSavedReply(
        "Umzug nach England",
        "de",
        "Für einen kurzen Aufenthalt gibt es den Kurzvertrag: monatlich kündbar, Hub zur Leihe, 15 £ für das"
        " Einrichten. Ein europäisches Konto genügt im ersten halben Jahr.",
        ("contract",),
    ),
)

BRINDLENET = DemoBrand(
    slug="brindlenet",
    name="Brindlenet",
    trade="Home internet provider",
    color="#4a3fb5",
    time_zone="Europe/London",
    languages=("en", "es", "de", "fr"),
    handles=("@brindlenet", "@brindlenet@net.example"),
    voice=(
        "Calm and concrete; tells the cause, the time it will be mended and what to do until then, in words"
        " that a grandmother and an engineer both accept."
    ),
    terms=(
        DemoTerm("Brindlenet"),
        DemoTerm("Brindle Hub"),
        DemoTerm("Hub 3", misspellings=False, excludes=("parcel hub", "transport hub")),
        DemoTerm("brindlenet.example", misspellings=False),
    ),
    crisis_words=(
        "red light",
        "solid red",
        "fall alarm",
        "emergency",
        "999",
        "pacemaker",
        "phone is dead",
        "data breach",
        "hacked",
        "luz roja",
        "avería general",
    ),
    opens=time(8),
    closes=time(20),
    workdays=frozenset(range(7)),
    channels=CHANNELS,
    saved_replies=SAVED_REPLIES,
)
