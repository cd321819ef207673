/* The storer. A transaction is one step; where a link is full, a send is skipped. */

#define CAN_WORK (s_up == UP && b_up == UP)
#define LINKS_EMPTY \
    (len(jobs) == 0 && len(reports) == 0 && len(items) == 0 && VECTORS_EMPTY && len(verdicts) == 0)
/* Long timers pass only when nothing moves any more; a hand that is frozen does not move. */
#define STILL(k) (hand[k] == 0 || up[k] != UP)
#define LEASE_TIMER (len(jobs) == 0 && len(reports) == 0 && STILL(0) && STILL(NF - 1))
#define REPLAY_TIMER \
    (LINKS_EMPTY && STILL(0) && STILL(NF - 1) && STILL(NF) && STILL(NF + NE - 1) && STILL(N - 1))

inline close_row(s)
{
    f[s].st = NONE; f[s].fid = 0; f[s].ver = 0; f[s].miss = 0;
    f[s].tries = 0; f[s].alone = 0; f[s].hurt = 0; held[s] = 0
}

/* Rule 3.3: the validator moves in the transaction that completes the fetch. */
inline complete_if_done(s)
{
    if
    :: f[s].st == ACCEPTED && f[s].miss == 0 -> val = f[s].ver; close_row(s)
    :: else
    fi
}

inline end_item(s, i)
{
    f[s].miss = f[s].miss & ~BIT(i); balance--;
    if
    :: f[s].alone == i + 1 -> f[s].alone = 0; f[s].hurt = 0
    :: else
    fi
}

inline commit_item(s, i, rev)
{
    if
#ifdef MUTANT_BLIND_INSERT
    :: true -> stored[i] = rev; rows[i]++
#else
    :: stored[i] == 0 -> stored[i] = rev; rows[i]++        /* stored */
    :: stored[i] != 0 && stored[i] != rev -> stored[i] = rev /* updated */
    :: else                                                /* known already */
#endif
    fi;
    end_item(s, i)
}

/* The report and its body go into the journal; verdicts that came before it are taken then. */
inline accept(s, v, m)
{
    f[s].st = ACCEPTED; f[s].ver = v; f[s].miss = m; f[s].tries = (POISON -> 1 : 0);
    balance = balance + POP(m);
    m = held[s] & f[s].miss; held[s] = 0;
    assert(!(WITNESS == HELD_VERDICT && m));
    if
    :: m & 1 -> commit_item(s, 0, REV(0, v))
    :: else
    fi;
    if
    :: m & 2 -> commit_item(s, 1, REV(1, v))
    :: else
    fi;
#if NITEM > 2
    if
    :: m & 4 -> commit_item(s, 2, REV(2, v))
    :: else
    fi;
#endif
    complete_if_done(s)
}

/* Fetch numbers never repeat in reality. Here the smallest one that nothing in the ring bears is
 * taken, which is the same thing with fewer states. */
#define USED(x) \
    (f[0].fid == x || f[1].fid == x || hfid[0] == x || hfid[NF - 1] == x || hfid[NF] == x || \
     hfid[NF + NE - 1] == x || hfid[N - 1] == x || \
     jobs??[_, eval(x), _, _] || reports??[eval(x), _, _] || items??[eval(x), _, _] || \
     IN_VECTORS(x) || verdicts??[eval(x), _, _])

inline lease(s)
{
    id = 1;
    do
    :: USED(id) -> id++
    :: else -> break
    od;
    f[s].st = LEASED; f[s].fid = id;
    jobs!GET, id, val, stored[0] | (stored[1] << 3) | (stored[NITEM - 1] << 6);
    id = 0
}

inline take_report(s)
{
    if
    :: v == 0 -> SEEN(HANDED_BACK); close_row(s) /* handed back, without blame */
    :: else -> accept(s, v, m)
    fi
}

inline on_report()
{
    if
    :: f[0].st == LEASED && f[0].fid == id -> take_report(0)
    :: f[1].st == LEASED && f[1].fid == id -> take_report(1)
    :: else -> SEEN(STALE_REPORT) /* not the current lease: dropped and counted */
    fi
}

inline take_verdict(s)
{
    if
#ifdef MUTANT_ECHO_COUNTED
    :: f[s].st == ACCEPTED -> commit_item(s, m, v); complete_if_done(s)
#else
    :: f[s].st == ACCEPTED && (f[s].miss & BIT(m)) -> commit_item(s, m, v); complete_if_done(s)
#endif
    :: f[s].st == LEASED && POP(held[s]) < HOLD -> held[s] = held[s] | BIT(m)
    :: else -> SEEN(ECHO) /* an echo, or beyond what may be held */
    fi
}

inline on_verdict()
{
    if
    :: f[0].fid == id -> take_verdict(0)
    :: f[1].fid == id -> take_verdict(1)
    :: else -> SEEN(ECHO) /* of a fetch that is not open */
    fi
}

/* Rule 5.5: from the third try singly; only a lonely try that ended in a crash counts. */
inline count_blame(s)
{
    if
    :: f[s].alone && f[s].hurt ->
#ifdef MUTANT_BLAME_ALL
        if
        :: f[s].miss & 1 -> m = 0
        :: f[s].miss & 2 -> m = 1
        fi;
#else
        m = f[s].alone - 1;
#endif
#ifndef MUTANT_NO_DEAD_LETTER
        blame[m]++;
#endif
        if
        :: blame[m] == 2 -> 
            SEEN(DEAD_LETTER); dead[m] = 1; blame[m] = 0;
            end_item(s, m); complete_if_done(s)
        :: else
        fi
    :: else
    fi;
    f[s].alone = 0; f[s].hurt = 0
}

inline pick(s, i)
{
    (f[s].miss & BIT(i)) -> f[s].alone = i + 1; m = BIT(i)
}

inline replay(s)
{
    count_blame(s);
    if
    :: f[s].st != ACCEPTED /* the dead letter was its last item */
    :: f[s].st == ACCEPTED && (!POISON || f[s].tries < 2) ->
        f[s].tries = (POISON -> f[s].tries + 1 : 0);
        jobs!ITEMS, f[s].fid, f[s].miss, f[s].ver
    :: f[s].st == ACCEPTED && POISON && f[s].tries >= 2 ->
        if
        :: pick(s, 0)
        :: pick(s, 1)
        :: pick(s, NITEM - 1)
        fi;
        jobs!ITEMS, f[s].fid, m, f[s].ver
    fi
}

inline early_timer(due)
{
    if
    :: due
    :: !(due) && prem > 0 -> prem--; calm = 0
    fi
}

/* Told to stop, or alone with a signal: leases end blameless, the journal stays. */
inline leave_storer()
{
    if
    :: f[0].st == LEASED -> close_row(0)
    :: else
    fi;
    if
    :: f[1].st == LEASED -> close_row(1)
    :: else
    fi;
    ctl = 0; idle = 0; s_quiet = 0; s_leaving = 0; held[0] = 0; held[1] = 0;
#ifdef MUTANT_EARLY_CLEAN_EXIT
    s_up = LEFT;
#else
    s_up = (IN_JOURNAL -> LEFT75 : LEFT);
#endif
    assert(clean_exit || s_up != LEFT || !IN_FLIGHT);
    if
    :: b_up == UP -> b_bye = (s_up == LEFT -> 1 : 2)
    :: else
    fi
}

#ifdef MUTANT_TWO_OPEN
#define MAY_LEASE(s) (!OPEN(s) && (s == 0 || OPEN(0)))
#else
#define MAY_LEASE(s) (s == 0 && !OPEN(0)) /* rule 5.1 */
#endif
#define ISSUES (CAN_WORK && !s_quiet && len(jobs) == 0)
/* A poll that would be answered 304 changes nothing, so none is made while val == pub. */
#define DUE (val != pub)

proctype storer()
{
    byte id, v, m;
end:
    do
    :: atomic { ISSUES && DUE && MAY_LEASE(0) -> lease(0) }
    :: atomic { ISSUES && DUE && MAY_LEASE(1) -> lease(1) }
#ifdef MUTANT_VALIDATORS_EARLY
    :: atomic { CAN_WORK && rep_fid == 0 && len(reports) > 0 ->
            reports?rep_fid, rep_ver, rep_mask;
            if
            :: f[0].st == LEASED && f[0].fid == rep_fid && rep_ver != 0 -> val = rep_ver
            :: else
            fi }
    :: atomic { s_up == UP && rep_fid != 0 ->
            id = rep_fid; v = rep_ver; m = rep_mask; rep_fid = 0; rep_ver = 0; rep_mask = 0;
            on_report(); check(); id = 0; v = 0; m = 0 }
#else
    :: atomic { CAN_WORK && len(reports) > 0 ->
            reports?id, v, m; on_report(); check(); id = 0; v = 0; m = 0 }
#endif
    :: atomic { CAN_WORK && len(verdicts) > 0 ->
            verdicts?id, m, v; on_verdict(); check(); id = 0; v = 0; m = 0 }
    /* timers: lease, replay */
    :: atomic { s_up == UP && f[0].st == LEASED && (prem > 0 || LEASE_TIMER) ->
            early_timer(LEASE_TIMER); close_row(0) }
    :: atomic { s_up == UP && f[1].st == LEASED && (prem > 0 || LEASE_TIMER) ->
            early_timer(LEASE_TIMER); close_row(1) }
    :: atomic { ISSUES && f[0].st == ACCEPTED && (prem > 0 || REPLAY_TIMER) ->
            early_timer(REPLAY_TIMER); replay(0); check(); m = 0 }
    :: atomic { ISSUES && f[1].st == ACCEPTED && (prem > 0 || REPLAY_TIMER) ->
            early_timer(REPLAY_TIMER); replay(1); check(); m = 0 }
    od
}

proctype storer_control()
{
end:
    do
    :: atomic { s_up == UP && ctl == QUIESCE -> ctl = 0; s_quiet = 1 }
    :: atomic { s_up == UP && ctl == STOP -> leave_storer() }
#ifdef MUTANT_QUIESCE_ONCE
    :: atomic { s_up == UP && s_quiet -> s_quiet = 0; idle = 0 }
#endif
#ifndef MUTANT_NO_LAPSE
    /* not renewed, or RESUME */
    :: atomic { s_up == UP && s_quiet && !WANT -> s_quiet = 0; idle = 0 }
#endif
    /* said in every heartbeat; modelled where the broker does not know it yet */
    :: atomic { CAN_WORK && s_quiet && !IN_FLIGHT && !idle && DEADLINE_ARMED -> idle = 1 }
    :: atomic { s_up == UP && s_leaving && b_up != UP -> leave_storer() } /* no broker */
    od
}
