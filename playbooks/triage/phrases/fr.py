"""French phrases, by what they point to. Written by hand; see the package for how they are matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from playbooks.triage.phrases.cues import Cue

PHRASES: Final[Mapping[Cue, str]] = {
    Cue.OPENER: """
        comment, pourquoi, quel, quelle, quels, quelles, combien, est-ce, avez, pouvez, peut, peux, puis,
        y a-t-il, auriez, savez, êtes
    """,
    Cue.QUESTION: """
        est-ce que, est ce que, est-ce qu'il, est-ce qu'on, qu'est-ce que, qu'est ce que, qu'est-ce qui,
        comment faire, comment puis-je, comment je peux, comment on fait, comment ça marche,
        comment se fait-il, quand est-ce, quand sera, quand est, où est, où sont, où puis-je, où trouver,
        pourquoi est-ce, pourquoi ça, pourquoi mon, pourquoi ma, pourquoi le, pourquoi la,
        combien de temps, quel est, quelle est, quels sont, quelles sont, y a-t-il, y a t il, avez-vous,
        avez vous, peut-on, puis-je, savez-vous, c'est quoi, c'est normal, quelqu'un sait, quelqu'un peut,
        quelqu'un a, une question, petite question, j'ai une question, des nouvelles de, à quelle heure,
        jusqu'à quand, est-il possible, c'est possible
    """,
    Cue.REQUEST: """
        s'il vous plaît, s'il te plaît, svp, stp, merci de me, merci de bien vouloir, merci de répondre,
        merci de faire, pouvez-vous, pouvez vous, pourriez-vous, pourriez vous, peux-tu, peux tu,
        pourrais-tu, aidez-moi, aidez moi, aide-moi, besoin d'aide, j'ai besoin, j'aurais besoin,
        nous avons besoin, je voudrais, j'aimerais, je souhaite, je souhaiterais, je veux mon, je veux ma,
        je veux être, répondez-moi, répondez moi, répondez, contactez-moi, contactez moi, rappelez-moi,
        rappelez moi, appelez-moi, envoyez-moi, envoyez moi, dites-moi, un coup de main, de l'aide,
        au secours, remboursez-moi, remboursez moi, faites quelque chose, veuillez, tenez-moi
    """,
    Cue.COMPLAINT: """
        ne marche pas, marche pas, marche plus, ne marche plus, ne fonctionne pas, fonctionne pas,
        ne fonctionne plus, fonctionne plus, ne s'ouvre pas, ne charge pas, bug, bugs, en panne, panne,
        cassé, cassée, abîmé, abîmée, défectueux, défectueuse, endommagé, endommagée, jamais reçu,
        pas reçu, toujours pas reçu, rien reçu, toujours rien, toujours pas, pas arrivé, jamais arrivé,
        pas livré, jamais livré, pas été livré, attends depuis, j'attends depuis, j'attends toujours,
        en attente depuis, depuis des semaines, depuis des jours, depuis des heures, une heure d'attente,
        heures d'attente, aucune réponse, pas de réponse, sans réponse, personne ne répond, aucun retour,
        injoignable, injoignables, m'ignore, ignoré, ignorée, désagréable, impoli, malpoli, incompétent,
        incompétents, incompétence, mauvais service, service client nul, service client déplorable, nul,
        nulle, nuls, pire, le pire, la pire, horrible, affreux, catastrophe, catastrophique, déplorable,
        lamentable, pitoyable, minable, honteux, honte, une honte, scandaleux, scandale, inadmissible,
        inacceptable, ridicule, foutage de gueule, foutez de moi, moquez de moi, se moque de, déçu, déçue,
        décevant, déception, mécontent, mécontente, énervé, énervée, furieux, furieuse, en colère, marre,
        ras le bol, ras-le-bol, arnaque, arnaqué, arnaquée, arnaqueurs, voleurs, escroc, escrocs,
        escroquerie, menteurs, mensonge, débité deux fois, prélevé deux fois, facturé deux fois,
        trop perçu, remboursement, remboursé, pas remboursé, rembourser, annulé, annulée, annulation,
        retard, en retard, encore en retard, retardé, perdu mon, perdu ma, perdu mes, encore une fois,
        troisième fois, à chaque fois, plus jamais, jamais plus, je résilie, résiliation, résilier,
        boycott, boycotter, à fuir, fuyez, à éviter, évitez, ne recommande pas, je déconseille,
        déconseille, plainte, réclamation, mauvaise qualité, de mauvaise qualité, pas de réseau,
        plus de réseau, plus d'internet, plus internet, pas d'internet, bloqué, bloquée, compte bloqué,
        froid à l'arrivée, arrivé froid, pas content, pas contente, pas normal, sale, ça plante,
        plante tout le temps, c'est du vol
    """,
    Cue.TROUBLE: """
        problème, problèmes, souci, soucis, erreur, erreurs, lent, lente, cher, trop cher,
        malheureusement, manque, manquant, mauvais, mauvaise, attente, attends, perdu, refusé, frais,
        dommage
    """,
    Cue.PRAISE: """
        j'adore, on adore, nous adorons, j'aime beaucoup, j'aime trop, génial, géniale, super service,
        super, excellent, excellente, excellent service, parfait, parfaite, magnifique, formidable,
        merveilleux, fantastique, extraordinaire, incroyable, top, au top, bravo, félicitations, chapeau,
        très content, très contente, ravi, ravie, très satisfait, très satisfaite, satisfait, satisfaite,
        délicieux, délicieuse, trop bon, très bon, très bonne, je recommande, recommande vivement,
        bon travail, beau travail, très gentil, très aimable, très professionnel, service impeccable,
        impeccable, continuez comme ça, meilleur service, les meilleurs, le meilleur, la meilleure
    """,
    Cue.THANKS: """
        merci, merci beaucoup, merci bien, grand merci, mille mercis, un grand merci, je vous remercie,
        je te remercie, merci à vous, merci pour, mci
    """,
    Cue.CLOSING: """
        c'est bon, c'est réglé, c'est résolu, problème résolu, problème réglé, ça marche, ça fonctionne,
        ça remarche, d'accord, ok, okay, entendu, bien reçu, compris, pas de souci, pas de problème,
        bonne journée, bonne soirée, bon week-end, bon weekend, à vous aussi, c'est fait, c'est noté,
        noté, oui, parfait, super, je vais essayer
    """,
    Cue.MEDIA: """
        journaliste, reporter, rédaction, rédacteur, rédactrice, demande de presse, service de presse,
        service presse, attaché de presse, attachée de presse, contact presse, relations presse,
        pour un article, pour un reportage, pour un sujet, je prépare un article, j'écris un article,
        demande d'interview, une interview avec, porte-parole, droit de réponse, une déclaration,
        réaction officielle
    """,
    Cue.JOB: """
        recrutez-vous, vous recrutez, recrutement, recrute, offre d'emploi, offres d'emploi, candidature,
        ma candidature, postuler, postulé, poste à pourvoir, postes à pourvoir, stage chez, un stage,
        stagiaire, alternance, apprentissage, mon cv, envoyer mon cv, lettre de motivation,
        entretien d'embauche, travailler chez vous, travailler pour vous, ressources humaines, job chez
    """,
    Cue.SALES: """
        combien coûte, combien coûtent, combien ça coûte, c'est combien, quel prix, quel est le prix,
        quels sont les prix, prix de, tarif, tarifs, devis, un devis, acheter, où acheter,
        où puis-je acheter, commander, passer commande, en stock, de nouveau disponible, disponible en,
        livrez-vous, livrez vous, code promo, réduction, remise, essai gratuit, devenir client,
        devenir cliente, intéressé par, intéressée par, abonnement pour
    """,
    Cue.BAIT: """
        osez répondre, vous n'oserez pas répondre, vous ne répondrez pas, répondez si vous osez,
        prouvez-moi le contraire, changez mon avis, pleurez, ouin ouin, rageux, moutons, bande de clowns,
        clowns, salut le stagiaire, coucou le stagiaire, épouse-moi, go woke go broke
    """,
    Cue.INSULT: """
        merde, putain, ptn, bordel, connard, connards, conne, cons, con, salaud, salauds, enfoiré,
        enfoirés, chier, fait chier, foutre, va te faire, allez vous faire, débiles, débile, idiots,
        imbéciles, abrutis, crétins, bande de nuls, pourri, pourrie, de merde
    """,
    Cue.ABUSE: """
        tue-toi, tuez-vous, suicide-toi, va mourir, allez mourir, crève, crevez, je vais te tuer,
        je vais vous tuer, je sais où tu habites, je sais où vous habitez, je vais te retrouver,
        j'espère que tu vas mourir, sous-hommes, rentre dans ton pays, rentrez dans votre pays
    """,
    Cue.HEATED: """
        honteux, une honte, honte à vous, scandaleux, scandale, inadmissible, inacceptable, furieux,
        furieuse, en colère, marre, ras le bol, ras-le-bol, foutage de gueule, foutez de moi,
        moquez de moi, arnaque, arnaqueurs, voleurs, escrocs, menteurs, incroyable mais vrai, plus jamais,
        je déteste, dégoûté, dégoûtée, écoeuré, la pire, le pire, c'est du vol, vous êtes sérieux
    """,
    Cue.INJURY: """
        hospitalisé, hospitalisée, aux urgences, ambulance, blessé, blessée, blessure, blessures, brûlé,
        brûlée, brûlure, brûlures, intoxication alimentaire, intoxiqué, intoxiquée, empoisonné,
        électrocuté, choc électrique, réaction allergique, choc anaphylactique, étouffé, dent cassée,
        saigne, inconscient, mort à cause, tombé malade, tombée malade, vomi, à l'hôpital,
        fini à l'hôpital
    """,
    Cue.SAFETY: """
        pris feu, prend feu, en flammes, incendie, explosé, explosion, fuite de gaz, monoxyde de carbone,
        freins ont lâché, dangereux, dangereuse, danger, risque d'incendie, pas sécurisé,
        morceau de verre, bout de verre, morceau de métal, lame de rasoir, salmonelle, salmonelles,
        listeria, contaminé, contaminée, toxique, rat dans, cafard, cafards, asticots, fuite de données,
        alerte à la bombe, évacué, évacués, rappel de produit, rats dans
    """,
    Cue.LEGAL: """
        avocat, avocate, avocats, tribunal, justice, porter plainte, porte plainte, dépose plainte,
        déposer plainte, poursuites, poursuivre en justice, action en justice, procès, mise en demeure,
        médiateur, dgccrf, cnil, police, gendarmerie, que choisir, 60 millions de consommateurs,
        répression des fraudes, action collective
    """,
    Cue.AT_RISK: """
        me suicider, me tuer, envie de mourir, en finir avec la vie, plus envie de vivre, me faire du mal
    """,
    Cue.SOLICITATION: """
        nous proposons, nos services, agence seo, plus d'abonnés, acheter des abonnés, gagner de l'argent,
        revenu passif, revenus passifs, travail à domicile, travailler à domicile, cliquez ici,
        cliquez sur le lien, lien en bio, lien dans ma bio, vous avez gagné, réclamez votre,
        carte cadeau gratuite, perdre du poids, crédit rapide, prêt entre particuliers, offre limitée,
        visitez mon, marabout, retour d'affection
    """,
    Cue.CRYPTO: """
        bitcoin, btc, crypto, cryptomonnaie, cryptomonnaies, ethereum, airdrop, nft, forex,
        signaux de trading, doublez votre, investissez maintenant, plateforme d'investissement
    """,
    Cue.PHISHING: """
        envoyez votre numéro de compte, envoyez-nous votre numéro de compte, votre mot de passe à,
        votre mot de passe et, votre code secret, votre numéro de carte et, confirmez votre mot de passe,
        vérifiez votre compte sur, vos coordonnées bancaires à, date de naissance et mot de passe
    """,
    Cue.FOLLOW: """
        suivez-moi, suivez moi, abonnez-vous à mon, abonne-toi, f4f, follow me, follow back, jeu concours,
        concours, taguez trois amis, likez et partagez, allez voir mon profil
    """,
    Cue.POSITIVE: """
        bon, bonne, bons, super, génial, géniale, excellent, excellente, parfait, parfaite, magnifique,
        formidable, merveilleux, fantastique, adore, adorons, aime, aimons, content, contente, ravi,
        ravie, satisfait, satisfaite, délicieux, délicieuse, merci, bravo, félicitations, recommande,
        gentil, gentille, aimable, rapide, efficace, agréable, top, meilleur, meilleure, heureux,
        heureuse, beau, belle, impeccable, professionnel, cool, sympa
    """,
    Cue.NEGATIVE: """
        mauvais, mauvaise, nul, nulle, nuls, pire, horrible, affreux, catastrophe, catastrophique,
        déplorable, lamentable, pitoyable, minable, honteux, honte, scandaleux, inadmissible,
        inacceptable, ridicule, déçu, déçue, décevant, déception, mécontent, mécontente, énervé, furieux,
        furieuse, colère, marre, ras le bol, arnaque, arnaqueurs, voleurs, escrocs, menteurs, merde,
        putain, problème, problèmes, souci, erreur, panne, cassé, cassée, défectueux, retard, annulé,
        annulée, bloqué, lent, lente, cher, malheureusement, dommage, triste, déteste, désagréable, sale,
        incompétent, incompétents, marche pas, fonctionne pas, marche plus, fonctionne plus,
        toujours rien, toujours pas, jamais reçu, pas reçu, aucune réponse, plus jamais, déconseille,
        dangereux, malade, blessé
    """,
    Cue.NOT: "pas, jamais, aucun, aucune, sans, ni, guère",
}
