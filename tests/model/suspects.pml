/* Feeds that crash whoever reads them: leases in hand as heartbeats tell them, suspects that are
 * issued alone, quarantine (rule 5.6; storer/issue.c, lease.c, fetcher/lease.c). Source 0 crashes
 * every fetcher that reads it; each of the others has to be read once. */

#ifndef NF
#define NF 2 /* fetchers, 1 or 2 */
#endif
#define NS 3
#ifndef AFTER
#define AFTER 3 /* crashes running that are a quarantine */
#endif
/* Budgets of the adversary */
#ifndef KILLS
#define KILLS 0 /* fetchers that are killed for no reason of theirs */
#endif
#ifndef CRASHES
#define CRASHES 0 /* of the storer */
#endif
#ifndef EARLY
#define EARLY 0 /* leases that lapse while somebody has them */
#endif
#ifndef WITNESS
#define WITNESS 0
#endif
#define QUARANTINED 1
#define INNOCENT_SUSPECT 2
#define LAPSED 3
#define SEEN(what) assert(WITNESS != what)

/* False: the verifier's message names the property. */
bool innocent_free, poison_stops, one_suspect, all_read;

/* Rows */
#define FREE 0
#define LEASED 1
#define READ 2
#define QUARANTINE 3
byte st[NS], suspect[NS];
bool alone[NS]; /* the lease was given to a suspect */

chan jobs = [2] of { byte };
chan reports = [2] of { byte };
chan lost = [2] of { byte }; /* LOST: the leases that the last heartbeat listed, a set */
byte hand[NF], told[NF];     /* in hand; as the last heartbeat said */
bool down[NF];
byte crashes; /* ghost: those by the poison */
bool seen_crash; /* the storer knows of one since all was still */
byte early = EARLY;

#define BIT(s) (1 << (s))
#define SUSPECT_OUT \
    (st[0] == LEASED && alone[0] || st[1] == LEASED && alone[1] || st[2] == LEASED && alone[2])
#define STILL \
    (len(jobs) == 0 && len(reports) == 0 && len(lost) == 0 && hand[0] == 0 && hand[NF - 1] == 0 && \
     !down[0] && !down[NF - 1])

inline check()
{
    assert(innocent_free || (st[1] != QUARANTINE && st[2] != QUARANTINE));
    assert(poison_stops || crashes <= AFTER + KILLS + CRASHES + EARLY);
    assert(one_suspect || (st[0] == LEASED && alone[0]) + (st[1] == LEASED && alone[1]) +
                          (st[2] == LEASED && alone[2]) <= 1)
}

#ifdef MUTANT_SUSPECTS_TOGETHER
#define MAY_LEASE(s) (st[s] == FREE && len(jobs) < 2)
#define ALONE(s) false
#else
#define MAY_LEASE(s) (st[s] == FREE && len(jobs) < 2 && (suspect[s] == 0 || !SUSPECT_OUT))
#define ALONE(s) (suspect[s] > 0)
#endif

inline lease(s)
{
    st[s] = LEASED; alone[s] = ALONE(s); jobs!s
}

/* It was in the hand of a fetcher that crashed. */
inline blame(s)
{
    st[s] = FREE; alone[s] = 0; suspect[s]++;
    assert(!(WITNESS == INNOCENT_SUSPECT && s != 0));
    if
    :: suspect[s] >= AFTER -> SEEN(QUARANTINED); st[s] = QUARANTINE
    :: else
    fi
}

/* In nobody's hand. Since a crash it may have been in the hand of who could not tell: that makes a
 * suspect, and proves nothing. */
inline lapse(s)
{
    if
    :: st[s] == LEASED ->
        SEEN(LAPSED);
        st[s] = FREE; alone[s] = 0;
#ifndef MUTANT_UNSEEN_FREE
        suspect[s] = (seen_crash && suspect[s] == 0 -> 1 : suspect[s])
#endif
    :: else
    fi
}

inline blame_if(s)
{
    if
    :: (m & BIT(s)) && st[s] == LEASED -> blame(s)
    :: else
    fi
}

proctype storer()
{
    byte s, m, restarts = CRASHES;
end:
    do
    :: atomic { MAY_LEASE(0) -> lease(0); check() }
    :: atomic { MAY_LEASE(1) -> lease(1); check() }
    :: atomic { MAY_LEASE(2) -> lease(2); check() }
    :: atomic { len(reports) > 0 ->
            reports?s;
            if
            :: st[s] == LEASED -> st[s] = READ; alone[s] = 0; suspect[s] = 0
            :: else
            fi;
            s = 0; check() }
    :: atomic { len(lost) > 0 ->
            lost?m;
            seen_crash = 1; blame_if(0); blame_if(1); blame_if(2);
            m = 0; check() }
    /* in nobody's hand */
    :: atomic { STILL && (st[0] == LEASED || st[1] == LEASED || st[2] == LEASED) ->
            lapse(0); lapse(1); lapse(2); seen_crash = 0; check() }
    :: atomic { early > 0 && (st[0] == LEASED || st[1] == LEASED || st[2] == LEASED) ->
            early--;
            if
            :: st[0] == LEASED -> lapse(0)
            :: st[1] == LEASED -> lapse(1)
            :: st[2] == LEASED -> lapse(2)
            fi;
            check() }
    /* rows stay; what was said to the former process is lost */
    :: atomic { restarts > 0 ->
            restarts--;
            if
            :: len(lost) > 0 -> lost?_
            :: len(reports) > 0 -> reports?_
            :: true
            fi }
    od
}

/* Messages that it had prefetched may go with it. */
inline crash(f)
{
    hand[f] = 0; down[f] = 1;
    do
    :: len(jobs) > 0 -> jobs?_
    :: true -> break
    od
}

inline read(s)
{
    hand[f] = hand[f] & ~BIT(s);
    if
    :: s == 0 -> crashes++; crash(f); check()
    :: else -> reports!s
    fi
}

proctype fetcher(byte f)
{
    byte s;
end:
    do
    :: atomic { !down[f] && len(jobs) > 0 ->
            jobs?s; hand[f] = hand[f] | BIT(s);
#ifndef MUTANT_BEAT_LATE
            /* of a suspect the fetcher tells before it begins */
            told[f] = (alone[s] -> hand[f] : told[f]);
#endif
            s = 0 }
    :: atomic { !down[f] && told[f] != hand[f] -> told[f] = hand[f] } /* each second */
    :: atomic { !down[f] && (hand[f] & 1) -> read(0) }
    :: atomic { !down[f] && (hand[f] & 2) && len(reports) < 2 -> read(1) }
    :: atomic { !down[f] && (hand[f] & 4) && len(reports) < 2 -> read(2) }
    /* it is noticed, and started again */
    :: atomic { down[f] && len(lost) < 2 -> lost!told[f]; told[f] = 0; down[f] = 0 }
    od
}

proctype chaos()
{
    byte kills = KILLS;
    do
    :: atomic { kills > 0 && !down[0] -> kills--; crash(0) }
    :: atomic { kills > 0 && !down[NF - 1] -> kills--; crash(NF - 1) }
    :: atomic { kills = 0; early = 0; break }
    od
}

proctype end_of_run()
{
    timeout;
    check();
    assert(all_read || (st[0] == QUARANTINE && st[1] == READ && st[2] == READ))
}

init
{
    atomic {
        byte k;
        for (k : 0 .. NF - 1) {
            run fetcher(k)
        }
        k = 0;
        run storer();
        run chaos();
        run end_of_run()
    }
}
