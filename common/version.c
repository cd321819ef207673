#include "common/app.h"

#ifndef WEIR_VERSION
#define WEIR_VERSION "unknown"
#endif

const char *const app_version = WEIR_VERSION;
