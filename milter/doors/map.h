/*
 * map -- the door that the MTA asks at delivery, by socketmap. Engine thread
 * only.
 *
 * The answer to "NAME KEY" is "OK VALUE" or "NOTFOUND ". TEMP and PERM are never
 * said, since they make the MTA refuse mail.
 */
#ifndef DOORS_MAP_H
#define DOORS_MAP_H

#include <stddef.h>
#include <stdint.h>

struct board;
struct board_slot;
struct event_base;
struct map;
struct receptions;

/* For status; counted since the start. */
struct map_counters {
	uint64_t questions, moved, softened, broken;
	uint64_t open;
};

/* socket as milter.socket has it; where the supervisor has one named "map",
   that is taken, and only then it may be NULL. NULL with *reason set (to be
   freed). */
struct map *map_create(struct event_base *, const char *socket,
    struct board_slot *, char **reason);
void map_destroy(struct map **);

/* Borrowed until the map is destroyed: who may try the direct way. */
void map_probe(struct map *, struct receptions *);

/* A question of the name "reply" or "reply-EGRESS": how an attempt to deliver
   ended. answer holds "NOTFOUND "; another one is "OK STATUS TEXT". key has no
   NUL in it, and does not end with one; egress is NULL if there is none in the
   name. */
struct map_reply {
	const char *egress; /* with a NUL at its end; or NULL */
	const char *key;
	size_t key_length;
};
#define MAP_ANSWER_MAX 480
typedef void map_replied(void *arg, const struct board *,
    const struct map_reply *, char answer[MAP_ANSWER_MAX]);
/* Without it such questions have no answer. */
void map_listen(struct map *, map_replied *, void *arg);

/* All 0 for no map. */
void map_count(const struct map *, struct map_counters *out);

#endif
