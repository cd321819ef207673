/* Fault points: hand-overs at which a process can be made to fail, in test builds only
 * (-DWEIR_FAULTS, `make fault-programs`); elsewhere they are nothing.  All stand in
 * common/faults.def.
 *
 *   WEIR_FAULT=NAME:ACTION[:N]      at the N-th time (1), once
 *   WEIR_FAULT=NAME:ACTION=TEXT     each time that what is worked on has TEXT in it (FAULT_OF)
 *   WEIR_FAULT=/PATH                the same behind a process id and a space, read from a file each
 * time a point is passed: for the process of that id alone, 0 for all
 *
 * ACTION: kill (SIGKILL), crash (abort), stop (SIGSTOP), hang (the thread never goes on), drop
 * (what is about to be sent is lost).  A line `fault point=... action=...` in the log comes before
 * each. */
#ifndef WEIR_COMMON_FAULT_H
#define WEIR_COMMON_FAULT_H

#ifdef WEIR_FAULTS

#include <stdbool.h>

#include "common/buf.h"

enum fault {
#define FAULT_POINT(process, name, help) FAULT_##name,
#define FAULT_SEND(process, name, help)  FAULT_##name,
#include "common/faults.def"
#undef FAULT_POINT
#undef FAULT_SEND
    FAULTS
};

/* true: what would be sent now is to be lost. */
bool fault_passed(enum fault point, struct span content);

#define FAULT(name)          ((void)fault_passed(FAULT_##name, span_of(NULL, 0)))
#define FAULT_OF(name, span) ((void)fault_passed(FAULT_##name, span))
#define FAULT_DROPS(name)    fault_passed(FAULT_##name, span_of(NULL, 0))

#else

#define FAULT(name)          ((void)0)
#define FAULT_OF(name, span) ((void)0)
#define FAULT_DROPS(name)    false

#endif
#endif
