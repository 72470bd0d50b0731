"""English phrases, by what they point to. Written by hand; see the package for how they are matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from playbooks.triage.phrases.cues import Cue

PHRASES: Final[Mapping[Cue, str]] = {
    Cue.OPENER: """
        how, what, where, who, whom, whose, which, why, is, are, was, were, do, does, did, can, could,
        will, would, should, has, have, am, whats, wheres, hows, whens, isnt, arent, cant, wont, doesnt,
        didnt
    """,
    Cue.QUESTION: """
        how do i, how do you, how can i, how to, how long, how much longer, how many, how does, how did,
        what is, what are, what's the, what do i, what should i, what time, what happened to, when will,
        when is, when are, when can, when does, where is, where are, where can i, where do i, where's my,
        why is, why are, why does, why do, why did, why can't, why won't, why was, who do i, who can i,
        is there a, is there any, are there any, are you guys, do you have, do you guys, do you know,
        does anyone, does this, does it, did you, is it possible, is it true, is this, is that, can i,
        could i, am i able, any idea, any ideas, any update, any updates, any news, any chance,
        any word on, any eta, anyone know, anybody know, anyone else, wondering if, wondering when,
        wondering why, wondering how, wanted to ask, i have a question, quick question, got a question,
        question for you, question about, curious if, not sure if, not sure how, not sure why,
        not sure what, eta on, what about, how about, what gives, what's going on, what's up with,
        can someone tell me, can you tell me, could you tell me, would you know, will there be, will it,
        will you be, would it be possible, which one
    """,
    Cue.REQUEST: """
        please help, please fix, please advise, please respond, please reply, please call, please contact,
        please send, please check, please let me know, please look, please sort, please dm, please add,
        please bring, please make, please stop, please cancel, please refund, please confirm,
        please explain, please tell, please, pls, plz, can you, can u, could you, could u, would you,
        would you mind, can someone, could someone, can anyone, can we get, can i get, can i have,
        can i speak, could i get, help me, need help, need your help, need some help, i need, we need,
        i'd like, i would like, we would like, i want my, i want to, i want a, let me know,
        get back to me, call me, call me back, dm me, message me, email me, send me, contact me,
        follow me so, reply to my, respond to my, check my dm, check your dm, check dm, check dms,
        sent you a dm, fix it, fix this, fix your, fix the, bring back, look into, look into this,
        sort this out, sort it out, refund me, give me my, get this fixed, help, assist, assistance,
        requesting, feature request, reset my, change my, update my, cancel my
    """,
    Cue.COMPLAINT: """
        doesn't work, does not work, didn't work, did not work, not working, isn't working,
        stopped working, won't work, never works, never worked, still not working, still doesn't work,
        no longer works, won't load, won't open, won't start, won't let me, not letting me, doesn't load,
        not loading, keeps crashing, keeps freezing, keeps failing, keeps saying, keeps telling,
        keeps restarting, crashing, crashed, is down, are down, went down, broken, is broke, broke down,
        broke after, faulty, defective, damaged, arrived broken, arrived damaged, wrong item, wrong order,
        wrong size, missing item, is missing, was missing, still missing, missing from my, cold food,
        food was cold, never arrived, never came, hasn't arrived, has not arrived, hasn't come,
        hasn't been delivered, not delivered, wasn't delivered, not received, haven't received,
        have not received, didn't receive, did not receive, never received, didn't arrive, did not arrive,
        still waiting, been waiting, waiting for over, waited for, waiting on, on hold, hung up on,
        hang up on, put on hold, no response, no reply, no answer, no one answers, nobody answers,
        no one is answering, no one responds, never responded, never replied, not responding,
        not answering, not replying, ignored, ignoring me, ignoring my, no help, no luck, unhelpful,
        not helpful, wasn't helpful, useless, rude, worst, terrible, horrible, awful, pathetic, appalling,
        atrocious, dreadful, abysmal, shocking service, disgusting, disgusted, disgraceful, disgrace,
        shambles, unacceptable, not acceptable, unprofessional, incompetent, incompetence, ridiculous,
        a joke, what a joke, disappointed, disappointing, disappointment, let down, let me down,
        poor service, poor customer, bad service, bad customer, bad experience, poor experience, lack of,
        not happy, unhappy, not impressed, not good enough, not ok, not okay, dissatisfied, unsatisfied,
        frustrated, frustrating, fed up, annoyed, annoying, angry, furious, outraged, outrageous,
        had enough, tired of, sick of, sick and tired, thanks for nothing, no thanks to, overcharged,
        charged twice, charged me twice, double charged, wrongly charged, charged me for, hidden fees,
        ripped off, rip off, ripoff, scammed, scam artists, being scammed, stole my, stolen from me,
        robbed me, robbery, waste of money, waste of time, wasted, want a refund, want my refund,
        want my money back, give me my money, refund my money, money back, no refund, refused to,
        refuses to, refusing to, cancelled my, canceled my, cancelled on me, got cancelled,
        been cancelled, was cancelled, was canceled, delayed, delayed again, another delay, lost my,
        lost our, losing my, late again, hours late, days late, minutes late, is late, was late,
        overbooked, stuck in, stuck on, stuck at, stranded, locked out, can't log in, cannot log in,
        can't login, can't access, cannot access, can't get through, cannot get through, can't connect,
        can't get in, unable to log, unable to access, unable to login, outage, no service, no signal,
        no internet, no wifi, no hot water, still no, still nothing, nothing works, not fixed, yet again,
        happened again, third time, second time this, every single time, same problem, same issue,
        false advertising, misleading, lied to, lied to me, lying, liars, mislead, never again,
        never using, never buying, never flying, never ordering, won't be back, won't be using,
        won't be buying, not coming back, losing a customer, lost a customer, lost a loyal,
        taking my business, switching to, cancelling my, canceling my, avoid, stay away, do not buy,
        don't buy, don't use, don't bother, buyer beware, boycott, sucks, suck, fail, epic fail,
        customer disservice, shame on you, formal complaint, make a complaint, file a complaint,
        complaint, complain, went wrong, gone wrong, messed up, screwed up, screwed me, screw up,
        poor quality, bad quality, cheap quality, fell apart, falling apart, overheating, dirty, filthy,
        hair in my, bug in my, raw chicken, undercooked, expired, mouldy, moldy, rotten, insult to injury
    """,
    Cue.TROUBLE: """
        problem, problems, issue, issues, error, errors, bug, bugs, glitch, glitchy, laggy, slow,
        too slow, late, delay, cancel, cancelled, canceled, refund, missing, lost, wrong, bad, poor, fix,
        stuck, failed, failing, fails, freezing, frozen, declined, rejected, blocked, complaint, charged,
        overpriced, expensive, down, wtf, smh, seriously, unable, unfortunately, joke, confusing, leaking,
        cracked, hacked, waiting
    """,
    Cue.PRAISE: """
        love it, love this, love these, love my, love you, love your, i love, we love, loved it,
        loved the, loving, absolutely love, adore, amazing, awesome, excellent, fantastic, brilliant,
        wonderful, superb, outstanding, incredible, perfect, great service, great customer, great job,
        great work, great experience, great product, great team, great staff, great app, great food,
        good service, good job, good work, well done, best service, best customer, best ever, best app,
        best coffee, kudos, props to, shout out to, shoutout to, big shout out, hats off, bravo,
        impressed, so impressed, very impressed, super friendly, very friendly, so friendly, so helpful,
        very helpful, super helpful, really helpful, made my day, made my week, keep it up,
        keep up the good, highly recommend, would recommend, can recommend, recommend it, five stars,
        5 stars, ten out of ten, 10/10, exceeded my, above and beyond, very happy with, so happy with,
        really happy with, happy customer, pleased with, delighted, game changer, lifesaver, life saver,
        can't fault, no complaints, couldn't be happier, customer for life, delicious, yummy, beautiful,
        stunning, gorgeous, works perfectly, works great, fan of, huge fan, big fan, legends, you rock,
        you guys rock, nailed it, are the best, is the best, the best airline, the best customer
    """,
    Cue.THANKS: """
        thank you, thank u, thanks, thankyou, thx, thnx, tnx, tks, ty, tysm, cheers, many thanks,
        thanks a lot, thanks so much, thank you so much, much appreciated, appreciate it, i appreciate,
        really appreciate, grateful, ta
    """,
    Cue.CLOSING: """
        got it, will do, all good, all sorted, sorted now, all set, it's sorted, problem solved,
        issue resolved, resolved now, it's resolved, fixed now, it's fixed, working now, works now,
        it's working now, never mind, nevermind, no worries, no problem, sounds good, ok, okay, okey, k,
        kk, great, perfect, cool, done, understood, noted, you too, have a good day, have a great day,
        have a nice day, will try that, will try, i'll try, i'll do that, just did, dm sent, sent,
        makes sense, fair enough, good to know, yep, yes
    """,
    Cue.MEDIA: """
        journalist, reporter, i'm a reporter, i'm a journalist, press enquiry, press inquiry,
        press office, press contact, press team, press request, media enquiry, media inquiry,
        media contact, media request, request for comment, requesting comment, comment for a story,
        comment on a story, for a story, for an article, for a piece, writing a story,
        writing a story about, writing an article, writing a piece, working on a story,
        working on an article, working on a piece, interview request, interview your ceo,
        interview with your, speak to your spokesperson, spokesperson, my deadline is,
        i write for, i am writing for, i'm writing for, we are writing about, writing about your, on deadline,
        publishing tomorrow, statement from your company, podcast interview, news desk, newsroom
    """,
    Cue.JOB: """
        are you hiring, you hiring, now hiring, are you recruiting, job opening, job openings,
        job vacancy, vacancy, vacancies, job application, applied for a job, apply for a job,
        applying for a job, apply for a position, applied for a position, my application for,
        open position, open positions, internship, internships, apprenticeship, graduate scheme, my cv,
        my resume, send my cv, send my resume, work for you, work for your company, join your team,
        career opportunities, careers page, job interview, recruiter, recruitment, hr department
    """,
    Cue.SALES: """
        where can i buy, where can i get, where to buy, where do i buy, want to buy, looking to buy,
        interested in buying, thinking of buying, thinking about buying, like to buy, how much is,
        how much are, how much does, how much do, how much would, what's the price, what is the price,
        price of, price list, pricing, quote for, get a quote, request a quote, in stock, back in stock,
        out of stock, pre order, preorder, do you ship to, do you deliver to, ship to, deliver to,
        available in, discount code, promo code, any discount, any deals, student discount, bulk order,
        book a demo, request a demo, free trial, upgrade my plan, want to upgrade, like to order,
        place an order, talk to sales, sales team, want to switch to you, thinking of switching to you,
        sign up for your, become a customer
    """,
    Cue.BAIT: """
        change my mind, prove me wrong, bet you won't, bet you won't reply, you won't reply,
        you won't answer, won't even reply, i dare you, dare you to, ratioed, cope harder, cry harder,
        cry about it, stay mad, snowflake, snowflakes, go woke go broke, go woke, woke nonsense, sheeple,
        wake up sheeple, simp, clown company, bunch of clowns, clowns, fight me, come at me, roast me,
        roast us, say it back, your intern, hi intern, hey intern, marry me, be my valentine,
        follow me back, if this gets, how many retweets, how many likes for, rts for, retweets for
    """,
    Cue.INSULT: """
        fuck, fucking, fuckin, fucked, fuckers, fck, fcking, effing, wtf, bullshit, bull shit, shit,
        shitty, shite, crap, crappy, arse, arsehole, asshole, assholes, bastards, bastard, bitch, idiots,
        idiot, morons, moron, stupid, dumb, crooks, thieves, scumbags, scum, bloody, goddamn, damn, pos,
        piss, pissed, pissed off, piss poor, trash, garbage, rubbish, scammers, con artists, clowns
    """,
    Cue.ABUSE: """
        kill yourself, kys, go die, hope you die, hope you all die, you should die, drop dead,
        i will kill you, i'll kill you, gonna kill you, going to kill you, i will find you, i'll find you,
        i know where you live, we know where you live, hope you get cancer, hope you get raped,
        deserve to die, beat you up, punch you in the, slit your, burn your office down, burn your house,
        shoot you, go back to your country, subhuman, subhumans
    """,
    Cue.HEATED: """
        furious, outraged, outrageous, disgusted, disgusting, disgraceful, disgrace, unacceptable,
        unbelievable, absolutely ridiculous, ridiculous, appalling, appalled, livid, raging, fuming,
        seething, fed up, had enough, sick of, sick and tired, worst company, worst service,
        worst customer, worst airline, worst experience, worst ever, the worst, pathetic, shame on you,
        ashamed, hate you, i hate, hate this, never again, ripped off, scammed, liars, lied to,
        lied to me, lying, incompetent, boycott, how dare you, are you kidding, you kidding me,
        are you serious, what the hell, the hell, wtf, what is wrong with you, answer me, joke of a
    """,
    Cue.INJURY: """
        food poisoning, made me sick, got sick from, got sick after, sick after eating, threw up after,
        hospitalised, hospitalized, emergency room, ambulance, injured, injuries, burned my, burnt my,
        got burned, burned her, burned him, electric shock, electrocuted, got shocked, allergic reaction,
        anaphylaxis, anaphylactic, choked on, choking hazard, broke my tooth, broke a tooth, concussion,
        my child was hurt, my kid was hurt, someone died, somebody died, people died,
        ended up in hospital, ended up in the hospital, ended up in the er, had to go to hospital,
        had to go to the hospital, sent me to the hospital, rushed to hospital, rushed to the hospital,
        my injury, serious injury
    """,
    Cue.SAFETY: """
        caught fire, catch fire, went up in flames, burst into flames, smoke coming, smoking battery,
        exploded, explosion, fire hazard, gas leak, carbon monoxide, brakes failed, brake failure, unsafe,
        not safe, isn't safe, safety hazard, health hazard, safety issue, dangerous, life threatening,
        glass in my, piece of glass, metal in my, razor blade, salmonella, listeria, e coli, contaminated,
        poisonous, toxic fumes, rat in, rats in, cockroach, cockroaches, maggots, mouse in my,
        data breach, data leak, leaked my, my data was leaked, bomb threat, evacuated, product recall,
        needle in my, piece of metal in
    """,
    Cue.LEGAL: """
        lawyer, lawyers, attorney, solicitor, solicitors, lawsuit, class action, sue you, suing, sued,
        will sue, legal action, take legal, take you to court, see you in court, small claims, ombudsman,
        trading standards, consumer protection, better business bureau, bbb complaint, attorney general,
        police report, reported you to, reporting you to, data protection authority, legal department,
        gdpr request
    """,
    Cue.AT_RISK: """
        kill myself, killing myself, end my life, end it all, suicidal, self harm, don't want to live,
        hurt myself, commit suicide, committing suicide
    """,
    Cue.SOLICITATION: """
        we offer, our services, seo services, seo expert, seo, web design services, grow your business,
        grow your brand, grow your instagram, grow your account, grow your followers, boost your sales,
        boost your followers, increase your sales, increase your followers, marketing services,
        dm for promo, dm for promotion, promote it on, promote your, collab with us, send it on,
        check out my, check out our, visit my, visit our, my new single, my new mixtape, my onlyfans,
        work from home, earn money, make money online, make money from home, passive income, earn up to,
        per day from home, extra income, financial freedom, weight loss, lose weight fast, click the link,
        click here, click link, link in my bio, link in bio, buy now, limited offer, order now,
        free gift card, gift card giveaway, you have won, you've won, claim your prize, claim your reward,
        winner, account recovery, recover your account, hack any, hacker for hire, spell caster,
        replica watches, replica bags, off only today, only today at, you have been chosen,
        you have been selected, claim now, seo errors, seo audit, weekly from home, monthly from home,
        quick returns, met a mentor, all channels, no buffering, iptv,
        sugar daddy, sugar baby, hot singles, escort, cheap followers, buy followers, essay help,
        we write essays, assignment help
    """,
    Cue.CRYPTO: """
        bitcoin, btc, ethereum, eth, dogecoin, crypto, cryptocurrency, airdrop, nft drop, nft, nfts,
        presale, forex, forex trading, binary options, trading signals, investment platform, invest with,
        double your, 100x, to the moon, usdt, web3, metamask, seed phrase, mining platform, token sale,
        trader who, trade with
    """,
    Cue.PHISHING: """
        send your account number, send us your account number, send me your account number,
        your account number date of birth, your date of birth and password, send your password,
        send us your password, send me your password, your password to, your card number and,
        your card number to, send your card details, send me your card, confirm your password,
        confirm your card details, verify your account at, verify your identity at, send your pin,
        share your otp, send the code you received, kindly send your, kindly provide your,
        kindly share your, kindly confirm your, dm your password
    """,
    Cue.FOLLOW: """
        follow for follow, follow 4 follow, f4f, l4l, like for like, sub 4 sub, sub for sub, follow back,
        followback, follow me, follow us, follow my page, follow my account, follow train, gain followers,
        gain with, free followers, check my profile, check my page, check my bio, visit my profile,
        check out my profile, subscribe to my, retweet to win, rt to win, like and share, tag 3 friends,
        tag three friends, tag 5 friends, tag five friends, follow everyone back, follow you back,
        i follow back, followtrain, gain followers fast, giveaway, follow and retweet, follow and rt
    """,
    Cue.NOT: "not, no, never, isn't, wasn't, don't, doesn't, didn't, can't, won't, hardly, without, nothing",
}
