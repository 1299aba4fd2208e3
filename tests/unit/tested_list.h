/*
 * tested_list -- a list with control entries, for the tests of fitness, and how
 * often the configuration wants it tested.
 */
#ifndef TESTS_TESTED_LIST_H
#define TESTS_TESTED_LIST_H

#include "base/clock.h"
#include "config/config.h"
#include "config/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MIN (60 * CLOCK_SEC)

/* The one refusal that it defines. */
#define PUBLIC_RESOLVER UINT32_C(0x7ffffffe)

/* bl.test, of both families; 127.0.0.2 is on it and 127.0.0.1 is not. */
extern const struct list tested_list;

/* check_min is a minute, check_every ten. */
extern const struct dns_settings tested_settings;

#endif
