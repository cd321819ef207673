/* Dedupers that learn from commits: sequence, epoch, gaps, paging, `as_of`, and the storer's memory
 * of its latest commits. All items are near each other, so what an item is judged by must be every
 * other item that was committed before it. One step follows deduper/follow.c or storer/decide.c
 * closely enough to be read beside it. */

#ifndef ND
#define ND 2 /* dedupers, 1 or 2 */
#endif
#ifndef NI
#define NI 3 /* items, 2 or 3 */
#endif
#ifndef MEM
#define MEM 2 /* commits the storer remembers; a deduper may be behind by half of it */
#endif
#ifndef ROUNDS
#define ROUNDS 2 /* of judging again, before the storer judges by what it has */
#endif
#ifndef EVQ
#define EVQ 2 /* commit events under way to a deduper; what comes then is dropped */
#endif
/* Budgets of the adversary */
#ifndef LOSS
#define LOSS 0 /* events, items, verdicts, questions, pages */
#endif
#ifndef RESTARTS
#define RESTARTS 0 /* of the storer */
#endif
#ifndef BACK
#define BACK 0 /* may a restart find an older copy, in place of the file (1), or written into it while
               * all dedupers have caught up and nothing comes (2), or at any time (3)? */
#endif
#ifndef FORGETS
#define FORGETS 0 /* dedupers that crash */
#endif
#ifndef UPDATES
#define UPDATES 0 /* does item 0 come once more, changed? */
#endif
#ifndef WITNESS
#define WITNESS 0
#endif
#define JUDGED_AGAIN 1
#define GAP 3
#define FRESH_START 4
#define SEEN(what) assert(WITNESS != what)

/* False: the verifier's message names the property. */
bool items_end, caught_up;
#ifdef END_ONLY /* what is judged meanwhile is not looked at */
bool all_seen = 1, index_true = 1, only_committed = 1;
#else
bool all_seen, index_true, only_committed;
#endif

/* The storer's file */
byte epoch = 1, head;
byte seq[NI], rev[NI]; /* of each item: its latest commit (0: not there), its revision */
byte later = 2;        /* the next epoch: drawn at random in reality */
/* The storer's memory */
byte floor; /* commits beyond this one are remembered */

/* Items: where each is, with its header and its verdict */
#define IDLE 0 /* to be sent, or to be replayed */
#define LINK 1
#define HELD 2 /* by deduper d: HELD + d */
#define VERDICT 4
#define DONE 5
byte at[NI], want[NI] = 1; /* want: the revision the feed has */
byte hepoch[NI], hhead[NI], rounds[NI];
byte vepoch[NI], vas_of[NI], vfound[NI]; /* found: two bits an item, the revision compared */

/* Dedupers */
chan events[ND] = [EVQ] of { byte, byte, byte, byte }; /* epoch, sequence, item, revision */
byte depoch[ND], applied[ND], index[ND];
bool paging[ND] = 1;
#define NOTHING 0
#define ASKED 1
#define ANSWERED 2
#define LOST 3
#ifdef MUTANT_OLDER_PAGE
#define PASSED 4
#define ASKS_AGAIN(d) (ask[d] == LOST || ask[d] == NOTHING || ask[d] == PASSED && applied[d] <= head)
#else
#define ASKS_AGAIN(d) (ask[d] == LOST || ask[d] == NOTHING)
#endif
byte ask[ND], qepoch[ND], since[ND];                      /* the question */
byte pepoch[ND], upto[ND], phead[ND], pitem[ND], prev[ND]; /* the page: one entry at most */

byte loss = LOSS;

#define OF(set, x) (((set) >> (2 * (x))) & 3)
#define WITH(set, x, r) (((set) & ~(3 << (2 * (x)))) | ((r) << (2 * (x))))
#define BEHIND (MEM / 2)

/* --- what must hold --- */

/* While nothing is paged: of what is committed up to `applied`, nothing is missing or old. */
#define TRUE_OF(d, x) (seq[x] == 0 || seq[x] > applied[d] || OF(index[d], x) == rev[x])
#define ONLY_OF(d, x) (OF(index[d], x) == 0 || seq[x] != 0)
#define SAME(d) (depoch[d] == epoch && applied[d] <= head)

inline check(d)
{
    assert(index_true || !SAME(d) || paging[d] ||
           (TRUE_OF(d, 0) && TRUE_OF(d, 1) && TRUE_OF(d, NI - 1)));
    assert(only_committed || !SAME(d) || (ONLY_OF(d, 0) && ONLY_OF(d, 1) && ONLY_OF(d, NI - 1)))
}

/* --- dedupers: follow.c, catchup.c, propose.c --- */

inline ask_page(d)
{
    ask[d] = ASKED; qepoch[d] = depoch[d]; since[d] = applied[d];
    pepoch[d] = 0; upto[d] = 0; phead[d] = 0; pitem[d] = 0; prev[d] = 0
}

inline fresh_start(d, e)
{
    SEEN(FRESH_START);
    depoch[d] = e; applied[d] = 0; index[d] = 0; paging[d] = 1; ask_page(d)
}

inline forget_page(d)
{
    ask[d] = NOTHING; qepoch[d] = 0; since[d] = 0;
    pepoch[d] = 0; upto[d] = 0; phead[d] = 0; pitem[d] = 0; prev[d] = 0
}

inline on_commit(d)
{
    if
    :: e != depoch[d] -> fresh_start(d, e)
    :: e == depoch[d] && paging[d] /* the pages that follow cover it */
#ifndef MUTANT_SEQUENCE_TWICE
    :: e == depoch[d] && !paging[d] && s <= applied[d]
    :: e == depoch[d] && !paging[d] && s == applied[d] + 1 ->
#else
    :: e == depoch[d] && !paging[d] && s <= applied[d] + 1 ->
#endif
        index[d] = WITH(index[d], x, r); applied[d] = (s > applied[d] -> s : applied[d])
#ifndef MUTANT_NO_GAP
    :: e == depoch[d] && !paging[d] && s > applied[d] + 1 ->
        SEEN(GAP); paging[d] = 1; ask_page(d)
#else
    :: e == depoch[d] && !paging[d] && s > applied[d] + 1 ->
        index[d] = WITH(index[d], x, r); applied[d] = s
#endif
    fi
}

inline on_page(d)
{
    if
    :: pepoch[d] != depoch[d] -> fresh_start(d, pepoch[d])
    :: pepoch[d] == depoch[d] && phead[d] < applied[d] ->
#ifdef MUTANT_OLDER_PAGE
        forget_page(d); ask[d] = PASSED /* over; asking again changes nothing while it is so */
#else
        fresh_start(d, pepoch[d]) /* commits were taken back */
#endif
    :: pepoch[d] == depoch[d] && phead[d] >= applied[d] ->
        if
        :: pitem[d] -> index[d] = WITH(index[d], pitem[d] - 1, prev[d])
        :: else
        fi;
        applied[d] = (upto[d] > applied[d] -> upto[d] : applied[d]);
        if
        :: applied[d] >= phead[d] -> paging[d] = 0; forget_page(d)
        :: else -> ask_page(d)
        fi
    fi
}

inline judge(d, x)
{
    vfound[x] = WITH(index[d], x, 0); vepoch[x] = depoch[d]; vas_of[x] = applied[d];
    hepoch[x] = 0; hhead[x] = 0; at[x] = VERDICT
}

#define HOLDS(d) (at[0] == HELD + d || at[1] == HELD + d || at[NI - 1] == HELD + d)

proctype deduper(byte d)
{
    byte e, s, x, r;
end:
    do
    :: atomic { len(events[d]) > 0 ->
            events[d]?e, s, x, r; on_commit(d); e = 0; s = 0; x = 0; r = 0; check(d) }
    :: atomic { ask[d] == ANSWERED -> on_page(d); check(d) }
#ifndef MUTANT_ASKED_ONCE
    :: atomic { paging[d] && ASKS_AGAIN(d) -> ask_page(d) }
#else
    :: atomic { paging[d] && ask[d] == NOTHING -> ask_page(d) }
#endif
    :: atomic { !HOLDS(d) && (at[0] == LINK || at[1] == LINK || at[NI - 1] == LINK) ->
            if
            :: at[0] == LINK -> x = 0
            :: at[1] == LINK -> x = 1
            :: at[NI - 1] == LINK -> x = NI - 1
            fi;
            if
            :: paging[d] -> at[x] = HELD + d
            :: !paging[d] && hepoch[x] == depoch[d] && hhead[x] <= applied[d] + BEHIND ->
                judge(d, x)
            :: !paging[d] && !(hepoch[x] == depoch[d] && hhead[x] <= applied[d] + BEHIND) ->
                at[x] = HELD + d; paging[d] = 1; ask_page(d)
            fi;
            x = 0 }
    :: atomic { !paging[d] && HOLDS(d) ->
            if
            :: at[0] == HELD + d -> judge(d, 0)
            :: at[1] == HELD + d -> judge(d, 1)
            :: at[NI - 1] == HELD + d -> judge(d, NI - 1)
            fi }
    od
}

/* --- the storer: settle.c, decide.c, publish.c, reads_vectors.c --- */

inline lose(x)
{
    at[x] = IDLE; rounds[x] = 0;
    hepoch[x] = 0; hhead[x] = 0; vepoch[x] = 0; vas_of[x] = 0; vfound[x] = 0
}

inline restart()
{
    floor = (head > MEM -> head - MEM : 0)
}

/* All commits beyond some sequence were never made. Only without updates: they would have to come
 * back with their former revision. */
inline back()
{
    from = 0;
    do
    :: from + 1 < head -> from++
    :: true -> break
    od;
    head = from;
    for (y : 0 .. NI - 1) {
        if
        :: seq[y] > head -> seq[y] = 0; rev[y] = 0; at[y] = (at[y] == DONE -> IDLE : at[y])
        :: else
        fi
    }
    y = 0; from = 0; floor = 0
}

inline publish(e, s, x, r)
{
    for (d : 0 .. ND - 1) {
        if
        :: len(events[d]) < EVQ -> events[d]!e, s, x, r
        :: len(events[d]) == EVQ /* the bus drops it */
        :: len(events[d]) < EVQ && loss > 0 -> loss--
        fi
    }
    d = 0
}

inline commit(x)
{
#ifdef MUTANT_EARLY_PUBLISH
    publish(epoch, head + 1, x, want[x]);
    if
    :: loss > 0 -> loss--; restart(); at[x] = IDLE
    :: true ->
#endif
    head++; seq[x] = head; rev[x] = want[x]; at[x] = DONE;
    floor = (head > floor + MEM -> head - MEM : floor);
#ifdef MUTANT_EARLY_PUBLISH
    fi
#else
    publish(epoch, head, x, want[x])
#endif
}

inline send(x)
{
    hepoch[x] = epoch; hhead[x] = head; at[x] = LINK;
    vepoch[x] = 0; vas_of[x] = 0; vfound[x] = 0
}

/* The figures of a deduper hold for y: it compared what is the latest of y. */
#define UNCHANGED(x, y) (OF(vfound[x], y) == 0 || seq[y] <= as_of)
#ifdef MUTANT_OLD_FIGURES
#define SURE(x) (as_of >= floor)
#else
#define SURE(x) (as_of >= floor && UNCHANGED(x, 0) && UNCHANGED(x, 1) && UNCHANGED(x, NI - 1))
#endif
/* What y is judged by: the deduper's figures, or what is in memory; never by figures that are old. */
#define FOUND(x, y) (as_of > 0 -> OF(vfound[x], y) : 0)
#define REMEMBERED(y) (seq[y] > as_of && seq[y] > floor)
#define WAS_SEEN(x, y) \
    (y == x || seq[y] == 0 || FOUND(x, y) == rev[y] || FOUND(x, y) == 0 && REMEMBERED(y))
#define WAS_THERE(x, y) (FOUND(x, y) == 0 || seq[y] != 0)

inline take_verdict(x)
{
#ifndef MUTANT_PAST_TRUSTED
    /* It has seen later commits than there are: the file is of another past. */
    if
    :: vepoch[x] == epoch && vas_of[x] > head -> epoch = later; later++
    :: else
    fi;
#endif
    as_of = (vepoch[x] == epoch -> vas_of[x] : 0);
    if
    :: seq[x] != 0 && rev[x] == want[x] -> at[x] = DONE
    :: seq[x] != 0 && rev[x] != want[x] -> commit(x)
#ifndef MUTANT_NO_FLOOR
    :: seq[x] == 0 && !SURE(x) && rounds[x] < ROUNDS ->
        SEEN(JUDGED_AGAIN); rounds[x]++; send(x)
    :: seq[x] == 0 && !SURE(x) && rounds[x] >= ROUNDS -> commit(x)
    :: seq[x] == 0 && SURE(x) ->
#else
    :: seq[x] == 0 ->
#endif
        assert(all_seen || (WAS_SEEN(x, 0) && WAS_SEEN(x, 1) && WAS_SEEN(x, NI - 1)));
        assert(only_committed || (WAS_THERE(x, 0) && WAS_THERE(x, 1) &&
                                  WAS_THERE(x, NI - 1)));
        commit(x)
    fi;
    if
    :: at[x] != LINK ->
        rounds[x] = 0; vepoch[x] = 0; vas_of[x] = 0; vfound[x] = 0; hepoch[x] = 0; hhead[x] = 0
    :: else
    fi;
    as_of = 0
}

/* The entry with the lowest sequence beyond `from`, and whether there is another. */
inline answer(d)
{
    from = (qepoch[d] == epoch && since[d] <= head -> since[d] : 0);
    best = 0; more = 0;
    for (y : 0 .. NI - 1) {
        if
        :: seq[y] > from && best == 0 -> best = y + 1
        :: seq[y] > from && best != 0 && seq[y] < seq[best - 1] -> best = y + 1; more = 1
        :: seq[y] > from && best != 0 && seq[y] >= seq[best - 1] -> more = 1
        :: else
        fi
    }
    pepoch[d] = epoch; phead[d] = head; pitem[d] = best;
    prev[d] = (best -> rev[(best -> best - 1 : 0)] : 0);
    upto[d] = (more -> seq[(best -> best - 1 : 0)] : head);
    ask[d] = ANSWERED; qepoch[d] = 0; since[d] = 0;
    from = 0; best = 0; more = 0; y = 0
}

#define VERDICTS (at[0] == VERDICT || at[1] == VERDICT || at[NI - 1] == VERDICT)
#define CALM(d) (!paging[d] && len(events[d]) == 0 && applied[d] == head)
#define MAY_GO_BACK (BACK != 2 || !VERDICTS && CALM(0) && CALM(ND - 1))

proctype storer()
{
    byte d, y, from, best, as_of;
    bool more;
    byte updates = UPDATES, restarts = RESTARTS;
end:
    do
    :: atomic { at[0] == IDLE -> send(0) }
    :: atomic { at[1] == IDLE -> send(1) }
    :: atomic { at[NI - 1] == IDLE -> send(NI - 1) }
    :: atomic { at[0] == VERDICT -> take_verdict(0) }
    :: atomic { at[1] == VERDICT -> take_verdict(1) }
    :: atomic { at[NI - 1] == VERDICT && NI > 2 -> take_verdict(NI - 1) }
    :: atomic { ask[0] == ASKED -> answer(0) }
    :: atomic { ask[ND - 1] == ASKED && ND > 1 -> answer(ND - 1) }
    :: atomic { updates > 0 && at[0] == DONE -> updates--; want[0] = 2; at[0] = IDLE }
    :: atomic { restarts > 0 ->
            restarts--;
            if
            :: true /* the same file */
            :: true -> epoch = later; later++; floor = head /* the model has changed */
#if BACK
            :: head > 0 && MAY_GO_BACK ->
                back();
#if BACK == 1 && !defined(MUTANT_EPOCH_KEPT)
                epoch = later; later++ /* the file is another one */
#endif
#endif
            fi;
            if
            :: floor == head
            :: floor != head -> restart()
            fi }
    od
}

/* --- what goes wrong --- */

proctype chaos()
{
    byte d, forgets = FORGETS;
    do
    :: atomic { loss > 0 && (at[0] == LINK || at[0] == VERDICT) -> loss--; lose(0) }
    :: atomic { loss > 0 && (at[1] == LINK || at[1] == VERDICT) -> loss--; lose(1) }
    :: atomic { loss > 0 && (ask[0] == ASKED || ask[0] == ANSWERED) ->
            loss--; forget_page(0); ask[0] = LOST }
    :: atomic { loss > 0 && (ask[ND - 1] == ASKED || ask[ND - 1] == ANSWERED) ->
            loss--; forget_page(ND - 1); ask[ND - 1] = LOST }
    :: atomic { forgets > 0 ->
            forgets--;
            select(d : 0 .. ND - 1);
            do
            :: len(events[d]) > 0 -> events[d]?_, _, _, _
            :: else -> break
            od;
            depoch[d] = 0; applied[d] = 0; index[d] = 0; paging[d] = 1; forget_page(d);
            if
            :: at[0] == HELD + d -> lose(0)
            :: at[1] == HELD + d -> lose(1)
            :: at[NI - 1] == HELD + d -> lose(NI - 1)
            :: else
            fi;
            d = 0 }
    :: atomic { loss = 0; break }
    od
}

proctype end_of_run()
{
    timeout;
    assert(items_end || (at[0] == DONE && at[1] == DONE && at[NI - 1] == DONE));
    assert(caught_up || (!paging[0] && !paging[ND - 1]))
}

init
{
    atomic {
        byte k;
        run storer();
        run chaos();
        run end_of_run();
        for (k : 0 .. ND - 1) {
            run deduper(k)
        }
        k = 0
    }
}
