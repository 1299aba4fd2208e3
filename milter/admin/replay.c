#include "admin/replay.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/lines.h"
#include "base/stamp.h"
#include "config/directory.h"
#include "config/problems.h"
#include "config/receivers.h"
#include "evidence/maillog.h"
#include "evidence/receiver.h"
#include "evidence/senses.h"
#include "evidence/tally.h"
#include "admin/summary.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How often somebody who watches is told, and how many lines apart the clock
   is looked at. */
#define PROGRESS_EVERY_MS 200
#define PROGRESS_LINES 16384

struct replay {
	const struct replay_options *options;
	struct directory *directory;
	struct receiver_book *book;
	struct senses *senses;
	struct tally *tally;
	struct summary summary;
	/* Of the file that is being read. */
	uint64_t line;
	int year, month; /* of the last traditional stamp; 0 before the first */
	int64_t told_ms;
};

/* ---- when --------------------------------------------------------------- */

/* A traditional stamp has no year. The first one of a file is of the last year
   in which it is not after the file was written (a day's grace is for time
   zones); from then on the year changes where the months begin anew. */
static int
first_year(const struct stamp *stamp, int64_t written_sec)
{
	time_t when = written_sec + 24 * 60 * 60;
	struct tm latest;

	if (!gmtime_r(&when, &latest))
		return 1970;
	if (stamp->month > latest.tm_mon + 1 ||
	    (stamp->month == latest.tm_mon + 1 && stamp->day > latest.tm_mday))
		return latest.tm_year + 1899;
	return latest.tm_year + 1900;
}

static void
set_year(struct replay *replay, struct stamp *stamp, int64_t written_sec)
{
	if (replay->month == 0)
		replay->year = first_year(
		    stamp, written_sec ? written_sec : clock_wall_sec());
	/* Lines of one second may change places at midnight. */
	else if (stamp->month == 1 && replay->month == 12)
		replay->year++;
	else if (stamp->month == 12 && replay->month == 1)
		replay->year--;
	replay->month = stamp->month;
	stamp->year = replay->year;
}

/* "+01:00", "+0100", "Z" at the end of an RFC 3339 stamp. */
static void
copy_zone(char zone[8], const struct piece *stamp)
{
	const char *end = stamp->start + stamp->length, *at = end;

	zone[0] = '\0';
	while (at > stamp->start + 19 && at[-1] != '+' && at[-1] != '-' &&
	       at[-1] != 'Z')
		at--;
	if (at == stamp->start + 19 || end - at >= 7)
		return;
	memcpy(zone, at - 1, end - at + 1);
	zone[end - at + 1] = '\0';
}

/* false if the line has none. */
static bool
read_moment(struct replay *replay, const struct lines *lines,
    const struct attempt *attempt, struct moment *out)
{
	if (stamp_read(
		attempt->stamp.start, attempt->stamp.length, &out->stamp) != 0)
		return false;
	out->zone[0] = '\0';
	if (out->stamp.year == 0)
		set_year(replay, &out->stamp, lines_written_sec(lines));
	else
		copy_zone(out->zone, &attempt->stamp);
	return true;
}

/* ---- who and what ------------------------------------------------------- */

/* Who is asked is by the name of the host that spoke; "" if there is none. */
static const struct receiver *
name_receiver(const struct replay *replay, const struct attempt *attempt,
    char name[RECEIVER_NAME_MAX])
{
	const struct piece *host =
	    attempt->speaker.length ? &attempt->speaker : &attempt->relay;
	const struct receiver *receiver =
	    receiver_find(replay->book, host->start, host->length);

	if (receiver)
		snprintf(name, RECEIVER_NAME_MAX, "%s", receiver->name);
	else
		receiver_name(host->start, host->length, name);
	return receiver;
}

/* What our own MTA says of a failure is about the way there. */
static void
read_meaning(struct replay *replay, const struct attempt *attempt,
    const struct receiver *receiver, struct meaning *out)
{
	char status[16] = "";
	struct reply reply = {
	    .text = attempt->text.start,
	    .length = attempt->text.length,
	    .stage = attempt->stage,
	    .receiver = receiver,
	    .ours = replay->options->ours.items,
	    .our_count = replay->options->ours.count,
	};

	if (!attempt->is_reply && attempt->dsn.length < sizeof status)
		memcpy(status, attempt->dsn.start, attempt->dsn.length);
	reply.status = status;
	senses_read(replay->senses, &reply, out);
	if (attempt->is_reply || out->class > REPLY_DOMAIN_BLOCKED)
		return;
	out->class = REPLY_CONNECTION;
	out->list[0] = out->removal[0] = '\0';
}

/* ---- one object for each attempt ---------------------------------------- */

/* JSON takes UTF-8 only, and a log has any byte. */
static json_t *
text_of(const char *bytes, size_t length)
{
	json_t *value;
	char *text;

	if (length == 0)
		return json_null();
	value = json_stringn(bytes, length);
	if (value)
		return value;
	text = alloc_bytes(bytes, length);
	for (size_t i = 0; i < length; i++)
		if (text[i] & 0x80 || text[i] == '\0')
			text[i] = '?';
	value = json_stringn(text, length);
	free(text);
	return value;
}

static json_t *
string_or_null(const char *text)
{
	return text_of(text, strlen(text));
}

static json_t *
ours_of(const struct meaning *meaning)
{
	if (meaning->quote == REPLY_QUOTES_NONE)
		return json_null();
	return json_boolean(meaning->quote != REPLY_QUOTES_OTHERS);
}

static void
print_attempt(struct replay *replay, const struct attempt *attempt,
    const char *receiver, const struct meaning *meaning)
{
	char quotes[ADDRESS_TEXT_MAX] = "";
	json_t *object = json_object();

	if (meaning && meaning->address.family != 0)
		address_format(quotes, &meaning->address);
	json_object_set_new(object, "line", json_integer(replay->line));
	json_object_set_new(
	    object, "qid", text_of(attempt->qid.start, attempt->qid.length));
	json_object_set_new(
	    object, "to", text_of(attempt->to.start, attempt->to.length));
	json_object_set_new(object, "relay",
	    text_of(attempt->relay.start, attempt->relay.length));
	json_object_set_new(object, "status",
	    json_string(attempt_status_name(attempt->status)));
	json_object_set_new(object, "receiver", string_or_null(receiver));
	json_object_set_new(object, "class",
	    meaning ? json_string(reply_class_name(meaning->class))
		    : json_null());
	json_object_set_new(
	    object, "list", string_or_null(meaning ? meaning->list : ""));
	json_object_set_new(object, "quotes", string_or_null(quotes));
	json_object_set_new(
	    object, "ours", meaning ? ours_of(meaning) : json_null());
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

/* ---- the lines ---------------------------------------------------------- */

static bool
is_failure(const struct attempt *attempt)
{
	return attempt->status == ATTEMPT_DEFERRED ||
	       attempt->status == ATTEMPT_BOUNCED;
}

static void
count_failure(struct replay *replay, const struct attempt *attempt,
    const struct moment *when)
{
	char name[RECEIVER_NAME_MAX];
	const struct receiver *receiver = name_receiver(replay, attempt, name);
	struct meaning meaning;

	read_meaning(replay, attempt, receiver, &meaning);
	summary_failure(&replay->summary, meaning.class);
	if (replay->options->each) {
		print_attempt(replay, attempt, name, &meaning);
	} else if (meaning.class <= REPLY_DOMAIN_BLOCKED) {
		const struct tally_entry entry = {name, &meaning, when,
		    attempt->qid, attempt->to, attempt->text,
		    attempt->recipients};

		tally_add(replay->tally, &entry);
	}
}

static void
read_line(struct replay *replay, const struct lines *lines, const char *line,
    size_t length)
{
	struct attempt attempt;
	struct moment when;
	bool has_when;

	if (!maillog_read(line, length, &attempt))
		return;
	has_when = read_moment(replay, lines, &attempt, &when);
	summary_attempt(
	    &replay->summary, attempt.status, has_when ? &when : NULL);
	if (is_failure(&attempt)) {
		count_failure(replay, &attempt, has_when ? &when : NULL);
	} else if (replay->options->each) {
		char name[RECEIVER_NAME_MAX];

		name_receiver(replay, &attempt, name);
		print_attempt(replay, &attempt, name, NULL);
	}
}

static void
tell_progress(
    struct replay *replay, const struct lines *lines, const char *path)
{
	int64_t now = clock_now_ms(), size = lines_size(lines);
	int64_t percent = size > 0 ? 100 * lines_position(lines) / size : 0;

	if (now - replay->told_ms < PROGRESS_EVERY_MS)
		return;
	replay->told_ms = now;
	if (size > 0)
		fprintf(stderr, "\r%s: %3d %%, %.1f million lines ", path,
		    (int)(percent > 100 ? 100 : percent), replay->line / 1e6);
	else
		fprintf(stderr, "\r%s: %.1f million lines ", path,
		    replay->line / 1e6);
}

/* The terminal's line is for the next one. */
static void
end_progress(const struct replay *replay, bool is_watched)
{
	if (is_watched && replay->told_ms != CLOCK_NEVER)
		fputs("\r\033[K", stderr);
}

static int
read_file(struct replay *replay, const char *path)
{
	bool is_watched = isatty(STDERR_FILENO) && !replay->options->each;
	char *reason = NULL;
	struct lines *lines = lines_open(path, MAILLOG_LINE_MAX, &reason);
	const char *line, *broken;
	size_t length;
	int status = 0;

	if (!lines) {
		fprintf(stderr, "repgate: %s\n", reason);
		free(reason);
		return -1;
	}
	replay->line = 0;
	replay->month = 0;
	replay->told_ms = is_watched ? clock_now_ms() : CLOCK_NEVER;
	while (lines_next(lines, &line, &length)) {
		if (++replay->line % PROGRESS_LINES == 0 && is_watched)
			tell_progress(replay, lines, path);
		read_line(replay, lines, line, length);
	}
	end_progress(replay, is_watched);
	replay->summary.lines += replay->line;
	broken = lines_reason(lines);
	if (broken) {
		fprintf(stderr, "repgate: %s: after line %llu: %s\n", path,
		    (unsigned long long)replay->line, broken);
		status = -1;
	}
	lines_close(&lines);
	return status;
}

/* ---- all of it ---------------------------------------------------------- */

/* NULL with the problems printed. */
static struct directory *
read_directory(const char *path)
{
	struct problems *problems = problems_create();
	struct directory *directory = directory_read(path, problems);

	problems_print(problems, stderr);
	if (directory && directory->receivers->rules.count == 0) {
		fprintf(stderr,
		    "repgate: %s: it has no replies, so that nothing would be "
		    "recognised; expected the file that comes with repgate\n",
		    path);
		directory_destroy(&directory);
	}
	problems_destroy(&problems);
	return directory;
}

int
replay(const struct replay_options *options, char *const *files, size_t count)
{
	struct replay replay = {.options = options};
	int status = EXIT_SUCCESS;

	replay.directory = read_directory(options->providers);
	if (!replay.directory)
		return EXIT_FAILURE;
	replay.book = receiver_book_create(replay.directory->receivers);
	replay.senses = senses_create(replay.directory->receivers);
	replay.tally = tally_create();
	for (size_t i = 0; i < count; i++)
		if (read_file(&replay, files[i]) != 0)
			status = EXIT_FAILURE;
	replay.summary.files = count;
	replay.summary.knows_ours = options->ours.count > 0;
	if (options->json && !options->each)
		summary_print_json(&replay.summary, replay.tally);
	else if (!options->each)
		summary_print(&replay.summary, replay.tally);
	tally_destroy(&replay.tally);
	senses_destroy(&replay.senses);
	receiver_book_destroy(&replay.book);
	directory_destroy(&replay.directory);
	return status;
}
