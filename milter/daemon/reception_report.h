/*
 * reception_report -- what the daemon tells of receivers: the receiver: line,
 * and their part of status. Engine thread only.
 */
#ifndef DAEMON_RECEPTION_REPORT_H
#define DAEMON_RECEPTION_REPORT_H

#include "standing/board.h"

#include <jansson.h>

/* Logs the receiver: line. */
void reception_report(const struct board *, const struct board_receiver *,
    enum receiver_state from);

/* Logs the probe: line. */
void reception_report_probe(
    const struct board *, const struct board_receiver *, enum probe_stage from);

/* "receivers" of status; the caller owns it. */
json_t *reception_report_json(const struct board *);

#endif
