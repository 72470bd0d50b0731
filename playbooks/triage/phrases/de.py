"""German phrases, by what they point to. Written by hand; see the package for how they are matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from playbooks.triage.phrases.cues import Cue

PHRASES: Final[Mapping[Cue, str]] = {
    Cue.OPENER: """
        wie, was, wann, wo, wohin, woher, warum, wieso, weshalb, wer, wen, wem, welche, welcher, welches,
        ist, sind, kann, können, könnt, könnte, könntet, gibt, habt, haben, hat, darf, dürfen, muss, seid,
        wird, werden, bietet
    """,
    Cue.QUESTION: """
        wie kann ich, wie komme ich, wie lange, wie viel, wie funktioniert, wie geht, was kann ich,
        was ist, was muss ich, wann kommt, wann wird, wann ist, wann gibt, wann habt ihr, wo ist,
        wo finde ich, wo kann ich, wo bleibt, warum ist, warum wird, warum geht, warum kann, wieso ist,
        wieso geht, wer kann, gibt es, gibts, habt ihr, haben sie, ist es möglich, kann man, kann ich,
        darf ich, weiß jemand, weiß jmd, weiß einer, hat jemand, hat noch jemand, kennt jemand,
        kurze frage, eine frage, hätte eine frage, habe eine frage, frage an euch, frage zu, stimmt es,
        gibt es schon, schon was neues, irgendwelche neuigkeiten
    """,
    Cue.REQUEST: """
        bitte, bitte helft, bitte um hilfe, bitte um rückruf, bitte melden, bitte antworten, könnt ihr,
        könnten sie, können sie, könntet ihr, kannst du, könntest du, würdet ihr, ich brauche,
        wir brauchen, brauche hilfe, hilfe, helft mir, helfen sie mir, ich möchte, ich hätte gern,
        ich hätte gerne, wir möchten, ich will mein, meldet euch, melden sie sich, ruft mich,
        rufen sie mich, schickt mir, schicken sie mir, schreibt mir, gebt mir, prüft, prüfen sie,
        kümmert euch, kümmern sie sich, macht bitte, bringt zurück, ich bitte um, ich erwarte, ich fordere
    """,
    Cue.COMPLAINT: """
        funktioniert nicht, geht nicht, geht nichts, klappt nicht, läuft nicht, lädt nicht, startet nicht,
        öffnet nicht, funktioniert immer noch nicht, geht immer noch nicht, stürzt ab, abgestürzt, kaputt,
        defekt, beschädigt, zerbrochen, falsch geliefert, falscher artikel, nicht geliefert,
        nicht angekommen, nicht erhalten, nicht bekommen, kam nie an, kommt nicht an, warte seit,
        warte immer noch, warte noch immer, warten seit, wartet man, seit wochen, seit tagen,
        seit stunden, stundenlang, ewig gewartet, in der warteschleife, warteschleife, keine antwort,
        keine reaktion, keine rückmeldung, niemand antwortet, niemand meldet sich, keiner antwortet,
        keiner meldet sich, nicht erreichbar, niemand erreichbar, ignoriert, unfreundlich, unverschämt,
        frech, inkompetent, unfähig, schlechter service, schlechter kundenservice, schlechtester,
        schlechteste, mieser, miese, mies, miserabel, grauenhaft, furchtbar, schrecklich, katastrophe,
        katastrophal, unterirdisch, lächerlich, inakzeptabel, unzumutbar, frechheit, unmöglich, saftladen,
        sauladen, verarschung, verarscht, abzocke, abgezockt, betrug, betrogen, betrüger, enttäuscht,
        enttäuschend, enttäuschung, unzufrieden, verärgert, genervt, nervt, ärgerlich, sauer, wütend,
        stinksauer, schnauze voll, nase voll, reicht mir, doppelt abgebucht, zu viel abgebucht,
        zu unrecht, falsch berechnet, geld zurück, erstattung, rückerstattung, keine erstattung,
        storniert, ausgefallen, fällt aus, fällt schon wieder aus, verspätet, verspätung, schon wieder,
        zum dritten mal, jedes mal, nie wieder, nie mehr, kündige, kündigung, wechsle zu, boykott,
        finger weg, nicht zu empfehlen, nicht empfehlenswert, beschwerde, beschweren, reklamation,
        mangelhaft, schlechte qualität, störung, kein internet, kein netz, kein empfang, gesperrt,
        ausgesperrt, kein zugriff, verschwunden, verloren gegangen, kalt geliefert, verdorben, schimmel,
        verschimmelt, ungenießbar, dreckig
    """,
    Cue.TROUBLE: """
        problem, probleme, fehler, fehlermeldung, langsam, zu teuer, teuer, leider, falsch, fehlt, fehlen,
        schlecht, warten, warte, gebühr, gebühren, hängt, hakt, ruckelt, abgelehnt, spät, zu spät,
        verloren
    """,
    Cue.PRAISE: """
        super service, toller service, guter service, bester service, super, klasse, spitze, großartig,
        fantastisch, hervorragend, ausgezeichnet, wunderbar, genial, perfekt, toll, tolle, tolles, lecker,
        köstlich, liebe es, ich liebe, wir lieben, lieben wir, begeistert, bin begeistert, sehr zufrieden,
        absolut zufrieden, top, weiter so, großes lob, ein lob, lob an, danke für den tollen, gut gemacht,
        sehr freundlich, super freundlich, sehr hilfsbereit, schnelle hilfe, schnelle lieferung, empfehle,
        kann ich empfehlen, kann ich nur empfehlen, sehr zu empfehlen, empfehlenswert, immer wieder gern,
        immer wieder gerne, hut ab, respekt, wunderschön
    """,
    Cue.THANKS: """
        danke, dankeschön, danke schön, danke sehr, vielen dank, besten dank, herzlichen dank,
        tausend dank, thx, merci, danke euch, danke dir, danke ihnen, dank euch, ich danke
    """,
    Cue.CLOSING: """
        alles klar, hat geklappt, klappt jetzt, geht wieder, läuft wieder, funktioniert wieder,
        hat sich erledigt, erledigt, passt, passt so, okay, ok, verstanden, mache ich, mach ich,
        werde ich machen, kein problem, schönen tag, schönen abend, schönes wochenende, gleichfalls,
        ebenso, ja, jo, gut, super, perfekt
    """,
    Cue.MEDIA: """
        journalist, journalistin, reporter, reporterin, redakteur, redakteurin, redaktion, presseanfrage,
        pressestelle, pressesprecher, pressesprecherin, pressekontakt, medienanfrage, für einen artikel,
        für einen beitrag, für einen bericht, schreibe einen artikel, recherchiere, recherche zu,
        stellungnahme, interviewanfrage, redaktionsschluss, bitte um stellungnahme,
        bitte um eine stellungnahme
    """,
    Cue.JOB: """
        stellenangebot, stellenangebote, stellenanzeige, offene stellen, offene stelle, freie stellen,
        bewerbung, bewerben, beworben, meine bewerbung, lebenslauf, praktikum, praktikumsplatz,
        ausbildungsplatz, ausbildung bei, werkstudent, sucht ihr mitarbeiter, sucht ihr leute,
        stellt ihr ein, arbeiten bei euch, bei euch arbeiten, jobs bei, job bei, vorstellungsgespräch,
        personalabteilung
    """,
    Cue.SALES: """
        was kostet, was kosten, wie viel kostet, wieviel kostet, wie teuer, preis für, preisliste, preise,
        kaufen, wo kann ich kaufen, wo gibt es, kann man kaufen, bestellen, möchte bestellen, angebot für,
        ein angebot, angebot anfordern, lieferbar, auf lager, wieder verfügbar, wann verfügbar,
        liefert ihr nach, versand nach, gutschein, gutscheincode, rabatt, rabattcode, probezeit,
        kostenlos testen, neukunde, kunde werden, zu euch wechseln
    """,
    Cue.BAIT: """
        wetten ihr antwortet nicht, ihr antwortet eh nicht, antwortet ihr eh nicht, traut ihr euch nicht,
        traut euch, beweist mir das gegenteil, heul doch, mimimi, schneeflocke, schneeflocken,
        schlafschafe, gutmenschen, clowns, clownsverein, liebe grüße an den praktikanten,
        hallo praktikant, heirate mich, go woke go broke
    """,
    Cue.INSULT: """
        scheiße, scheiss, scheiß, scheißladen, scheißverein, scheisse, drecksladen, dreck, mist, verdammt,
        verdammte, verfickt, idioten, idiot, deppen, vollidioten, arschlöcher, arschloch, penner,
        saftladen, sauhaufen, dumm, bekloppt, zum kotzen, kotzt mich an, leck mich, arsch
    """,
    Cue.ABUSE: """
        bring dich um, bringt euch um, geh sterben, geht sterben, verreck, verreckt, ich bring dich um,
        ich bringe dich um, ich bring euch um, ich finde dich, ich weiß wo du wohnst,
        ich weiß wo ihr wohnt, hoffentlich stirbst du, untermensch, untermenschen,
        geht zurück in euer land
    """,
    Cue.HEATED: """
        frechheit, unverschämt, unverschämtheit, unfassbar, unglaublich, skandal, stinksauer, wütend,
        schnauze voll, nase voll, reicht mir, es reicht, nie wieder, abzocke, betrug, betrüger, verarscht,
        verarschung, katastrophe, lächerlich, inakzeptabel, unter aller sau, hasse, ich hasse, sauerei,
        schämt euch, wollt ihr mich verarschen
    """,
    Cue.INJURY: """
        notaufnahme, rettungswagen, krankenwagen, verletzt, verletzung, verletzungen,
        lebensmittelvergiftung, vergiftet, verbrannt, verbrennung, verbrennungen, stromschlag,
        allergische reaktion, allergischer schock, erstickt, zahn abgebrochen, geschnitten, blutet,
        blutung, bewusstlos, gestorben, krank geworden, im krankenhaus gelandet, ins krankenhaus
    """,
    Cue.SAFETY: """
        feuer gefangen, brand geraten, in flammen, explodiert, explosion, brandgefahr, gasleck,
        rauch kommt, bremsen versagt, lebensgefährlich, lebensgefahr, gefährlich, nicht sicher,
        sicherheitsrisiko, gesundheitsgefahr, glassplitter, glas im, metall im, metallsplitter,
        rasierklinge, salmonellen, listerien, keime, verseucht, giftig, ratten, maden, kakerlaken,
        datenleck, datenpanne, bombendrohung, evakuiert, rückruf
    """,
    Cue.LEGAL: """
        anwalt, anwältin, rechtsanwalt, klage, verklage, verklagen, anzeige, anzeigen, strafanzeige,
        gericht, rechtliche schritte, verbraucherzentrale, verbraucherschutz, schlichtungsstelle,
        bundesnetzagentur, datenschutzbehörde, polizei, abmahnung, ombudsmann, rechtsschutz
    """,
    Cue.AT_RISK: """
        bring mich um, bringe mich um, mich umbringen, will nicht mehr leben, ritze mich,
        selbstmord begehen, suizidgedanken
    """,
    Cue.SOLICITATION: """
        wir bieten, unsere dienstleistungen, seo agentur, mehr follower, follower kaufen, geld verdienen,
        nebenverdienst, von zuhause arbeiten, von zu hause arbeiten, passives einkommen,
        klick auf den link, link in der bio, hier klicken, jetzt bestellen, gratis gutschein,
        du hast gewonnen, gewinn abholen, kredit ohne schufa, abnehmen ohne, besucht meine,
        schau auf mein profil, schaut auf mein profil
    """,
    Cue.CRYPTO: """
        bitcoin, btc, krypto, kryptowährung, ethereum, airdrop, nft, forex, trading signale,
        verdopple dein, investiere jetzt, handelsplattform
    """,
    Cue.PHISHING: """
        sende deine kontonummer, senden sie ihre kontonummer, schick deine kontonummer, dein passwort an,
        ihr passwort an, passwort und geburtsdatum, geburtsdatum und passwort, deine pin an, ihre pin an,
        kartennummer und, bestätigen sie ihr passwort, bestätige dein passwort, ihre kontodaten an,
        deine kontodaten an
    """,
    Cue.FOLLOW: """
        folgt mir, folge mir, follow me, f4f, follow for follow, zurückfolgen, abonniert meinen,
        gewinnspiel, markiere drei freunde, liken und teilen
    """,
    Cue.POSITIVE: """
        gut, guter, gute, gutes, super, toll, tolle, toller, klasse, spitze, großartig, fantastisch,
        hervorragend, wunderbar, perfekt, genial, lecker, schöne, liebe, lieben, liebt, begeistert,
        zufrieden, freundlich, hilfsbereit, schnell, danke, dankeschön, vielen dank, freue, freut, freude,
        glücklich, empfehle, empfehlenswert, top, prima, nett, nette, netter, bester, beste, bestes, cool,
        geil, lob, angenehm, zuverlässig, gelungen, schoen
    """,
    Cue.NEGATIVE: """
        schlecht, schlechter, schlechte, schlechtes, schlimm, furchtbar, schrecklich, katastrophe,
        katastrophal, mies, miese, mieser, miserabel, enttäuscht, enttäuschend, enttäuschung,
        unfreundlich, unverschämt, frech, frechheit, inkompetent, unfähig, lächerlich, kaputt, defekt,
        beschädigt, ärger, ärgerlich, ärgert, sauer, wütend, nervt, genervt, hasse, betrug, betrüger,
        abzocke, verarscht, scheiße, mist, problem, probleme, fehler, leider, falsch, verspätung,
        verspätet, storniert, ausgefallen, funktioniert nicht, geht nicht, klappt nicht, keine antwort,
        warteschleife, nie wieder, traurig, schade, unzufrieden, teuer, langsam, dreckig, ekelhaft,
        peinlich, kündige, unmöglich, unzumutbar, saftladen, idioten, gefährlich, krank, verletzt,
        störung, schon wieder, nicht angekommen
    """,
    Cue.NOT: "nicht, kein, keine, keinen, keiner, nie, niemals, kaum, ohne, weder",
}
