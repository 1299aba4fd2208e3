/*
 * clock -- the two clocks. Modules take the time as an argument; only the
 * daemon's loop and threads read it here. Any thread.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_SEC INT64_C(1000)
#define CLOCK_NEVER INT64_MIN

/* Milliseconds of the boot clock: never stepped, for all spans and timers. */
int64_t clock_now_ms(void);

/* Seconds of the Unix epoch: may be stepped, only for people to read. */
int64_t clock_wall_sec(void);

/* The wall time of a moment of the boot clock, in seconds; the same each time
   it is asked for, unless the wall clock was stepped. */
int64_t clock_wall_sec_of(int64_t ms);

/* Both clocks at one clocks. */
struct clocks {
	int64_t now_ms, wall_ms;
};
void clock_read(struct clocks *);

/* The moment of the boot clock of a wall time that is past; where it seems to
   be still to come, now. CLOCK_NEVER for no time that this can have been. */
int64_t clock_past_ms(const struct clocks *, int64_t wall_sec);

/* Writes a wall time as RFC 3339 in UTC ("2026-11-21T17:34:56Z"). */
#define CLOCK_TEXT_MAX 32
void clock_format(char text[CLOCK_TEXT_MAX], int64_t wall_sec);

#endif
