/* The ring of storer, fetchers, embedders, dedupers and broker, as far as loss, replay, QUIESCE,
 * LEAVE and shutdown go. README.md says what is left out. Every step of every process is one
 * indivisible action on global state, so that a crash can strike between any two of them. */

/* Shape. ND 0 folds the deduper into the embedder. */
#ifndef NF
#define NF 1 /* fetchers, 1 or 2 */
#endif
#ifndef NE
#define NE 1 /* embedders, 1 or 2 */
#endif
#ifndef ND
#define ND 0 /* dedupers, 0 or 1 */
#endif
#define N (NF + NE + ND) /* worker instances: fetchers, embedders, dedupers, in that order */
#ifndef NITEM
#define NITEM 2 /* items of the feed, 2 or 3 */
#endif
#ifndef NV
#define NV 2 /* versions the feed goes through */
#endif
#ifndef LQ
#define LQ 1 /* bound of items, vectors, verdicts */
#endif
#ifndef HOLD
#define HOLD 1 /* verdicts held for a report that has not come */
#endif

/* Budgets of the adversary */
#ifndef CRASHES
#define CRASHES 0 /* crashes and freezes, of anybody */
#endif
#ifndef PREMATURE
#define PREMATURE 0 /* timers of the storer that fire too early */
#endif
#ifndef LEAVES
#define LEAVES 0 /* SIGTERM to one worker */
#endif
#ifndef TERM
#define TERM 0 /* SIGTERM: 0 none, 1 to the broker, 2 to everybody, 3 either */
#endif
#ifndef FREEZE
#define FREEZE 0 /* may a crash also be a SIGSTOP, with or without a SIGCONT later? */
#endif
#ifndef HANG
#define HANG 0 /* may the web server stop answering? */
#endif
#ifndef POISON
#define POISON 0 /* does item 0 kill every embedder that takes it? */
#endif
#ifndef EARLY_DEADLINE
#define EARLY_DEADLINE 0 /* 1: the drain deadline may pass at any time; 0: only when all is stuck */
#endif

#ifndef WITNESS
#define WITNESS 0
#endif
#ifndef LIVENESS
#define LIVENESS 0 /* 1, 2: check for cycles, see properties.pml */
#endif

/* What a process is doing */
#define UP 0
#define DOWN 1   /* crashed; the supervisor starts it again */
#define GONE 2   /* crashed, and stays so (a supervisor that is stopping restarts nothing) */
#define LEFT 3   /* exit 0 */
#define LEFT75 4 /* exit 75 */
#define FROZEN 5 /* SIGSTOP */
#define NAPPING 6 /* SIGSTOP, SIGCONT follows */

/* The world: the feed is at version `pub`. Item 0 changes with every version, item 1 is there from
 * the first on and never changes, item 2 is new in version 2. REV 0: not published. */
#define REV(i, v) ((v) * ((i) == 0) + ((v) > 0) * ((i) == 1) + ((v) > 1) * ((i) == 2))
byte pub = 1;
bool hang;

/* Links: all of them live in the broker. */
chan jobs = [1] of { byte, byte, byte, byte };     /* GET, fetch, validator, known */
                                                   /* ITEMS, fetch, mask, version (replay) */
chan reports = [1] of { byte, byte, byte };        /* fetch, version (0: handed back), mask */
chan items = [LQ] of { byte, byte, byte };         /* fetch, item, revision */
#if ND
chan vectors = [LQ] of { byte, byte, byte };
#define EMBEDDED vectors
#define VECTORS_EMPTY (len(vectors) == 0)
#define IN_VECTORS(x) vectors??[eval(x), _, _]
#else
#define EMBEDDED verdicts
#define VECTORS_EMPTY true
#define IN_VECTORS(x) false
#endif
chan verdicts = [LQ] of { byte, byte, byte };

/* Workers: state and the one message in hand */
#define GET 1    /* fetcher: a transfer */
#define REPORT 2 /* fetcher: a report to send */
#define ITEMS 3  /* fetcher: items to send */
#define HOLDS 4  /* embedder, deduper: a message */
byte up[N];
bool leaving[N]; /* was signalled; said in every HELLO and heartbeat */
bool told[N];    /* STOP is on its way */
byte hand[N], hfid[N], ha[N], hb[N];

/* Storer, durable */
#define NONE 0
#define LEASED 1
#define ACCEPTED 2
typedef Fetch {
    byte st, fid, ver, miss; /* miss: items accepted that have not ended */
    byte tries, alone;       /* alone: 1 + the item that travels singly; only with POISON */
    bool hurt;               /* an instance was lost while it travelled */
};
Fetch f[2]; /* one source; the second row is used only where rule 1 is broken */
byte val;   /* the source's validator */
byte stored[NITEM], rows[NITEM];
bool dead[NITEM];
byte blame[NITEM];
/* Storer, volatile */
byte s_up;
bool s_leaving, s_quiet;
byte held[2];
byte ctl;  /* broker to storer: QUIESCE or STOP */
bool idle; /* storer to broker: nothing is under way */
#define QUIESCE 1
#define STOP 2
#ifdef MUTANT_VALIDATORS_EARLY
byte rep_fid, rep_ver, rep_mask; /* a report that is read and not yet accepted */
#endif

/* Broker: all of it soft */
byte b_up;
bool b_term, b_know[N], b_know_s; /* who asked to leave */
bool b_drained, b_late;           /* the storer said so; the drain deadline has passed */
byte b_bye;                       /* the storer's BYE: 1 nothing left, 2 something left */
#ifdef MUTANT_QUIESCE_ONCE
bool b_sent;
#endif
#ifdef MUTANT_LATE_COMERS
bool late[N]; /* said HELLO after the broker had begun to stop the others */
#endif

byte balance;         /* ghost: accepted - stored - updated - known - dead */
byte prem = PREMATURE;
byte crashes = CRASHES;
bool calm = 1;        /* ghost: nothing untoward has happened yet */
bool signalled;       /* ghost: a SIGTERM to broker or everybody was given */

#define BIT(i) (1 << (i))
#define POP(m) (((m) & 1) + (((m) >> 1) & 1) + (((m) >> 2) & 1))
#define OPEN(s) (f[s].st != NONE)
#define IN_JOURNAL (f[0].miss | f[1].miss)
#define IN_FLIGHT (OPEN(0) || OPEN(1))
#define F_UP (up[0] == UP || up[NF - 1] == UP)
#define E_UP (up[NF] == UP || up[NF + NE - 1] == UP)
#define D_UP (ND && up[N - 1] == UP)
#define LEAVER (b_know[0] || b_know[NF - 1] || b_know[NF] || b_know[NF + NE - 1] || b_know[N - 1])
#define SHUT (b_term || b_know_s)
#define WANT (b_up == UP && (SHUT || LEAVER)) /* the broker wants quiet */

#include "properties.pml"
#include "storer.pml"
#include "workers.pml"
#include "broker.pml"
#include "chaos.pml"

init
{
    atomic {
        byte k;
        run storer();
        run storer_control();
        run control();
        run world();
        run chaos();
        run end_of_run();
        for (k : 0 .. N - 1) {
            run peer(k);
            if
            :: k < NF -> run fetcher(k)
            :: k >= NF && k < NF + NE -> run stage(k, items, EMBEDDED)
            :: else ->
#if ND
                run stage(k, vectors, verdicts)
#else
                skip
#endif
            fi
        }
        k = 0
    }
}
