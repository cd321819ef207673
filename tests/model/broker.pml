/* The broker's control: who asked to leave, QUIESCE, the drain deadline, STOP in order. */

#define READY (b_drained || b_late)
#define EARLIER_UP(k) ((k) >= NF && F_UP || (k) >= NF + NE && E_UP)

#define WORKERS_GONE (b_up == UP && SHUT && READY && !F_UP && !E_UP && !D_UP)

inline forget()
{
    ctl = 0; idle = 0; b_term = 0; b_know_s = 0; b_drained = 0; b_late = 0; b_bye = 0;
    for (k : 0 .. N - 1) {
        b_know[k] = 0; told[k] = 0
    }
    k = 0;
#ifdef MUTANT_QUIESCE_ONCE
    b_sent = 0;
#endif
}

proctype control()
{
    byte k;
end:
    do
    :: atomic { b_up == UP && s_up == UP && s_leaving && !b_know_s -> b_know_s = 1 }
    /* Renewing what the storer already obeys would change nothing, so it is not modelled. */
#ifdef MUTANT_QUIESCE_ONCE
    :: atomic { WANT && s_up == UP && !s_quiet && ctl == 0 && !b_sent -> b_sent = 1; ctl = QUIESCE }
#else
    :: atomic { WANT && s_up == UP && !s_quiet && ctl == 0 -> ctl = QUIESCE }
#endif
    :: atomic { b_up == UP && idle -> idle = 0; b_drained = (WANT -> 1 : 0) }
#ifndef MUTANT_NO_DEADLINE
#if EARLY_DEADLINE
    :: atomic { DEADLINE_ARMED -> b_late = 1 }
#else
    :: atomic { timeout && DEADLINE_ARMED ->
            assert(deadline_needed || s_up != UP || IN_FLIGHT); b_late = 1 }
#endif
#endif
#ifdef MUTANT_STALE_DRAINED
    :: atomic { b_up == UP && !WANT && READY -> b_drained = 0; b_late = 0 }
#endif
    :: atomic { WORKERS_GONE && s_up == UP && ctl == 0 -> ctl = STOP }
    :: atomic { WORKERS_GONE && s_up != UP ->
#ifdef MUTANT_SILENT_ZERO
            b_up = (b_bye == 2 -> LEFT75 : LEFT);
#else
            b_up = (b_bye == 1 -> LEFT : LEFT75);
#endif
            assert(!(WITNESS == CLEAN_AFTER_CRASH && b_up == LEFT && !calm));
            assert(!(WITNESS == NAMED_REST && b_bye == 2));
            assert(clean_exit || b_up == LEFT75 || !IN_FLIGHT);
            assert(named_exit || b_bye != 2 || IN_JOURNAL);
            forget() }
    od
}

#ifdef MUTANT_LATE_COMERS
#define LATE(k) late[k]
#else
#define LATE(k) false
#endif

/* The broker's conversation with instance k. In a shutdown, those who also asked to leave wait for
 * their turn. */
proctype peer(byte k)
{
end:
    do
    :: atomic { b_up == UP && up[k] == UP && leaving[k] && !b_know[k] -> b_know[k] = 1 }
    :: atomic { b_up == UP && up[k] == UP && READY && !told[k] && !LATE(k) &&
                (SHUT -> !EARLIER_UP(k) : b_know[k]) -> told[k] = 1 }
    od
}
