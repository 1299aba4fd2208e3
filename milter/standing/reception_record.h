/*
 * reception_record -- what is known of one receiver, as the text that the
 * store keeps of it. Pure; any thread.
 */
#ifndef STANDING_RECEPTION_RECORD_H
#define STANDING_RECEPTION_RECORD_H

#include "standing/board.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* Of one receiver; more are not learned. */
#define RECEPTION_LISTS_MAX 8

/* Times are seconds of the wall clock, 0 for never. */
struct reception_record {
	enum receiver_state state;
	int64_t since_sec;   /* of the state */
	int64_t blocked_sec; /* the last reply that says so */
	int64_t throttled_sec;
	int64_t refusing_sec;  /* the first that blocks */
	int blocks, throttles; /* messages */
	enum probe_stage probe;
	int64_t probe_sec;  /* since when it is that */
	int probes_refused; /* in a row */
	const char *list, *removal;
	const char *lists[RECEPTION_LISTS_MAX];
	size_t list_count;
	json_t *json; /* what the texts lie in, where it was read */
};

/* To be freed. */
char *reception_record_write(const struct reception_record *);

/* 0, or -1 with *out untouched if the text is none. To be cleared. */
int reception_record_read(const char *text, struct reception_record *out);
void reception_record_clear(struct reception_record *);

#endif
