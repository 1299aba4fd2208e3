/*
 * session -- the milter door: one session is one SMTP connection of the MTA.
 *
 * libmilter calls from threads of its own, from one at a time for a connection:
 * it has a thread for each, or a pool, as it was built. A thread reads the
 * current board at end of message and never waits for anything but that; when
 * the engine is silent the message passes, and the log says so. While nothing
 * is listed, MAIL is answered with "accept", and the MTA says no more of the
 * message.
 */
#ifndef DOORS_SESSION_H
#define DOORS_SESSION_H

#include <stdint.h>

struct board_slot;

/* What is open now. */
struct session_counters {
	uint64_t sessions, messages;
};

/* Once each and in this order. session_open opens the socket: 0, or -1 with the
   reason logged. session_serve returns at SIGTERM, SIGINT or SIGHUP, which must
   be blocked in all threads: libmilter waits for them; -1 if it fails. From the
   signal on it serves no more commands, and may take seconds to return.
   session_close removes the socket. */
int session_open(const char *socket, struct board_slot *);
int session_serve(void);
void session_close(void);

void session_count(struct session_counters *out);

#endif
