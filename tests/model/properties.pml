/* What must hold. Each assertion bears the name of a constant that is false, so that the verifier's
 * message names the property. */
bool stored_once, innocent_lives, clean_exit, named_exit, deadline_needed;
bool leave_is_clean, signalled_ends, nothing_lost, nothing_left_behind;
#ifdef LOSS_ONLY /* look past the invariants, for what is lost in the end */
bool sum_holds = 1, no_hole = 1;
#else
bool sum_holds, no_hole;
#endif

/* Places a complete search must reach; with WITNESS set to one of them, reaching it is the "error".
 * A model in which nothing happens would hold every property above. */
#define CLEAN_AFTER_CRASH 1
#define NAMED_REST 2
#define DEAD_LETTER 3
#define HELD_VERDICT 4
#define ECHO 5
#define HANDED_BACK 6
#define STALE_REPORT 7
#define CLEAN_LEAVE 8
#define SEEN(what) assert(WITNESS != what)

#define SAFE(i) (stored[i] >= REV(i, val) || dead[i] || NAMED(i))
#define ENDED(i) (stored[i] == REV(i, pub) || dead[i])
#define ALL_ENDED (ENDED(0) && ENDED(1) && ENDED(NITEM - 1))
#define NAMED(i) (IN_JOURNAL & BIT(i))

/* Of the durable state, after each transaction and each crash. no_hole: a poll answered 304 would
 * miss nothing, since what the validator covers is stored, dead or in the journal. */
inline check()
{
    assert(sum_holds || balance == POP(f[0].miss) + POP(f[1].miss));
    assert(stored_once || (rows[0] <= 1 && rows[1] <= 1 && rows[NITEM - 1] <= 1));
    assert(no_hole || (SAFE(0) && SAFE(1) && SAFE(NITEM - 1)));
    assert(innocent_lives || (!dead[1] && !dead[NITEM - 1] && (POISON || !dead[0])))
}

#define DEADLINE_ARMED (WANT && !b_drained && !b_late)
#define ALL_UP (s_up == UP && b_up == UP && F_UP && E_UP && (!ND || D_UP))

/* For cycles: under weak fairness of processes. */
#define PENDING \
    (b_up == UP && SHUT || s_up == UP && s_leaving || up[0] == UP && leaving[0] || \
     up[NF - 1] == UP && leaving[NF - 1] || up[NF] == UP && leaving[NF] || \
     up[NF + NE - 1] == UP && leaving[NF + NE - 1] || up[N - 1] == UP && leaving[N - 1])
#define UNFINISHED (ALL_UP && !hang && !PENDING && (balance > 0 || !ALL_ENDED))
#if LIVENESS == 1
ltl leaving_ends { <> [] !PENDING }
#endif
#if LIVENESS == 2
ltl work_ends { <> [] !UNFINISHED }
#endif

/* Nothing can move any more, in a run whose crashes are over. */
proctype end_of_run()
{
#ifdef MUTANT_NO_DEADLINE
    timeout;
#else
    timeout && !DEADLINE_ARMED;
#endif
    check();
    /* every process that was signalled, and not killed since, has ended */
    assert(signalled_ends || !PENDING);
    /* what is published is stored, dead, in the journal, or will be sent by the next poll */
    assert(nothing_lost || val != pub || ((ENDED(0) || NAMED(0)) && (ENDED(1) || NAMED(1)) &&
           (ENDED(NITEM - 1) || NAMED(NITEM - 1))));
    /* and where the whole ring is up, it is finished */
    assert(nothing_left_behind || !ALL_UP || hang ||
           (ALL_ENDED && IN_JOURNAL == 0 && val == pub))
}
