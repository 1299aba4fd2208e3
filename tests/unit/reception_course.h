/*
 * reception_course -- drives receptions through a course of replies that is
 * written as letters, each a reply of one receiver or the clock:
 *
 *   b block  t throttle  s sent  u user unknown  d a content refusal
 *   B T S    the same without a queue id, as the map sees it
 *   = the next has the queue id of the one before
 *   . ten seconds  m ten minutes  h an hour
 */
#ifndef UNIT_RECEPTION_COURSE_H
#define UNIT_RECEPTION_COURSE_H

#include "base/clock.h"
#include "config/config.h"
#include "standing/board.h"
#include "standing/receptions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

#define COURSE_MINUTE (60 * CLOCK_SEC)
#define COURSE_HOUR (60 * COURSE_MINUTE)
#define COURSE_WALL 1795000000 /* when the boot clock began */
#define COURSE_MS "Microsoft 365"

/* Egresses "main" and "news", no probes; three blocks or five throttles within
   an hour count, three deliveries clear, six hours are kept. */
extern struct config course_config;
extern struct egress course_swapped[2]; /* the same the other way round */

/* Of the test that runs. */
extern struct receptions *receptions;
int course_create(void **state);
int course_destroy(void **state);

bool course_see(const char *receiver, enum attempt_status, enum reply_class,
    const char *qid, int64_t at_ms);

/* From the first hour of the boot clock on; returns when it ended. */
int64_t course_run(const char *course);

/* As the board has it, but that its texts are gone. */
struct board_receiver course_entry(
    size_t egress, const char *name, int64_t now_ms);
enum receiver_state course_state(
    size_t egress, const char *name, int64_t now_ms);

/* What a daemon that begins anew finds in the store of the one before; and one
   with a store that keeps in memory, since it is not started. */
void course_begin_anew(struct store *, int64_t now_ms, int64_t wall_sec);
struct store *course_begin_with_store(void);

#endif
