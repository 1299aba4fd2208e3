#include "daemon/reception_report.h"

#include "base/clock.h"
#include "base/field.h"
#include "base/line.h"
#include "base/log.h"
#include "config/config.h"

#include <string.h>

static const char *
given(const char *text)
{
	return text[0] ? text : NULL;
}

void
reception_report(const struct board *board,
    const struct board_receiver *receiver, enum receiver_state from)
{
	bool is_open = receiver->state == RECEIVER_OPEN;
	char since[CLOCK_TEXT_MAX];
	struct line line;

	clock_format(since, receiver->since_wall_sec);
	line_start(&line, "receiver");
	line_add(&line, "name", receiver->name);
	line_add(
	    &line, "egress", board->config->egresses[receiver->egress].name);
	line_add(&line, "state", receiver_state_name(receiver->state));
	line_add(&line, "from", receiver_state_name(from));
	if (!is_open)
		line_add_number(&line, "replies", receiver->replies);
	line_add(&line, "since", since);
	if (!is_open)
		line_add(&line, "list", given(receiver->list));
	if (!is_open)
		line_add(&line, "removal", given(receiver->removal));
	log_line(&line);
}

void
reception_report_probe(const struct board *board,
    const struct board_receiver *receiver, enum probe_stage from)
{
	struct line line;

	line_start(&line, "probe");
	line_add(&line, "name", receiver->name);
	line_add(
	    &line, "egress", board->config->egresses[receiver->egress].name);
	line_add(&line, "stage", probe_stage_name(receiver->probe));
	line_add(&line, "from", probe_stage_name(from));
	line_add_number(&line, "share", probe_share(receiver->probe));
	line_add_number(&line, "delivered", receiver->delivered);
	if (receiver->probe == PROBE_REST)
		line_add_number(&line, "pause", receiver->pause_ms / CLOCK_SEC);
	log_line(&line);
}

static json_t *
receiver_json(const struct board *board, const struct board_receiver *receiver)
{
	json_t *json = json_object();

	json_object_set_new(json, "name", field_text(receiver->name));
	json_object_set_new(json, "egress",
	    field_text(board->config->egresses[receiver->egress].name));
	json_object_set_new(
	    json, "state", field_text(receiver_state_name(receiver->state)));
	json_object_set_new(
	    json, "since", field_wall_time(receiver->since_wall_sec));
	json_object_set_new(json, "probe",
	    receiver->is_probed ? json_string(probe_stage_name(receiver->probe))
				: json_null());
	json_object_set_new(json, "replies", json_integer(receiver->replies));
	json_object_set_new(
	    json, "delivered", json_integer(receiver->delivered));
	json_object_set_new(
	    json, "blocked_by", field_text(receiver->blocked_by));
	json_object_set_new(json, "list", field_text(receiver->list));
	json_object_set_new(json, "acts_on", field_text(receiver->acts_on));
	json_object_set_new(json, "removal", field_text(receiver->removal));
	return json;
}

json_t *
reception_report_json(const struct board *board)
{
	json_t *receivers = json_array();

	for (size_t i = 0; i < board->receiver_count; i++)
		json_array_append_new(
		    receivers, receiver_json(board, &board->receivers[i]));
	return receivers;
}
