/* The window: what leases reserve, what accepted items, held verdicts, replays and questions for late
 * vectors take of it, and that all of it comes back exactly once (rules 5.4 and 5.7; storer/window.c,
 * issue.c, lease.c, journal.c, held.c, asked.c, and batch.c for transactions that fail). Items are
 * counted, not named. */

#ifndef NS
#define NS 3 /* sources; each has to be fetched once */
#endif
#ifndef W
#define W 3 /* the window */
#endif
#ifndef SHARE
#define SHARE 1 /* of it: replays and questions */
#endif
#define GOT 2 /* items of a fetch, at most */
#ifndef SURPRISE
#define SURPRISE 0 /* may a fetch bring more than was expected of it? */
#endif
/* Budgets of the adversary */
#ifndef FAILS
#define FAILS 0 /* transactions that fail, and crashes of the storer */
#endif
#ifndef LAPSES
#define LAPSES 0 /* leases that nobody answers */
#endif
#ifndef REPLAYS
#define REPLAYS 1
#endif
#ifndef QUESTIONS
#define QUESTIONS 1
#endif
#ifndef WITNESS
#define WITNESS 0
#endif
#define HELD_FIRST 1
#define REPLAYED 2
#define ROLLED_BACK 3
#define SEEN(what) assert(WITNESS != what)

/* False: the verifier's message names the property. */
bool counts_true, window_holds, share_holds, left_is_durable, all_fetched, all_free;

#define NONE 0
#define LEASED 1
#define ACCEPTED 2
#define OVER 3
/* In memory, of the fetch of each source */
byte st[NS], expect[NS], left[NS], out[NS], held[NS];
/* In the file, after the last commit */
byte dst[NS], dleft[NS];
bool open; /* a transaction */
/* Counters that are kept as things happen. (What leases reserve is summed up each time.) */
byte jleft, jout, asked;
#ifdef MUTANT_LEASE_COUNTED
byte counted; /* what leases reserve, kept as a counter that a lapse forgets */
#endif

byte fails = FAILS;

#define RES(s) (st[s] == LEASED -> expect[s] : 0)
#define IN(s) (st[s] == ACCEPTED -> left[s] : 0)
#define MOST(a, b) ((a) > (b) -> (a) : (b))
#define HELD (held[0] + held[1] + held[NS - 1])
#ifdef MUTANT_RESERVE_NOTHING
#define RESERVED 0
#elif defined(MUTANT_LEASE_COUNTED)
#define RESERVED MOST(counted, HELD)
#else
#define RESERVED MOST(RES(0) + RES(1) + RES(NS - 1), HELD)
#endif
#define USED (jleft + RESERVED + asked)
/* What is taken in truth. */
#define TAKEN (IN(0) + IN(1) + IN(NS - 1) + asked)
#define REPLAY_ROOM (jout + asked < SHARE)

inline check()
{
    assert(counts_true || (jleft == IN(0) + IN(1) + IN(NS - 1) && jout == out[0] + out[1] + out[NS - 1]));
    assert(window_holds || TAKEN <= W + SHARE + NS * SURPRISE); /* questions look at the share only */
    assert(share_holds || jout + asked <= SHARE);
    assert(left_is_durable || open || (dleft[0] == IN(0) && dleft[1] == IN(1) && dleft[NS - 1] == IN(NS - 1)))
}

inline end_item(s)
{
    /* Of those that are left it may be one that was sent again. */
    if
    :: out[s] > 0 -> out[s]--; jout--
    :: out[s] < left[s]
    fi;
    left[s]--; jleft--;
    if
    :: left[s] == 0 -> st[s] = OVER
    :: else
    fi
}

inline lease(s)
{
    open = 1; st[s] = LEASED;
#ifdef MUTANT_LEASE_COUNTED
    counted = counted + expect[s];
#endif
}

inline unlease(s)
{
#ifdef MUTANT_LEASE_COUNTED
    counted = counted - expect[s];
#endif
    skip
}

inline report(s)
{
    open = 1;
    unlease(s);
    select(n : 0 .. expect[s] + SURPRISE);
    if
    :: n == 0 -> st[s] = OVER; held[s] = 0
    :: else ->
        st[s] = ACCEPTED; left[s] = n; jleft = jleft + n;
        do
        :: held[s] > 0 && st[s] == ACCEPTED -> held[s]--; end_item(s)
        :: else -> held[s] = 0; break
        od
    fi;
    n = 0
}

inline lapse(s)
{
    open = 1; st[s] = NONE; held[s] = 0; lapses--
}

inline forget()
{
    jleft = 0; jout = 0; asked = 0;
#ifdef MUTANT_LEASE_COUNTED
    counted = 0;
#endif
    for (n : 0 .. NS - 1) {
        st[n] = dst[n]; left[n] = dleft[n]; out[n] = 0; jleft = jleft + dleft[n];
#ifdef MUTANT_LEASE_COUNTED
        counted = counted + RES(n);
#endif
    }
    n = 0
}

#define COULD_LEASE(s) (st[s] == NONE && (USED == 0 || USED + expect[s] <= W))

proctype storer()
{
    byte n, lapses = LAPSES, replays = REPLAYS, questions = QUESTIONS;
end:
    do
    /* issue */
    :: atomic { COULD_LEASE(0) -> lease(0); check() }
    :: atomic { COULD_LEASE(1) -> lease(1); check() }
    :: atomic { NS > 2 && COULD_LEASE(NS - 1) -> lease(NS - 1); check() }
    /* reports: only of leases that were committed before they were sent */
    :: atomic { st[0] == LEASED && dst[0] == LEASED -> report(0); check() }
    :: atomic { st[1] == LEASED && dst[1] == LEASED -> report(1); check() }
    :: atomic { NS > 2 && st[NS - 1] == LEASED && dst[NS - 1] == LEASED -> report(NS - 1); check() }
    /* verdicts */
    :: atomic { st[0] == ACCEPTED && dst[0] != NONE -> open = 1; end_item(0); check() }
    :: atomic { st[1] == ACCEPTED && dst[1] != NONE -> open = 1; end_item(1); check() }
    :: atomic { NS > 2 && st[NS - 1] == ACCEPTED && dst[NS - 1] != NONE ->
            open = 1; end_item(NS - 1); check() }
    :: atomic { st[0] == LEASED && dst[0] == LEASED && HELD < W && held[0] < expect[0] ->
            SEEN(HELD_FIRST); held[0]++; check() }
    /* a verdict of an item that has ended */
    :: atomic { st[0] == ACCEPTED && left[0] < GOT ->
#ifdef MUTANT_ECHO_RELEASES
            jleft--;
#endif
            check() }
    /* replays: sent, handed back or blamed */
#ifdef MUTANT_NO_SHARE
    :: atomic { replays > 0 && st[0] == ACCEPTED && out[0] < left[0] ->
#else
    :: atomic { replays > 0 && st[0] == ACCEPTED && out[0] < left[0] && REPLAY_ROOM ->
#endif
            SEEN(REPLAYED); replays--; open = 1; out[0]++; jout++; check() }
    :: atomic { replays > 0 && st[1] == ACCEPTED && out[1] < left[1] && REPLAY_ROOM ->
            replays--; open = 1; out[1]++; jout++; check() }
#ifdef MUTANT_HANDED_BACK_KEPT
    :: atomic { out[0] > 0 -> open = 1; out[0]--; check() }
#else
    :: atomic { out[0] > 0 -> open = 1; out[0]--; jout--; check() }
#endif
    /* a dead letter */
    :: atomic { st[1] == ACCEPTED && out[1] > 0 ->
            open = 1; out[1]--; jout--; left[1]--; jleft--;
            if
            :: left[1] == 0 -> st[1] = OVER
            :: else
            fi;
            check() }
    /* late vectors: asked, and answered or lapsed */
    :: atomic { questions > 0 && REPLAY_ROOM -> questions--; open = 1; asked++; check() }
#ifndef MUTANT_QUESTION_KEPT
    :: atomic { asked > 0 -> asked--; check() }
#endif
    /* leases that lapse */
    :: atomic { lapses > 0 && st[0] == LEASED && dst[0] == LEASED -> lapse(0); check() }
    :: atomic { lapses > 0 && st[1] == LEASED && dst[1] == LEASED -> lapse(1); check() }
    /* the transaction ends */
    :: atomic { open ->
            open = 0;
            for (n : 0 .. NS - 1) {
                dst[n] = st[n]; dleft[n] = IN(n)
            }
            n = 0; check() }
    :: atomic { open && fails > 0 ->
            SEEN(ROLLED_BACK); fails--; open = 0;
#ifndef MUTANT_NO_RELOAD
            forget();
#endif
            check() }
    /* a crash */
    :: atomic { fails > 0 -> fails--; open = 0; forget(); held[0] = 0; held[1] = 0; check() }
    od
}

proctype end_of_run()
{
    timeout;
    check();
    assert(all_fetched || (st[0] == OVER && st[1] == OVER && st[NS - 1] == OVER));
    assert(all_free || (USED == 0 && jout == 0))
}

init
{
    atomic {
        byte k;
        for (k : 0 .. NS - 1) {
            if
            :: expect[k] = 1
            :: expect[k] = 2
            fi
        }
        k = 0;
        run storer();
        run end_of_run()
    }
}
