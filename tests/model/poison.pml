/* Items that kill or hang whoever takes them: tries, travelling alone, blame, dead letters, and
 * their way back (rule 5.5; storer/journal*.c, replay.c, settle.c, control.c). Two accepted fetches;
 * items 0 and 1 are of the first, item 2 of the second. Item 0 is poisonous until it is not. */

#define NI 3
#define ALL 7
#ifndef NE
#define NE 2 /* embedders */
#endif
#ifndef ALONE_AFTER
#define ALONE_AFTER 3 /* this try is made alone */
#endif
#ifndef DEAD_AFTER
#define DEAD_AFTER 5 /* lonely failures */
#endif
#ifndef SHARE
#define SHARE 2 /* items that may be replayed at once */
#endif
/* Budgets of the adversary */
#ifndef KILLS
#define KILLS 0 /* embedders that are killed for no reason of theirs */
#endif
#ifndef RESTARTS
#define RESTARTS 0 /* of the storer */
#endif
#ifndef EARLY
#define EARLY 0 /* replays that are due too early */
#endif
#ifndef CURE
#define CURE 0 /* once it is a dead letter, is the cause taken away, and is it tried again? */
#endif
#ifndef WITNESS
#define WITNESS 0
#endif
#define DEAD_LETTER 1
#define REVIVED 2
#define BLAMED_INNOCENT 3
#define SEEN(what) assert(WITNESS != what)

/* False: the verifier's message names the property. */
bool sum_holds, innocent_lives, tries_first, share_holds, one_alone, poison_dies, items_end;

/* The storer's file: of each item what became of it, its tries and its lonely failures. */
#define OPEN 0
#define STORED 1
#define DEAD 2
byte end_of[NI], tries[NI] = 1, alone[NI];
byte accepted = NI, stored, dead; /* counters of the file */
/* The storer's memory */
byte out;    /* replayed items that are counted against the share, a set */
byte lonely; /* 1 + the item that travels alone */
byte due;    /* items that may be sent again, a set */
byte under_way = NI;
#ifdef MUTANT_TRIES_LATE
byte sent_mask; /* sent, and not yet written */
#endif

byte sends[NI] = 1; /* ghost: how often each was sent */
bool sick = 1;      /* is item 0 poisonous? */
byte early = EARLY;

chan items = [NI] of { byte };
chan verdicts = [NI] of { byte };
byte hand[NE];  /* 1 + the item an embedder holds */
bool down[NE];
chan losses = [3] of { byte }; /* LOST, from the broker: it comes when the crash is noticed */

#define BIT(i) (1 << (i))
#define IS_OPEN(i) (end_of[i] == OPEN)
#define OPEN_ITEMS (IS_OPEN(0) + 2 * IS_OPEN(1) + 4 * IS_OPEN(2))
#define POP(m) (((m) & 1) + (((m) >> 1) & 1) + (((m) >> 2) & 1))
#define FETCH(i) ((i) == 2)
/* Nothing moves any more, and every crash was noticed: what is missing is due, by a loss or at last by
 * patience. */
#define STILL \
    (len(items) == 0 && len(verdicts) == 0 && len(losses) == 0 && \
     hand[0] == 0 && hand[NE - 1] == 0 && !down[0] && !down[NE - 1])
#define DUE(i) (IS_OPEN(i) && (due & BIT(i)))

inline check()
{
    assert(sum_holds || accepted == stored + dead + under_way);
    assert(sum_holds || under_way == POP(OPEN_ITEMS));
    assert(innocent_lives || (end_of[1] != DEAD && end_of[2] != DEAD));
    assert(share_holds || POP(out) <= SHARE);
    assert(one_alone || lonely == 0 || IS_OPEN(lonely - 1));
    assert(tries_first || (sends[0] <= tries[0] && sends[1] <= tries[1] && sends[2] <= tries[2]));
    assert(poison_dies || tries[0] < ALONE_AFTER + DEAD_AFTER + KILLS + EARLY + RESTARTS + 1)
}

inline release(i)
{
    out = out & ~BIT(i);
    lonely = (lonely == i + 1 -> 0 : lonely)
}

inline settle(i, how)
{
    if
    :: IS_OPEN(i) ->
        release(i);
        end_of[i] = how; under_way--;
        stored = stored + (how == STORED); dead = dead + (how == DEAD);
        due = due & ~BIT(i)
#ifdef MUTANT_ECHO_ENDS
    :: !IS_OPEN(i) -> stored++; under_way--
#else
    :: else /* an echo */
#endif
    fi
}

/* A crash: it can only have been by what travelled alone. */
inline blame(i)
{
    assert(!(WITNESS == BLAMED_INNOCENT && i != 0));
    release(i); alone[i]++; due = due | BIT(i);
    if
    :: alone[i] >= DEAD_AFTER -> SEEN(DEAD_LETTER); settle(i, DEAD)
    :: else
    fi
}

inline on_lost()
{
    losses?_;
#ifdef MUTANT_BLAME_ALL
    if
    :: (out & 1) && IS_OPEN(0) -> blame(0)
    :: else
    fi;
    if
    :: (out & 2) && IS_OPEN(1) -> blame(1)
    :: else
    fi;
    if
    :: (out & 4) && IS_OPEN(2) -> blame(2)
    :: else
    fi
#else
    if
    :: lonely -> i = lonely - 1; blame(i); i = 0
    :: else
    fi
#endif
}

#ifdef MUTANT_NEVER_ALONE
#define GOES_ALONE(i) false
#else
#define GOES_ALONE(i) (tries[i] + 1 >= ALONE_AFTER)
#endif
#ifdef MUTANT_MANY_ALONE
#define MAY_GO_ALONE true
#else
#define MAY_GO_ALONE (lonely == 0)
#endif
#ifdef MUTANT_NO_SHARE
#define ROOM true
#else
#define ROOM (POP(out) < SHARE)
#endif

/* One item; two of a fetch that go together are two steps in a row. */
inline replay(i)
{
    release(i);
    if
    :: ROOM && (!GOES_ALONE(i) || MAY_GO_ALONE) && len(items) < NI ->
        lonely = (GOES_ALONE(i) -> i + 1 : lonely);
        out = out | BIT(i); due = due & ~BIT(i);
#ifdef MUTANT_TRIES_LATE
        sent_mask = sent_mask | BIT(i);
#else
        tries[i]++;
#endif
        sends[i]++;
        items!i
    :: else
    fi
}

#define MAY_REPLAY(i) (DUE(i) && (ROOM || (out & BIT(i))) && len(items) < NI && \
                       (!GOES_ALONE(i) || MAY_GO_ALONE || lonely == i + 1))

/* What is in memory is read anew. */
inline restart()
{
    out = 0; lonely = 0; due = 0; under_way = POP(OPEN_ITEMS);
#ifdef MUTANT_TRIES_LATE
    sent_mask = 0;
#endif
    if
    :: len(verdicts) > 0 -> verdicts?_
    :: true
    fi
}

inline revive()
{
    SEEN(REVIVED);
    sick = 0; end_of[0] = OPEN; tries[0] = 1; alone[0] = 0; dead--; under_way++;
    sends[0] = 0; due = due | 1
}

proctype storer()
{
    byte i, restarts = RESTARTS;
    bool cure = CURE;
end:
    do
    :: atomic { len(verdicts) > 0 -> verdicts?i; settle(i, STORED); i = 0; check() }
    :: atomic { len(losses) > 0 -> on_lost(); check() }
    :: atomic { STILL && due != OPEN_ITEMS -> due = OPEN_ITEMS }
    :: atomic { early > 0 && OPEN_ITEMS && due != OPEN_ITEMS -> early--; due = OPEN_ITEMS }
    :: atomic { MAY_REPLAY(0) -> replay(0); check() }
    :: atomic { MAY_REPLAY(1) -> replay(1); check() }
    :: atomic { MAY_REPLAY(2) -> replay(2); check() }
#ifdef MUTANT_TRIES_LATE
    :: atomic { sent_mask ->
            if
            :: sent_mask & 1 -> tries[0]++
            :: else
            fi;
            if
            :: sent_mask & 2 -> tries[1]++
            :: else
            fi;
            if
            :: sent_mask & 4 -> tries[2]++
            :: else
            fi;
            sent_mask = 0; check() }
#endif
    :: atomic { restarts > 0 -> restarts--; restart(); check() }
    :: atomic { cure && end_of[0] == DEAD && STILL -> cure = 0; revive(); check() }
    od
}

/* A hang ends as a crash does: it is silent for 5 s and lost. What it had prefetched may go, too. */
inline crash(e)
{
    hand[e] = 0; down[e] = 1;
    do
    :: len(items) > 0 -> items?_
    :: true -> break
    od
}

proctype embedder(byte e)
{
    byte i;
end:
    do
    :: atomic { !down[e] && hand[e] == 0 && len(items) > 0 ->
            items?i;
            if
            :: i == 0 && sick -> crash(e)
            :: else -> hand[e] = i + 1
            fi;
            i = 0 }
    :: atomic { !down[e] && hand[e] && len(verdicts) < NI -> verdicts!hand[e] - 1; hand[e] = 0 }
    :: atomic { down[e] && len(losses) < 3 -> losses!e; down[e] = 0 } /* noticed, started again */
    od
}

proctype chaos()
{
    byte kills = KILLS;
    do
    :: atomic { kills > 0 && !down[0] -> kills--; crash(0) }
    :: atomic { kills > 0 && !down[NE - 1] -> kills--; crash(NE - 1) }
    :: atomic { kills = 0; early = 0; break }
    od
}

proctype end_of_run()
{
    timeout;
    check();
    assert(items_end || (end_of[0] == (sick -> DEAD : STORED) && end_of[1] == STORED && end_of[2] == STORED))
}

init
{
    atomic {
        byte k;
        for (k : 0 .. NE - 1) {
            run embedder(k)
        }
        k = 0;
        items!0; items!1; items!2;
        run storer();
        run chaos();
        run end_of_run()
    }
}
