/* Vectors that come late: a missing vector is a state of a row, asked for in slots, and applied only
 * to the revision it was made for and by the model that serves (rule 5.10; storer/wanted.c, late.c,
 * asked.c). Two items that tell one story; item 0 may change once. */

#define NI 2
#ifndef SHARE
#define SHARE 1 /* slots for questions */
#endif
#ifndef ROUNDS
#define ROUNDS 1 /* of judging again */
#endif
/* Budgets of the adversary */
#ifndef LOSS
#define LOSS 0 /* questions and answers */
#endif
#ifndef EARLY
#define EARLY 0 /* questions that lapse while their answer is on its way */
#endif
#ifndef CRASHES
#define CRASHES 0 /* of the storer */
#endif
#ifndef OUTAGES
#define OUTAGES 1 /* of the embedding server */
#endif
#ifndef MODELS
#define MODELS 1 /* 2: the model that serves changes once */
#endif
#ifndef WITNESS
#define WITNESS 0
#endif
#define LATE 1
#define OF_ANOTHER 2
#define JOINED 3
#define UNSURE 4
#define SEEN(what) assert(WITNESS != what)

/* False: the verifier's message names the property. */
bool right_vector, one_story, slots_hold, sum_holds, none_wanted;

/* Rows */
byte rev[NI] = 1;             /* of the item's text */
bool wanted[NI];
byte vrev[NI], vmodel[NI];    /* of its vector; 0: none */
byte story[NI];               /* who leads it */
byte members[NI];             /* of the story that the item leads */
byte model = 1;               /* that serves */
byte accepted = NI, ended = NI; /* the sum: both came without vector and were stored */
/* Memory */
byte asked; /* items that a question is out for, a set */

bool away = 1; /* the embedding server */
byte loss = LOSS, early = EARLY, crashes = CRASHES;

chan questions = [2] of { byte, byte, byte, byte };     /* item, revision, model, round */
chan answers = [2] of { byte, byte, byte, byte, byte }; /* the same, and whether there is a vector */

#define BIT(i) (1 << (i))
#define POP(m) (((m) & 1) + (((m) >> 1) & 1))
#define STILL (len(questions) == 0 && len(answers) == 0)
#define FINE(i) (vrev[i] == 0 || vrev[i] == rev[i] && vmodel[i] == model)

inline check()
{
    assert(right_vector || (FINE(0) && FINE(1)));
    assert(one_story || (members[0] == (story[0] == 0) + (story[1] == 0) &&
                         members[1] == (story[0] == 1) + (story[1] == 1) &&
                         story[story[0]] == story[0] && story[story[1]] == story[1]));
    /* What is judged again after its question had lapsed takes a slot whether one is free or not. */
    assert(slots_hold || POP(asked) <= SHARE + EARLY + CRASHES);
    assert(sum_holds || accepted == ended)
}

inline ask(i)
{
    asked = asked | BIT(i);
    questions!i, rev[i], model, 0
}

#ifdef MUTANT_MOVES_OTHERS
#define IS_ALONE(i) true
#else
#define IS_ALONE(i) (story[i] == i && members[i] == 1)
#endif

/* The other one has a vector, and this one leads a story of its own: it joins. */
inline judge(i)
{
    if
    :: vrev[1 - i] != 0 && IS_ALONE(i) ->
        SEEN(JOINED);
        members[i]--; story[i] = 1 - i; members[1 - i]++
    :: else
    fi
}

#ifdef MUTANT_ANY_REVISION
#define IS_FOR(i) (wanted[i])
#else
#define IS_FOR(i) (wanted[i] && rev[i] == r)
#endif
#ifdef MUTANT_FOREIGN_KEPT
#define SERVES true
#else
#define SERVES (m == model)
#endif

inline on_answer()
{
    answers?i, r, m, n, v;
    asked = asked & ~BIT(i);
    if
    :: v && IS_FOR(i) && SERVES && n < ROUNDS && len(questions) < 2 ->
        /* what the deduper knew is too old: judged again */
        SEEN(UNSURE);
        questions!i, r, m, n + 1; asked = asked | BIT(i)
    :: v && IS_FOR(i) && SERVES ->
        SEEN(LATE);
        judge(i);
        wanted[i] = 0; vrev[i] = r; vmodel[i] = m;
#ifdef MUTANT_IN_SUM
        ended++
#endif
    :: !(v && IS_FOR(i) && SERVES) ->
        assert(!(WITNESS == OF_ANOTHER && v && rev[i] != r))
    fi;
    i = 0; r = 0; m = 0; n = 0; v = 0
}

/* The feed has item 0 anew: an update, with a vector or without. */
inline change()
{
    accepted++; ended++; rev[0] = 2;
    if
    :: away -> wanted[0] = 1; vrev[0] = 0; vmodel[0] = 0
    :: !away -> wanted[0] = 0; vrev[0] = 2; vmodel[0] = model
    fi
}

/* Another model serves from now on. */
inline switch_model()
{
    model = 2;
    wanted[0] = 1; vrev[0] = 0; vmodel[0] = 0; wanted[1] = 1; vrev[1] = 0; vmodel[1] = 0
}

#ifdef MUTANT_NEVER_LAPSES
#define LAPSES false
#else
#define LAPSES (STILL || early > 0)
#endif

#ifdef MUTANT_NO_SLOTS
#define ROOM true
#else
#define ROOM (POP(asked) < SHARE)
#endif

proctype storer()
{
    byte i, r, m, n;
    bool v, changes = 1, switches = (MODELS > 1 -> 1 : 0);
end:
    do
    :: atomic { wanted[0] && !(asked & 1) && ROOM && len(questions) < 2 ->
            ask(0); check() }
    :: atomic { wanted[1] && !(asked & 2) && ROOM && len(questions) < 2 ->
            ask(1); check() }
    :: atomic { len(answers) > 0 -> on_answer(); check() }
    :: atomic { asked && LAPSES ->
            early = (STILL -> early : early - 1);
            asked = 0;
            check() }
    :: atomic { changes -> changes = 0; change(); check() }
    :: atomic { switches -> switches = 0; switch_model(); check() }
    :: atomic { crashes > 0 ->
            crashes--; asked = 0;
#ifdef MUTANT_MESSAGE_ONLY
            wanted[0] = 0; wanted[1] = 0;
#endif
            if
            :: len(answers) > 0 -> answers?_, _, _, _, _
            :: true
            fi;
            check() }
    od
}

/* Embedders and dedupers. Without a server a question is answered without a vector; the back-off
 * between two questions is not modelled, so it waits until the server is back. */
proctype stages()
{
    byte i, r, m, n;
end:
    do
    :: atomic { len(questions) > 0 && len(answers) < 2 && !away ->
            questions?i, r, m, n; answers!i, r, m, n, 1; i = 0; r = 0; m = 0; n = 0 }
    :: atomic { loss > 0 && len(questions) > 0 && len(answers) < 2 && away ->
            loss--; questions?i, r, m, n; answers!i, r, m, n, 0; i = 0; r = 0; m = 0; n = 0 }
    :: atomic { loss > 0 && len(questions) > 0 -> loss--; questions?_, _, _, _ }
    :: atomic { loss > 0 && len(answers) > 0 -> loss--; answers?_, _, _, _, _ }
    od
}

proctype server()
{
    byte outages = OUTAGES;
end:
    do
    :: atomic { away -> away = 0 }
    :: atomic { !away && outages > 0 -> outages--; away = 1 }
    od
}

proctype end_of_run()
{
    timeout;
    check();
    assert(none_wanted || (!wanted[0] && !wanted[1] && vrev[0] == rev[0] && vrev[1] == rev[1]))
}

init
{
    atomic {
        wanted[0] = 1; wanted[1] = 1; story[1] = 1; members[0] = 1; members[1] = 1;
        run storer();
        run stages();
        run server();
        run end_of_run()
    }
}
