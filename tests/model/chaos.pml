/* The world, its signals, the supervisor, and everything that goes wrong. */

inline crash_storer()
{
    ctl = 0; idle = 0; s_quiet = 0; s_leaving = 0; held[0] = 0; held[1] = 0;
    lose_first(reports);
    lose_first(verdicts);
#ifdef MUTANT_VALIDATORS_EARLY
    rep_fid = 0; rep_ver = 0; rep_mask = 0;
#endif
#ifdef MUTANT_NO_JOURNAL
    if
    :: f[0].st == ACCEPTED -> close_row(0)
    :: else
    fi;
#endif
    if
    :: s_up = DOWN
    :: signalled -> s_up = GONE
    fi;
    check()
}

inline crash_broker()
{
    forget();
    lose_job();
    lose_link(reports);
    lose_link(items);
#if ND
    lose_link(vectors);
#endif
    lose_link(verdicts);
    if
    :: b_up = DOWN
    :: signalled -> b_up = GONE
    fi
}

inline crash_worker(k)
{
    if
    :: k < NF -> lose_job()
    :: k >= NF && k < NF + NE -> lose_first(items)
    :: else ->
#if ND
        lose_first(vectors)
#else
        skip
#endif
    fi;
    if
    :: die(k, DOWN)
    :: signalled -> die(k, GONE)
    fi
}

inline freeze_worker(k)
{
    if
    :: told[k] = 0
    :: told[k] /* the STOP waits for it */
    fi;
    b_know[k] = 0;
    end_round();
    f[0].hurt = (f[0].alone -> 1 : 0);
    if
    :: up[k] = FROZEN
    :: up[k] = NAPPING
    fi
}

/* The adversary: may give up at any time, and then the run has no more crashes. */
proctype chaos()
{
    byte k;
    do
    :: atomic { crashes > 0 && s_up == UP -> crashes--; calm = 0; crash_storer() }
    :: atomic { crashes > 0 && b_up == UP -> crashes--; calm = 0; crash_broker() }
    :: atomic { crashes > 0 ->
            crashes--; calm = 0;
            select(k : 0 .. N - 1);
            if
            :: up[k] == UP -> crash_worker(k)
#if FREEZE
            :: up[k] == UP -> freeze_worker(k)
#endif
            :: else
            fi;
            k = 0 }
    :: atomic { crashes = 0; break }
    od
}

inline signal_all()
{
    for (k : 0 .. N - 1) {
        leaving[k] = (up[k] == UP -> 1 : 0)
    }
    k = 0; s_leaving = (s_up == UP -> 1 : 0)
}

inline signal_broker()
{
    if
    :: b_up == UP -> b_term = 1
    :: else
    fi
}

/* A HELLO during shutdown may be answered STOP at once. */
inline restart(k)
{
    up[k] = UP;
#ifdef MUTANT_LATE_COMERS
    late[k] = (b_up == UP && SHUT && READY -> 1 : 0)
#else
    if
    :: true
    :: b_up == UP && SHUT -> told[k] = 1
    fi
#endif
}

proctype world()
{
    byte k, leaves = LEAVES, term = (TERM -> 1 : 0);
    bool second;
end:
    do
    :: atomic { pub < NV -> pub++ }
#if HANG
    :: atomic { !hang -> hang = 1 }
#endif
    :: atomic { s_up == DOWN -> s_up = UP; b_drained = 0; b_bye = 0 } /* HELLO: drained no more */
    :: atomic { b_up == DOWN -> b_up = UP }
    :: atomic { up[0] == DOWN -> restart(0) }
    :: atomic { up[NF] == DOWN -> restart(NF) }
    :: atomic { up[0] == NAPPING -> up[0] = UP }
    :: atomic { up[NF] == NAPPING -> up[NF] = UP }
#if NF > 1
    :: atomic { up[1] == DOWN -> restart(1) }
    :: atomic { up[1] == NAPPING -> up[1] = UP }
#endif
#if NE > 1
    :: atomic { up[NF + 1] == DOWN -> restart(NF + 1) }
    :: atomic { up[NF + 1] == NAPPING -> up[NF + 1] = UP }
#endif
#if ND
    :: atomic { up[N - 1] == DOWN -> restart(N - 1) }
    :: atomic { up[N - 1] == NAPPING -> up[N - 1] = UP }
#endif
#if LEAVES
    :: atomic { leaves > 0 ->
            leaves--;
            select(k : 0 .. N - 1);
            if
            :: up[k] == UP -> leaving[k] = 1
            :: else
            fi;
            k = 0 }
#endif
#if TERM & 1
    :: atomic { term -> term = 0; signalled = 1; signal_broker() }
#endif
#if TERM & 2
    /* to everybody: the broker hears it before or after the others */
    :: atomic { term -> term = 0; second = 1; signalled = 1; signal_all() }
    :: atomic { term -> term = 0; signalled = 1; signal_broker(); signal_all() }
    :: atomic { second -> second = 0; signal_broker() }
#endif
    od
}
