/* Whether what weir next has learned can be: no weight below 0, a history that ends where it says.
 */
#include "storer/verify_inner.h"

void verify_walk(struct verify *verify)
{
    verify_rows(verify, "SELECT printf ('the transition from %d to %d weighs %s + %s - %s', origin,"
                        " target, base, bonus, penalty) FROM walk_edge"
                        " WHERE NOT (base >= 0 AND bonus >= 0 AND penalty >= 0"
                        " AND typeof (base) = 'real' AND typeof (bonus) = 'real'"
                        " AND typeof (penalty) = 'real')");
    verify_rows(verify, "SELECT printf ('node %d has %d outcomes, cool-down %s', node, outcomes,"
                        " cooldown) FROM walk_node WHERE NOT (outcomes >= 0 AND cooldown >= 0"
                        " AND typeof (cooldown) = 'real')");
    verify_rows(verify, "SELECT printf ('place %d of the history has outcome %s', number, outcome)"
                        " FROM walk_place WHERE outcome NOT IN (0, 1, 2)");
    verify_rows(verify,
                "SELECT printf ('the history stands at place %d, which is not there', value)"
                " FROM meta WHERE name = 'walk_place' AND value <> 0"
                " AND value NOT IN (SELECT number FROM walk_place)");
    verify_rows(verify, "SELECT printf ('item %d is an interest of kind %s', item, kind)"
                        " FROM interest WHERE kind NOT IN (0, 1)");
}
