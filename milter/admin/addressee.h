/*
 * addressee -- the receivers of "repgate explain": who takes in a recipient's
 * mail, and how each takes ours, by the daemon's status or as it is assumed.
 * One thread at a time.
 */
#ifndef ADMIN_ADDRESSEE_H
#define ADMIN_ADDRESSEE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct board;
struct config;

/* Before the name of a receiver in an assumption. */
#define ADDRESSEE_MARK "receiver:"

/* Puts in what the status says; the caller calls board_sort. */
void addressee_take(struct board *, const json_t *status, int64_t now_wall_sec);

/* "NAME" or "NAME@EGRESS", a receiver as a rule has it, and "open",
   "throttled" or "blocked": puts that in, for every egress where none is
   named. 0, or -1 with *reason set (to be freed). */
int addressee_assume(
    struct board *, const char *name, const char *state, char **reason);

/* The receiver at the MX hosts of an address, asked of the configuration's DNS
   servers, which takes as long as these; NULL if there is none, or no answer.
   The caller owns it. */
char *addressee_ask(const struct config *, const char *address);

/* What is known of a receiver and an egress; the caller owns it. */
json_t *addressee_json(
    const struct board *, size_t egress, const char *receiver);
/* The same for people; JSON's null is one that nobody knows. */
void addressee_print(const json_t *, FILE *);

#endif
