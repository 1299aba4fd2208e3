#include "doors/session.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/line.h"
#include "base/log.h"
#include "base/socket.h"
#include "config/pattern.h"
#include "evidence/exchanges.h"
#include "policy/charge.h"
#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"
#include "standing/held.h"
#include "standing/notes.h"

#include <libmilter/mfapi.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* The engine gives a sign of life every second. One that has been silent for
   this long is broken, and its board is no longer to be acted on. */
#define ENGINE_SILENT_MS (10 * CLOCK_SEC)

struct session {
	bool is_quiet_mail, is_quiet_rcpt, is_quiet_header;
	bool is_counted; /* among open_messages */
	char *sender, *user;
	struct address client;
	struct recipient *recipients; /* strings are ours */
	size_t recipient_count, recipient_room;
	int forged_headers;
};

static struct board_slot *slot;
static char *socket_path; /* NULL: not a unix socket */
static ino_t socket_inode;
static bool is_inet;
static struct {
	atomic_ullong messages, passed, rerouted, waiting, held, deferred,
	    monitored, failed, open_sessions, open_messages;
} counters;

static void
forget_message(struct session *session)
{
	for (size_t i = 0; i < session->recipient_count; i++) {
		free((char *)session->recipients[i].address);
		free((char *)session->recipients[i].mailer);
		free((char *)session->recipients[i].receiver);
	}
	session->recipient_count = 0;
	free(session->sender);
	free(session->user);
	session->sender = session->user = NULL;
	session->client.family = 0;
	session->forged_headers = 0;
	if (session->is_counted)
		atomic_fetch_sub(&counters.open_messages, 1);
	session->is_counted = false;
}

/* "<user@example.com>" -> "user@example.com"; libmilter keeps the brackets. */
static char *
without_brackets(const char *path)
{
	size_t length = strlen(path);

	if (length >= 2 && path[0] == '<' && path[length - 1] == '>')
		return alloc_bytes(path + 1, length - 2);
	return alloc_string(path);
}

static char *
macro(SMFICTX *ctx, char *name)
{
	const char *value = smfi_getsymval(ctx, name);

	return value && value[0] ? alloc_string(value) : NULL;
}

static bool
acts_by_header(void)
{
	struct board *board = board_current(slot);
	bool acts = board && board->config->mode == MODE_ENFORCE &&
		    board->config->reroute_by == REROUTE_BY_HEADER;

	board_unref(board);
	return acts;
}

/* Asks for no stage that does not carry a fact, and for no answers but the
   last, so that a message costs the MTA one round trip. Headers are looked at
   only where forged ones are to be deleted. Over TCP the MTA's packets would
   wait for a delayed acknowledgement if DATA were not answered. */
static unsigned long
wanted_steps(void)
{
	return SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOEOH | SMFIP_NOBODY |
	       SMFIP_NOUNKNOWN | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
	       (is_inet ? 0 : SMFIP_NODATA) |
	       (acts_by_header() ? SMFIP_NR_HDR : SMFIP_NOHDRS);
}

/* A macro that has a value is one packet more in each message. */
static bool
wants_clients(void)
{
	struct board *board = board_current(slot);
	bool wants = false;

	for (size_t i = 0; board && i < board->config->rule_count; i++)
		wants = wants || board->config->rules[i].clients.count > 0;
	board_unref(board);
	return wants;
}

static sfsistat
negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long unused_2, unsigned long unused_3, unsigned long *actions_r,
    unsigned long *steps_r, unsigned long *unused_2_r,
    unsigned long *unused_3_r)
{
	struct session *session = alloc_zeroed(1, sizeof *session);

	(void)unused_2, (void)unused_3;
	*unused_2_r = *unused_3_r = 0;
	*actions_r =
	    actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE);
	*steps_r = steps & wanted_steps();
	session->is_quiet_mail = *steps_r & SMFIP_NR_MAIL;
	session->is_quiet_rcpt = *steps_r & SMFIP_NR_RCPT;
	session->is_quiet_header = *steps_r & SMFIP_NR_HDR;
	if (actions & SMFIF_SETSYMLIST) {
		*actions_r |= SMFIF_SETSYMLIST;
		smfi_setsymlist(ctx, SMFIM_ENVFROM,
		    wants_clients() ? "i {auth_authen} {client_addr}"
				    : "i {auth_authen}");
		smfi_setsymlist(ctx, SMFIM_ENVRCPT, "{rcpt_mailer}");
		smfi_setsymlist(ctx, SMFIM_EOM, "i");
	}
	if (smfi_setpriv(ctx, session) != MI_SUCCESS) {
		free(session);
		return SMFIS_REJECT;
	}
	atomic_fetch_add(&counters.open_sessions, 1);
	return SMFIS_CONTINUE;
}

static sfsistat
take_sender(SMFICTX *ctx, char **arguments)
{
	struct session *session = smfi_getpriv(ctx);
	char *client;

	forget_message(session);
	session->is_counted = true;
	atomic_fetch_add(&counters.open_messages, 1);
	session->sender = without_brackets(arguments[0]);
	session->user = macro(ctx, "{auth_authen}");
	client = macro(ctx, "{client_addr}");
	if (client)
		address_parse(client, &session->client);
	free(client);
	return session->is_quiet_mail ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* Where that matters now, and is known already: else it is being asked for from
   here on, and the second call, at the end of the message, may know. */
static void
find_receiver(struct recipient *recipient)
{
	char name[RECEIVER_NAME_MAX];

	if (!recipient->receiver &&
	    exchanges_receiver_of(board_exchanges(slot), recipient->address,
		clock_now_ms(), name) == 0)
		recipient->receiver = alloc_string(name);
}

static sfsistat
take_recipient(SMFICTX *ctx, char **arguments)
{
	struct session *session = smfi_getpriv(ctx);

	if (session->recipient_count == session->recipient_room) {
		session->recipient_room = session->recipient_room * 2 + 4;
		session->recipients = alloc_resize(session->recipients,
		    session->recipient_room, sizeof *session->recipients);
	}
	session->recipients[session->recipient_count++] = (struct recipient){
	    .address = without_brackets(arguments[0]),
	    .mailer = macro(ctx, "{rcpt_mailer}"),
	};
	find_receiver(&session->recipients[session->recipient_count - 1]);
	return session->is_quiet_rcpt ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat
take_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *session = smfi_getpriv(ctx);

	(void)value;
	if (strcasecmp(name, WORDING_ROUTE_HEADER) == 0)
		session->forged_headers++;
	return session->is_quiet_header ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* From the last to the first, since MTAs differ in whether a deleted header
   still counts. */
static void
delete_forged_headers(SMFICTX *ctx, const struct session *session)
{
	for (int i = session->forged_headers; i > 0; i--)
		smfi_chgheader(ctx, WORDING_ROUTE_HEADER, i, NULL);
}

/* The MTA reads %% as %, so a URL's percent signs are doubled. */
static void
double_percents(char *to, size_t size, const char *from)
{
	size_t used = 0;

	for (; *from && used + 2 < size; from++) {
		to[used++] = *from;
		if (*from == '%')
			to[used++] = '%';
	}
	to[used] = '\0';
}

static int
reply_later(SMFICTX *ctx, const struct verdict *verdict)
{
	char text[WORDING_MAX], reply[WORDING_MAX];

	double_percents(reply, sizeof reply, wording_defer(text, verdict));
	return smfi_setreply(ctx, "451", "4.7.1", reply);
}

static int
quarantine(SMFICTX *ctx, const struct verdict *verdict)
{
	char reason[WORDING_MAX];

	wording_hold(reason, verdict);
	return smfi_quarantine(ctx, reason);
}

static int
add_header(
    SMFICTX *ctx, const struct verdict *verdict, const struct config *config)
{
	if (config->reroute_by == REROUTE_BY_MAP)
		return MI_SUCCESS;
	return smfi_addheader(ctx, WORDING_ROUTE_HEADER, verdict->route->name);
}

/* Does what the verdict says. If the MTA would not have it, the message passes:
   then the verdict says so, and *cause why. */
static sfsistat
act(SMFICTX *ctx, const struct config *config, struct verdict *verdict,
    const char **cause)
{
	int done = MI_SUCCESS;

	switch (verdict->action) {
	case ACTION_REROUTE:
		done = add_header(ctx, verdict, config);
		*cause = "the MTA did not take the header";
		break;
	case ACTION_HOLD:
		done = quarantine(ctx, verdict);
		*cause = "the MTA did not take the quarantine";
		break;
	case ACTION_DEFER:
		done = reply_later(ctx, verdict);
		if (done == MI_SUCCESS)
			return SMFIS_TEMPFAIL;
		*cause = "the MTA did not take the reply";
		break;
	case ACTION_WAIT:
	case ACTION_PASS:
		break;
	}
	if (done == MI_SUCCESS) {
		*cause = NULL;
	} else {
		verdict->action = ACTION_PASS;
		verdict->route = NULL;
	}
	return SMFIS_CONTINUE;
}

static void
count(const struct verdict *verdict, enum mode mode, const char *cause)
{
	if (cause)
		atomic_fetch_add(&counters.failed, 1);
	if (verdict->action == ACTION_PASS)
		atomic_fetch_add(&counters.passed, 1);
	else if (mode == MODE_MONITOR)
		atomic_fetch_add(&counters.monitored, 1);
	else if (verdict->action == ACTION_REROUTE)
		atomic_fetch_add(&counters.rerouted, 1);
	else if (verdict->action == ACTION_WAIT)
		atomic_fetch_add(&counters.waiting, 1);
	else if (verdict->action == ACTION_HOLD)
		atomic_fetch_add(&counters.held, 1);
	else if (verdict->action == ACTION_DEFER)
		atomic_fetch_add(&counters.deferred, 1);
}

/* Leaves word of the sender's domain for the engine. What that finds out is
   for the messages after this one. */
static void
note_sender(const struct board *board, const struct verdict *verdict,
    const char *sender)
{
	const char *domain = pattern_domain_of(sender);
	char name[DOMAIN_MAX];

	if (board->config->asks_domains && verdict->leaves && domain &&
	    domain_parse(domain, name) == 0)
		notes_leave(board_notes(slot), name);
}

static void
copy(char to[HELD_TEXT_MAX], const char *from)
{
	line_escape(to, HELD_TEXT_MAX, from, strlen(from));
}

/* Leaves word of what is held, so that it can be let go. */
static void
note_held(const struct verdict *verdict, const char *sender, const char *qid)
{
	struct held_mail mail = {.since_wall_sec = clock_wall_sec()};
	char reason[WORDING_MAX];

	snprintf(mail.qid, sizeof mail.qid, "%s", qid ? qid : "");
	copy(mail.sender, sender);
	copy(mail.reason, wording_hold(reason, verdict));
	copy(mail.egress, verdict->egress ? verdict->egress->name : "");
	copy(mail.domain, verdict->domain ? verdict->domain->name : "");
	copy(mail.receiver, verdict->receiver ? verdict->receiver->name : "");
	held_leave(board_held(slot), &mail);
}

static sfsistat
decide(SMFICTX *ctx, struct session *session, const struct board *board)
{
	struct facts facts = {
	    .sender = session->sender ? session->sender : "",
	    .user = session->user,
	    .client = session->client,
	    .recipients = session->recipients,
	    .recipient_count = session->recipient_count,
	};
	enum mode mode = board ? board->config->mode : MODE_MONITOR;
	struct verdict verdict = {.action = ACTION_PASS}, decided;
	const char *cause = NULL;
	sfsistat status = SMFIS_CONTINUE;

	if (!board || board_silence_ms(slot, clock_now_ms()) > ENGINE_SILENT_MS)
		cause = "the engine gives no sign of life";
	else
		charge_message(board_budgets(slot), board, &facts,
		    clock_now_ms(), &verdict);
	if (!cause)
		note_sender(board, &verdict, facts.sender);
	if (mode == MODE_ENFORCE && !cause) {
		delete_forged_headers(ctx, session);
		decided = verdict;
		status = act(ctx, board->config, &verdict, &cause);
		if (cause)
			charge_undo(
			    board_budgets(slot), board, &facts, &decided);
		if (verdict.action == ACTION_HOLD)
			note_held(
			    &verdict, facts.sender, smfi_getsymval(ctx, "i"));
	}
	if (verdict.is_gated || cause) {
		struct line line;
		gate_line(&line, &verdict, &facts, mode,
		    smfi_getsymval(ctx, "i"), cause);
		log_line(&line);
	}
	count(&verdict, mode, cause);
	return status;
}

static sfsistat
take_data(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat
take_end(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);
	struct board *board = board_current(slot);
	sfsistat status;

	for (size_t i = 0; i < session->recipient_count; i++)
		find_receiver(&session->recipients[i]);
	status = decide(ctx, session, board);
	atomic_fetch_add(&counters.messages, 1);
	if (board)
		board_unref(board);
	forget_message(session);
	return status;
}

static sfsistat
take_abort(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	if (session)
		forget_message(session);
	return SMFIS_CONTINUE;
}

static sfsistat
take_close(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	if (!session)
		return SMFIS_CONTINUE;
	forget_message(session);
	free(session->recipients);
	free(session);
	smfi_setpriv(ctx, NULL);
	atomic_fetch_sub(&counters.open_sessions, 1);
	return SMFIS_CONTINUE;
}

static struct smfiDesc description = {
    .xxfi_name = "repgate",
    .xxfi_version = SMFI_VERSION,
    .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE,
    .xxfi_envfrom = take_sender,
    .xxfi_envrcpt = take_recipient,
    .xxfi_data = take_data,
    .xxfi_header = take_header,
    .xxfi_eom = take_end,
    .xxfi_abort = take_abort,
    .xxfi_close = take_close,
    .xxfi_negotiate = negotiate,
};

/* The path of "unix:PATH" or "local:PATH", else NULL. */
static const char *
path_of(const char *socket)
{
	if (strncmp(socket, "unix:", 5) == 0)
		return socket + 5;
	if (strncmp(socket, "local:", 6) == 0)
		return socket + 6;
	return NULL;
}

int
session_open(const char *socket, struct board_slot *board_slot)
{
	const char *path = path_of(socket);
	char *reason = NULL;
	struct stat info;

	slot = board_slot;
	socket_path = path ? alloc_string(path) : NULL;
	is_inet = !path;
	if (path && socket_claim(path, &reason) != 0) {
		log_error("milter.socket: %s", reason);
		free(reason);
		return -1;
	}
	if (smfi_setconn((char *)socket) != MI_SUCCESS ||
	    smfi_register(description) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS) {
		log_error("milter.socket: cannot listen on %s", socket);
		return -1;
	}
	if (path && stat(path, &info) == 0)
		socket_inode = info.st_ino;
	return 0;
}

int
session_serve(void)
{
	return smfi_main() == MI_SUCCESS ? 0 : -1;
}

void
session_close(void)
{
	struct stat info;

	/* A successor may already have put its own there. */
	if (socket_path && stat(socket_path, &info) == 0 &&
	    info.st_ino == socket_inode)
		unlink(socket_path);
	free(socket_path);
	socket_path = NULL;
}

void
session_count(struct session_counters *out)
{
	out->messages = atomic_load(&counters.messages);
	out->passed = atomic_load(&counters.passed);
	out->rerouted = atomic_load(&counters.rerouted);
	out->waiting = atomic_load(&counters.waiting);
	out->held = atomic_load(&counters.held);
	out->deferred = atomic_load(&counters.deferred);
	out->monitored = atomic_load(&counters.monitored);
	out->failed = atomic_load(&counters.failed);
	out->open_sessions = atomic_load(&counters.open_sessions);
	out->open_messages = atomic_load(&counters.open_messages);
}
