/* Fetchers, embedders, dedupers: crash-only, one message in hand. */

/* The last who wished to leave is gone: the round of QUIESCE ends, and with it what was said in it.
 * (QUIESCE and its answer carry the round; those of an older one are ignored.) */
inline end_round()
{
    if
#ifdef MUTANT_STALE_DRAINED
    :: true
#else
    :: b_up == UP && !WANT ->
        b_drained = 0; b_late = 0; idle = 0; ctl = 0;
#ifdef MUTANT_QUIESCE_ONCE
        b_sent = 0
#endif
#endif
    :: else
    fi
}

hidden byte l0, l1, l2, l3; /* take what is lost */

/* The link's first message is lost with a dead peer, or is not. */
inline lose_first(link)
{
    if
    :: len(link) > 0 -> link?l0, l1, l2
    :: true
    fi
}

inline lose_job()
{
    if
    :: len(jobs) > 0 -> jobs?l0, l1, l2, l3
    :: true
    fi
}

inline lose_link(link)
{
    if
    :: true ->
        do
        :: len(link) > 0 -> link?l0, l1, l2
        :: else -> break
        od
    :: len(link) > 0 -> skip
    fi
}

inline drop_hand(k)
{
    hand[k] = 0; hfid[k] = 0; ha[k] = 0; hb[k] = 0
}

inline die(k, how)
{
    drop_hand(k);
    up[k] = how; leaving[k] = 0; told[k] = 0; b_know[k] = 0;
    end_round();
    f[0].hurt = (f[0].alone -> 1 : 0); f[1].hurt = (f[1].alone -> 1 : 0)
}

/* STOP was heard, or there was a signal and there is no broker. */
inline leave_worker(k)
{
    assert(leave_is_clean || !(calm && told[k] && b_drained && !b_late) ||
           (hand[k] == 0 && !IN_FLIGHT && LINKS_EMPTY));
    assert(!(WITNESS == CLEAN_LEAVE && !signalled && told[k] && b_drained && val != 0));
    drop_hand(k);
    up[k] = LEFT; leaving[k] = 0; told[k] = 0; b_know[k] = 0;
    end_round()
}

#define MUST_LEAVE(k) (up[k] == UP && (told[k] || (leaving[k] && b_up != UP)))

/* What is new to the storer, by the fingerprints the job carried. */
inline transfer(k)
{
    known = hb[k];
    if
    :: ha[k] == pub -> ha[k] = 0 /* 304 */
    :: else ->
        ha[k] = ((known & 7) != REV(0, pub) -> 1 : 0);
        ha[k] = ha[k] | (((known >> 3) & 7) != REV(1, pub) -> 2 : 0);
#if NITEM > 2
        ha[k] = ha[k] | (((known >> 6) & 3) != REV(2, pub) -> 4 : 0);
#endif
    fi;
    hb[k] = pub; hand[k] = REPORT; known = 0
}

inline send_item(k)
{
    i = (ha[k] & 1 -> 0 : (ha[k] & 2 -> 1 : 2));
    items!hfid[k], i, REV(i, hb[k]);
    ha[k] = ha[k] & ~BIT(i); i = 0;
    if
    :: ha[k] == 0 -> drop_hand(k)
    :: else
    fi
}

proctype fetcher(byte k)
{
    byte i, known;
end:
    do
    :: atomic { up[k] == UP && b_up == UP && hand[k] == 0 && len(jobs) > 0 ->
            jobs?hand[k], hfid[k], ha[k], hb[k] }
    :: atomic { up[k] == UP && hand[k] == GET && !hang -> transfer(k) }
    /* rule 5.3: under QUIESCE a transfer is aborted and the lease handed back */
    :: atomic { up[k] == UP && hand[k] == GET && WANT && len(reports) == 0 ->
            reports!hfid[k], 0, 0; drop_hand(k) }
    :: atomic { up[k] == UP && hand[k] == REPORT && b_up == UP && len(reports) == 0 ->
            reports!hfid[k], hb[k], ha[k];
            hand[k] = ITEMS;
            if
            :: ha[k] == 0 -> drop_hand(k)
            :: else
            fi }
    :: atomic { up[k] == UP && hand[k] == ITEMS && b_up == UP && len(items) < LQ -> send_item(k) }
    :: atomic { MUST_LEAVE(k) -> leave_worker(k) }
    od
}

proctype stage(byte k; chan in; chan out)
{
end:
    do
    :: atomic { up[k] == UP && b_up == UP && hand[k] == 0 && len(in) > 0 ->
            in?hfid[k], ha[k], hb[k]; hand[k] = HOLDS;
            if
            :: POISON && k >= NF && k < NF + NE && ha[k] == 0 ->
                /* and what it had prefetched may go with it */
                die(k, DOWN); lose_link(in)
            :: else
            fi }
    :: atomic { up[k] == UP && hand[k] == HOLDS && b_up == UP && len(out) < LQ ->
            out!hfid[k], ha[k], hb[k]; drop_hand(k) }
    :: atomic { MUST_LEAVE(k) -> leave_worker(k) }
    od
}
