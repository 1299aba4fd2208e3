#include "doors/session.h"

#include "base/alloc.h"
#include "base/descriptors.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/socket.h"
#include "doors/envelope.h"
#include "doors/outcome.h"
#include "evidence/exchanges.h"
#include "policy/charge.h"
#include "policy/gate.h"
#include "policy/wording.h"
#include "standing/board.h"

#include <libmilter/mfapi.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

/* The engine gives a sign of life every second. One that has been silent for
   this long is broken, and its board is no longer to be acted on. */
#define ENGINE_SILENT_MS (10 * CLOCK_SEC)

/* The MTA walks through the message for each header that is deleted, so that
   somebody who sends many would keep it busy for hours. They move nothing: it
   acts on the headers that a milter adds. */
#define FORGED_MAX 20

/* So few sessions never use up the descriptors, and need not look. */
#define SESSIONS_FEW 16

struct session {
	bool is_quiet_mail, is_quiet_rcpt, is_quiet_header;
	struct envelope envelope;
};

static struct board_slot *slot;
static char *socket_path; /* NULL: not a unix socket */
static ino_t socket_inode;
static bool is_inet;
static atomic_ullong open_sessions, open_messages;

/* One has been made where a connection was negotiated. Who does not do that, or
   goes on after the end, gets one all the same: libmilter lets it. */
static struct session *
session_of(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	if (session)
		return session;
	session = alloc_zeroed(1, sizeof *session);
	smfi_setpriv(ctx, session);
	atomic_fetch_add(&open_sessions, 1);
	return session;
}

static void
forget_message(struct session *session)
{
	if (session->envelope.is_open)
		atomic_fetch_sub(&open_messages, 1);
	envelope_clear(&session->envelope);
}

static const char *
macro(SMFICTX *ctx, char *name)
{
	const char *value = smfi_getsymval(ctx, name);

	return value && value[0] ? value : NULL;
}

/* Whether nobody wants to know anything of a message but that there is one. */
static bool
passes_all(const struct board *board)
{
	return board && !board->config->asks_domains && gate_is_open(board) &&
	       board_silence_ms(slot, clock_now_ms()) <= ENGINE_SILENT_MS;
}

/* Asks for no stage that does not carry a fact, and for one answer: to MAIL
   while that can be the last word, else to the end of the message. So a message
   costs the MTA one round trip. Headers are looked at only where forged ones
   are to be deleted. Over TCP the MTA's packets would wait for a delayed
   acknowledgement if DATA were not answered. */
static unsigned long
wanted_steps(const struct board *board)
{
	bool acts_by_header = board && board->config->mode == MODE_ENFORCE &&
			      board->config->reroute_by == REROUTE_BY_HEADER;

	return SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOEOH | SMFIP_NOBODY |
	       SMFIP_NOUNKNOWN | (passes_all(board) ? 0 : SMFIP_NR_MAIL) |
	       SMFIP_NR_RCPT | (is_inet ? 0 : SMFIP_NODATA) |
	       (acts_by_header ? SMFIP_NR_HDR : SMFIP_NOHDRS);
}

/* A macro that has a value is one packet more in each message. */
static bool
wants_clients(const struct config *config)
{
	for (size_t i = 0; config && i < config->rule_count; i++)
		if (config->rules[i].clients.count > 0)
			return true;
	return false;
}

/* libmilter that finds no descriptor for a client lets all of them wait, the
   longer the more often, and so do the map and the resolver. */
static bool
is_full(void)
{
	static atomic_bool is_told;
	bool is_short = atomic_load(&open_sessions) > SESSIONS_FEW &&
			descriptors_are_short();

	if (is_short && !atomic_exchange(&is_told, true))
		log_warning(
		    "file descriptors run short: messages pass that "
		    "have not been judged; see LimitNOFILE or ulimit -n");
	if (!is_short)
		atomic_store(&is_told, false);
	return is_short;
}

static sfsistat
negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long unused_2, unsigned long unused_3, unsigned long *actions_r,
    unsigned long *steps_r, unsigned long *unused_2_r,
    unsigned long *unused_3_r)
{
	struct session *session;
	struct board *board;
	const struct config *config;

	if (is_full())
		return SMFIS_REJECT; /* the connection, not the message */
	session = session_of(ctx);
	board = board_current(slot);
	config = board ? board->config : NULL;
	(void)unused_2, (void)unused_3;
	*unused_2_r = *unused_3_r = 0;
	*actions_r =
	    actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE);
	*steps_r = steps & wanted_steps(board);
	session->is_quiet_mail = *steps_r & SMFIP_NR_MAIL;
	session->is_quiet_rcpt = *steps_r & SMFIP_NR_RCPT;
	session->is_quiet_header = *steps_r & SMFIP_NR_HDR;
	if (actions & SMFIF_SETSYMLIST) {
		*actions_r |= SMFIF_SETSYMLIST;
		smfi_setsymlist(ctx, SMFIM_ENVFROM,
		    wants_clients(config) ? "i {auth_authen} {client_addr}"
					  : "i {auth_authen}");
		smfi_setsymlist(ctx, SMFIM_ENVRCPT, "{rcpt_mailer}");
		smfi_setsymlist(ctx, SMFIM_EOM, "i");
	}
	board_unref(board);
	return SMFIS_CONTINUE;
}

/* Whether that was all there is to do with a message. */
static bool
pass_unseen(void)
{
	struct board *board = board_current(slot);
	bool is_passed = passes_all(board);

	if (is_passed)
		outcome_record_unseen();
	board_unref(board);
	return is_passed;
}

static sfsistat
take_sender(SMFICTX *ctx, char **arguments)
{
	struct session *session = session_of(ctx);

	forget_message(session);
	if (!session->is_quiet_mail && pass_unseen())
		return SMFIS_ACCEPT;
	envelope_open(&session->envelope, arguments[0],
	    macro(ctx, "{auth_authen}"), macro(ctx, "{client_addr}"));
	atomic_fetch_add(&open_messages, 1);
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
		envelope_set_receiver(recipient, name);
}

static sfsistat
take_recipient(SMFICTX *ctx, char **arguments)
{
	struct session *session = session_of(ctx);
	struct recipient *recipient = envelope_add(
	    &session->envelope, arguments[0], macro(ctx, "{rcpt_mailer}"));

	if (recipient)
		find_receiver(recipient);
	return session->is_quiet_rcpt ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat
take_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *session = session_of(ctx);

	(void)value;
	if (session->envelope.forged_headers < FORGED_MAX &&
	    strcasecmp(name, WORDING_ROUTE_HEADER) == 0)
		session->envelope.forged_headers++;
	return session->is_quiet_header ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* From the last to the first, since MTAs differ in whether a deleted header
   still counts. */
static void
delete_forged_headers(SMFICTX *ctx, const struct envelope *envelope)
{
	for (int i = envelope->forged_headers; i > 0; i--)
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

/* NULL, or why nothing can be decided; the verdict is to pass then. */
static const char *
judge(const struct board *board, const struct facts *facts,
    struct verdict *verdict)
{
	*verdict = (struct verdict){.action = ACTION_PASS};
	if (!board || board_silence_ms(slot, clock_now_ms()) > ENGINE_SILENT_MS)
		return "the engine gives no sign of life";
	charge_message(
	    board_budgets(slot), board, facts, clock_now_ms(), verdict);
	return NULL;
}

static sfsistat
enforce(SMFICTX *ctx, const struct envelope *envelope,
    const struct board *board, const struct facts *facts,
    struct verdict *verdict, const char **cause)
{
	struct verdict decided = *verdict;
	sfsistat status;

	delete_forged_headers(ctx, envelope);
	status = act(ctx, board->config, verdict, cause);
	if (*cause)
		charge_undo(board_budgets(slot), board, facts, &decided);
	return status;
}

static sfsistat
decide(SMFICTX *ctx, const struct envelope *envelope, const struct board *board)
{
	enum mode mode = board ? board->config->mode : MODE_MONITOR;
	sfsistat status = SMFIS_CONTINUE;
	struct verdict verdict;
	struct facts facts;
	const char *cause;

	envelope_facts(envelope, &facts);
	cause = judge(board, &facts, &verdict);
	if (mode == MODE_ENFORCE && !cause)
		status =
		    enforce(ctx, envelope, board, &facts, &verdict, &cause);
	outcome_record(slot, board,
	    &(struct outcome){
		.facts = &facts,
		.verdict = &verdict,
		.mode = mode,
		.queue_id = smfi_getsymval(ctx, "i"),
		.cause = cause,
	    });
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
	struct session *session = session_of(ctx);
	struct envelope *envelope = &session->envelope;
	struct board *board = board_current(slot);
	sfsistat status;

	for (size_t i = 0; i < envelope->recipient_count; i++)
		find_receiver(&envelope->recipients[i]);
	if (envelope->left_out > 0)
		log_warning("a message has %zu recipients more than are "
			    "looked at; the first %zu decide",
		    envelope->left_out, envelope->recipient_count);
	status = decide(ctx, envelope, board);
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
	free(session);
	smfi_setpriv(ctx, NULL);
	atomic_fetch_sub(&open_sessions, 1);
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
	socket_inode = path ? socket_file(path) : 0;
	/* libmilter sends a header and the answer after it in two pieces. */
	if (is_inet)
		socket_listeners_send_at_once();
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
	if (socket_path)
		socket_remove(socket_path, socket_inode);
	free(socket_path);
	socket_path = NULL;
}

void
session_count(struct session_counters *out)
{
	out->sessions = atomic_load(&open_sessions);
	out->messages = atomic_load(&open_messages);
}
