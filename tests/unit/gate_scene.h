/*
 * gate_scene -- what the gate decides by, as a test writes it down: the parts
 * of a configuration as literals, and a board on which nothing is listed until
 * the test says so.
 */
#ifndef TESTS_GATE_SCENE_H
#define TESTS_GATE_SCENE_H

#include "config/config.h"
#include "config/sight.h"
#include "policy/gate.h"
#include "standing/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* struct strings, struct networks */
#define ITEMS(type, ...)                                              \
	{                                                             \
		.items = (type[]){__VA_ARGS__},                       \
		.count = sizeof((type[]){__VA_ARGS__}) / sizeof(type) \
	}
#define STRINGS(...) ITEMS(char *, __VA_ARGS__)
#define NETWORKS(...) ITEMS(struct network, __VA_ARGS__)

#define SCENE_EGRESSES_MAX 4
#define SCENE_BLAME "P \"A\""

/* Not to be copied: the board leads to the other two. */
struct gate_scene {
	struct config config;
	struct board_egress standings[SCENE_EGRESSES_MAX];
	struct board board;
};

/* That configuration with these rules, up to the first without a name; max is
   how many there can be. All is borrowed. Each egress is clean, and sends from
   192.0.2.1. */
void gate_scene_set(struct gate_scene *, const struct config *,
    const struct rule *rules, size_t max);

/* SCENE_BLAME lists that egress. */
void gate_scene_list(struct gate_scene *, size_t egress);

/* What the map says; fails the test if that is not as wanted. receiver may be
   NULL. */
void gate_scene_answers(const struct gate_scene *, enum door, const char *key,
    const char *receiver, const char *want);

/* Up to the first without an address. */
size_t recipients_given(const struct recipient *, size_t max);

/* "none" for NULL: whether one has a name and which is one question. */
void assert_same_name(const char *got, const char *want);

#endif
