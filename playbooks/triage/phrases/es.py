"""Spanish phrases, by what they point to. Written by hand; see the package for how they are matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from playbooks.triage.phrases.cues import Cue

PHRASES: Final[Mapping[Cue, str]] = {
    Cue.OPENER: """
        cuál, cuáles, cuánto, cuánta, cuántos, cuántas, por qué, puedo, pueden, puedes, tienen, tienes,
        hay, saben, sabes, es posible
    """,
    Cue.QUESTION: """
        cómo puedo, cómo hago, cómo se, cómo funciona, cuándo llega, cuándo va a, cuándo van a,
        cuándo será, cuándo sale, cuánto tarda, cuánto tiempo, dónde está, dónde están, dónde puedo,
        dónde encuentro, por qué no, por qué me, por qué mi, por qué es, por qué tarda, qué pasa con,
        qué pasó con, qué puedo hacer, qué tengo que, qué hago, a qué hora, hay alguna, hay algún,
        tienen alguna, es posible, se puede, puedo pagar, alguien sabe, alguien más,
        alguien puede decirme, una pregunta, tengo una pregunta, una duda, tengo una duda, una consulta,
        quería saber, quisiera saber, me gustaría saber, saben si, sabéis si, alguna novedad,
        alguna noticia, para cuándo, hasta cuándo, es normal que, es verdad que
    """,
    Cue.REQUEST: """
        por favor, porfavor, porfa, pueden ayudarme, me pueden ayudar, me puede ayudar, puedes ayudarme,
        ayúdenme, ayudenme, ayuda, necesito ayuda, necesito, necesitamos, quiero mi, quiero que, quisiera,
        me gustaría, podrían, podrías, podéis, pueden, me pueden, respondan, respóndanme, contesten,
        contéstenme, llámenme, envíenme, mándenme, díganme, dígame, escríbanme, contáctenme, revisen,
        arreglen, arréglenlo, solucionen, solución, devuélvanme, hagan algo, solicito, exijo, pido,
        le pido, les pido, os pido, auxilio
    """,
    Cue.COMPLAINT: """
        no funciona, no funcionan, no sirve, no sirven, no anda, no me deja, no carga, no abre,
        no enciende, no prende, dejó de funcionar, sigue sin funcionar, se cae, se cayó, está caído,
        caída del servicio, se cierra, se bloquea, roto, rota, rotos, dañado, dañada, defectuoso,
        defectuosa, averiado, estropeado, equivocado, pedido equivocado, no llega, no ha llegado,
        no llegó, nunca llegó, sigue sin llegar, no me ha llegado, no he recibido, no recibí,
        nunca recibí, no me han entregado, sin recibir, llevo esperando, llevo horas, llevo días,
        llevo semanas, llevo más de, sigo esperando, estoy esperando, esperando desde, hace semanas,
        hace días que, horas esperando, nadie responde, nadie contesta, nadie me responde,
        nadie me contesta, no responden, no contestan, sin respuesta, ninguna respuesta, no me responden,
        no me contestan, me ignoran, ignorado, grosero, groseros, maleducado, maleducados, incompetente,
        incompetentes, inútiles, inútil, mal servicio, pésimo servicio, pésimo, pésima, pésima atención,
        mala atención, malísimo, malísima, lo peor, el peor, la peor, peor, horrible, terrible, asco,
        qué asco, asqueroso, vergüenza, una vergüenza, vergonzoso, vergonzosa, lamentable, patético,
        ridículo, inaceptable, intolerable, indignante, indignado, indignada, de pena, decepcionado,
        decepcionada, decepcionante, decepción, descontento, insatisfecho, molesto, molesta, enojado,
        enojada, enfadado, enfadada, furioso, harto, harta, hartos, cansado de, estafa, estafado,
        estafada, estafadores, timo, fraude, robo, me robaron, ladrones, mentirosos, mienten,
        me mintieron, engaño, engañado, me cobraron, cobro doble, doble cobro, cobrado dos veces,
        me han cobrado, cobro indebido, reembolso, devolución, devuelvan mi dinero, mi dinero,
        quiero mi dinero, cancelado, cancelada, cancelaron, me cancelaron, retraso, retrasado,
        con retraso, tercera vez, siempre lo mismo, cada vez que, nunca más, jamás vuelvo,
        no vuelvo a, no vuelvo, me doy de baja, darme de baja, boicot, no lo recomiendo, no recomiendo,
        no compren, no compréis, cuidado con, eviten, queja, quejas, quejarme, reclamo, reclamación,
        denuncia, mala calidad, sin servicio, sin internet, sin señal, sin luz, bloqueada, bloqueado,
        cuenta bloqueada, perdieron mi, perdido mi, llegó frío, comida fría, sucio, sucia, caducado,
        podrido
    """,
    Cue.TROUBLE: """
        problema, problemas, error, errores, fallo, fallos, falla, lento, lenta, caro, cara,
        demasiado caro, lamentablemente, desgraciadamente, falta, faltan, mal, malo, mala, tarde, espera,
        esperando, perdido, rechazado, otra vez
    """,
    Cue.PRAISE: """
        me encanta, me encantan, nos encanta, me encantó, amo, los amo, excelente, excelente servicio,
        excelente atención, genial, fantástico, fantástica, maravilloso, maravillosa, increíble servicio,
        perfecto, perfecta, estupendo, estupenda, magnífico, buenísimo, buenísima, riquísimo, delicioso,
        deliciosa, muy bueno, muy buena, muy bien, muy amable, muy amables, muy contento, muy contenta,
        muy satisfecho, muy satisfecha, encantado, encantada, felicidades, felicitaciones, enhorabuena,
        bravo, buen trabajo, gran trabajo, buen servicio, gran servicio, lo recomiendo, la recomiendo,
        recomendable, recomendado, muy recomendable, los mejores, el mejor, la mejor, sigan así,
        seguid así, de diez, un diez, impecable
    """,
    Cue.THANKS: """
        gracias, muchas gracias, mil gracias, muchísimas gracias, gracias por, se agradece, agradecido,
        agradecida, te agradezco, les agradezco, os agradezco, grax, grcs
    """,
    Cue.CLOSING: """
        ya está, ya quedó, ya funciona, ya me funciona, solucionado, resuelto, arreglado, listo,
        entendido, de acuerdo, vale, ok, okay, perfecto, genial, no hay problema, sin problema, buen día,
        buenas noches, buena tarde, igualmente, lo intentaré, lo haré, ya lo hice, hecho, enviado, bueno,
        claro
    """,
    Cue.MEDIA: """
        periodista, reportero, reportera, redactor, redactora, redacción, prensa, gabinete de prensa,
        oficina de prensa, contacto de prensa, solicitud de prensa, para un artículo, para un reportaje,
        para una nota, para una noticia, escribo un artículo, escribiendo un artículo,
        preparando un reportaje, entrevista con, solicitud de entrevista, portavoz, una declaración,
        declaraciones, comunicado oficial
    """,
    Cue.JOB: """
        empleo, oferta de empleo, ofertas de empleo, ofertas de trabajo, oferta de trabajo, vacante,
        vacantes, están contratando, contratan, buscan personal, mi currículum, mi curriculum, mi cv,
        enviar mi cv, candidatura, mi candidatura, prácticas, hacer prácticas, pasantía, becario, becaria,
        trabajar con ustedes, trabajar con vosotros, trabajar en su empresa, bolsa de trabajo,
        entrevista de trabajo, recursos humanos, postularme, postular
    """,
    Cue.SALES: """
        cuánto cuesta, cuánto cuestan, cuánto vale, cuánto valen, qué precio, qué precio tiene, precio de,
        precios, presupuesto, un presupuesto, cotización, comprar, quiero comprar, dónde puedo comprar,
        dónde comprar, pedir uno, hacer un pedido, en stock, hay stock, disponible en, disponibilidad,
        hacen envíos, envían a, envíos a, código de descuento, cupón, descuento, prueba gratis,
        prueba gratuita, hacerme cliente, contratar, me interesa comprar
    """,
    Cue.BAIT: """
        a que no responden, a que no contestan, a que no respondes, no se atreven, no os atrevéis,
        atrévanse, demuéstrenme lo contrario, llora, lloren, ofendidos, ofendiditos,
        generación de cristal, borregos, payasos, hola becario, saludos al becario, cásate conmigo
    """,
    Cue.INSULT: """
        mierda, de mierda, puta, puto, putos, joder, coño, cabrones, cabrón, gilipollas, imbéciles,
        idiotas, idiota, pendejos, pendejo, hijos de puta, hdp, carajo, chinga, chingar, estúpidos,
        estúpido, basura, porquería, payasos, sinvergüenzas, sinvergüenza
    """,
    Cue.ABUSE: """
        mátate, suicídate, muérete, muéranse, ojalá te mueras, ojalá se mueran, te voy a matar,
        los voy a matar, os voy a matar, sé dónde vives, sé dónde viven, te voy a encontrar,
        vuelve a tu país, vuelvan a su país
    """,
    Cue.HEATED: """
        vergüenza, una vergüenza, vergonzoso, indignante, indignado, indignada, inaceptable, intolerable,
        furioso, furiosa, harto, harta, hartos, ya basta, basta ya, estafa, estafadores, ladrones,
        mentirosos, asco, qué asco, nunca más, lo peor, la peor, el peor, odio, los odio, increíble que,
        no puede ser, es el colmo, sinvergüenzas, tomadura de pelo
    """,
    Cue.INJURY: """
        ambulancia, herido, herida, heridos, lesión, lesiones, lesionado, quemado, quemada, quemaduras,
        quemadura, intoxicado, intoxicada, intoxicación, intoxicación alimentaria, envenenado,
        electrocutado, descarga eléctrica, reacción alérgica, choque anafiláctico, atragantado,
        diente roto, sangrando, inconsciente, murió, enfermó, me enfermé, vomitando, en el hospital,
        al hospital, a urgencias, en urgencias
    """,
    Cue.SAFETY: """
        se incendió, se ha incendiado, se incendia, incendiado, se ha quemado, echa humo, prendió fuego,
        incendio, en llamas, explotó, explosión, fuga de gas,
        monóxido de carbono, fallaron los frenos, peligroso, peligrosa, peligro, no es seguro,
        riesgo de incendio, vidrio en, trozo de vidrio, cristal en, metal en, hoja de afeitar, salmonela,
        salmonella, listeria, contaminado, contaminada, tóxico, tóxica, rata en, cucaracha, cucarachas,
        gusanos, fuga de datos, filtración de datos, amenaza de bomba, evacuados, retirada del producto,
        ratas en
    """,
    Cue.LEGAL: """
        abogado, abogada, abogados, demandar, demandarlos, los voy a demandar, denunciar, denunciarlos,
        denuncia, juicio, tribunales, juzgado, acciones legales, vía legal, profeco,
        oficina del consumidor, hoja de reclamaciones, hojas de reclamaciones, ocu, facua, policía,
        protección de datos, defensor del consumidor
    """,
    Cue.AT_RISK: """
        suicidarme, matarme, quitarme la vida, no quiero vivir, quiero morirme, hacerme daño
    """,
    Cue.SOLICITATION: """
        ofrecemos, nuestros servicios, agencia seo, más seguidores, comprar seguidores, seguidores reales, ganar dinero,
        gana dinero, ingresos pasivos, trabaja desde casa, trabajar desde casa, haz clic, haz click,
        haz clic aquí, link en mi bio, enlace en mi bio, link en la bio, has ganado, reclama tu premio,
        tarjeta regalo gratis, bajar de peso, préstamos rápidos, oferta limitada, visita mi,
        amarres de amor
    """,
    Cue.CRYPTO: """
        bitcoin, btc, cripto, criptomoneda, criptomonedas, ethereum, airdrop, nft, forex,
        señales de trading, duplica tu, invierte ahora, plataforma de inversión
    """,
    Cue.PHISHING: """
        envíe su número de cuenta, envía tu número de cuenta, su contraseña a, tu contraseña a,
        su contraseña y, tu contraseña y, confirme su contraseña, confirma tu contraseña,
        número de tarjeta y, verifique su cuenta en, verifica tu cuenta en,
        fecha de nacimiento y contraseña, envíe su pin, envía tu pin
    """,
    Cue.FOLLOW: """
        síganme, sígueme, sigueme, seguidme, te sigo si me sigues, sígueme y te sigo, f4f, follow me,
        suscríbete a mi, sorteo, etiqueta a tres amigos, dale like y comparte, mira mi perfil
    """,
    Cue.POSITIVE: """
        bueno, buena, buenos, buen, excelente, genial, fantástico, maravilloso, perfecto, perfecta,
        encanta, encantan, encantado, amo, feliz, contento, contenta, satisfecho, satisfecha, gracias,
        felicidades, enhorabuena, bravo, recomiendo, recomendable, amable, amables, rápido, rápida,
        eficaz, agradable, mejor, mejores, delicioso, rico, bonito, bonita, increíble, impecable,
        estupendo, magnífico, guay, chévere
    """,
    Cue.NEGATIVE: """
        malo, mala, malos, malas, mal, peor, pésimo, pésima, horrible, terrible, asco, asqueroso,
        vergüenza, vergonzoso, lamentable, patético, ridículo, inaceptable, indignante, decepcionado,
        decepcionada, decepcionante, decepción, molesto, molesta, enojado, enojada, enfadado, furioso,
        harto, harta, estafa, estafadores, fraude, robo, ladrones, mentirosos, mierda, joder, problema,
        problemas, error, fallo, roto, rota, dañado, defectuoso, retraso, cancelado, cancelada, lento,
        lenta, caro, triste, odio, grosero, incompetentes, inútiles, no funciona, no sirve, no llega,
        no ha llegado, no llegó, nadie responde, nadie contesta, sin respuesta, nunca más, peligroso,
        enfermo, herido, sucio, queja, reclamo
    """,
    Cue.NOT: "no, nunca, jamás, tampoco, ni, sin, ningún, ninguna",
}
