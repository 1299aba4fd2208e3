#include "standing/domains.h"

#include "base/alloc.h"
#include "base/domain.h"
#include "config/config.h"
#include "evidence/watch.h"
#include "standing/board.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define BLAME_MAX 512

/* A domain that the lists are asked about, for one sender or several: a parent
   has many children. */
struct name {
	const char *text; /* first, for the tree; that of the subject */
	const struct subject *subject;
	size_t users;
};

/* Why a domain is listed. As with an egress, of the last time its weight was
   enough. */
struct charge {
	char *subject, *blocked_by, *removal;
};

struct sender {
	const char *text; /* first, for the tree; that of own */
	TAILQ_ENTRY(sender) link;
	struct name *own, *parent; /* parent: NULL if it has none */
	struct standing standing;
	enum standing_state told;
	int64_t since_wall_sec, seen_ms;
	struct charge charge; /* NULLs unless listed */
	bool is_configured;
};

TAILQ_HEAD(senders, sender);

struct domains {
	struct watch *watch;
	const struct config *config;
	void *names, *tree; /* by text: struct name, struct sender */
	struct senders configured;
	struct senders seen; /* the last seen first */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static void *
find(void *const *tree, const char *text)
{
	void **node = tfind(&text, tree, compare);

	return node ? *node : NULL;
}

static void
insert(void **tree, void *item)
{
	if (!tsearch(item, tree, compare))
		abort(); /* no memory */
}

static struct name *
take_name(struct domains *domains, const char *text)
{
	struct name *name = find(&domains->names, text);

	if (!name) {
		name = alloc_zeroed(1, sizeof *name);
		name->subject = watch_follow(domains->watch, text);
		name->text = name->subject->domain;
		insert(&domains->names, name);
	}
	name->users++;
	return name;
}

static void
leave_name(struct domains *domains, struct name *name)
{
	if (!name || --name->users > 0)
		return;
	tdelete(name, &domains->names, compare);
	watch_unfollow(domains->watch, name->subject);
	free(name);
}

static void
drop_charge(struct charge *charge)
{
	free(charge->subject);
	free(charge->blocked_by);
	free(charge->removal);
	*charge = (struct charge){0};
}

static struct senders *
queue_of(struct domains *domains, const struct sender *sender)
{
	return sender->is_configured ? &domains->configured : &domains->seen;
}

static void
forget(struct domains *domains, struct sender *sender)
{
	TAILQ_REMOVE(queue_of(domains, sender), sender, link);
	tdelete(sender, &domains->tree, compare);
	domains->count--;
	leave_name(domains, sender->parent);
	leave_name(domains, sender->own);
	drop_charge(&sender->charge);
	free(sender);
}

static void
make_room(struct domains *domains)
{
	while (domains->count >= DOMAINS_MAX && !TAILQ_EMPTY(&domains->seen))
		forget(domains, TAILQ_LAST(&domains->seen, senders));
}

static struct sender *
add(struct domains *domains, const char *text)
{
	struct sender *sender = alloc_zeroed(1, sizeof *sender);
	const char *parent = domain_parent(text);

	make_room(domains);
	sender->own = take_name(domains, text);
	sender->parent = parent ? take_name(domains, parent) : NULL;
	sender->text = sender->own->text;
	standing_init(&sender->standing);
	insert(&domains->tree, sender);
	TAILQ_INSERT_HEAD(&domains->seen, sender, link);
	domains->count++;
	return sender;
}

static void
move(struct domains *domains, struct sender *sender, bool is_configured)
{
	TAILQ_REMOVE(queue_of(domains, sender), sender, link);
	sender->is_configured = is_configured;
	TAILQ_INSERT_HEAD(queue_of(domains, sender), sender, link);
}

static void
forget_all(struct domains *domains, struct senders *senders)
{
	struct sender *sender = NULL;

	while ((sender = TAILQ_FIRST(senders)))
		forget(domains, sender);
}

void
domains_configure(struct domains *domains, const struct config *config)
{
	struct sender *sender = NULL;

	domains->config = config;
	/* Behind those that mail was seen with lately. */
	TAILQ_FOREACH(sender, &domains->configured, link)
	{
		sender->is_configured = false;
	}
	TAILQ_CONCAT(&domains->seen, &domains->configured, link);
	if (!config->asks_domains)
		forget_all(domains, &domains->seen);
	for (size_t i = 0; config->asks_domains && i < config->domains.count;
	     i++) {
		const char *text = config->domains.items[i];

		sender = find(&domains->tree, text);
		move(domains, sender ? sender : add(domains, text), true);
	}
}

static void
want(struct domains *domains, struct sender *sender, int64_t now_ms)
{
	watch_see(domains->watch, sender->own->subject, now_ms);
	if (sender->parent)
		watch_see(domains->watch, sender->parent->subject, now_ms);
}

void
domains_see(struct domains *domains, const char *name, int64_t now_ms)
{
	struct sender *sender = find(&domains->tree, name);

	if (!domains->config->asks_domains)
		return;
	if (!sender)
		sender = add(domains, name);
	sender->seen_ms = now_ms;
	want(domains, sender, now_ms);
	if (!sender->is_configured)
		move(domains, sender, false);
}

static void
charge(const struct domains *domains, struct sender *sender,
    const struct subject *subject, int64_t now_ms)
{
	char blocked_by[BLAME_MAX], removal[BLAME_MAX];

	standing_blame(domains->config, subject, now_ms, blocked_by,
	    sizeof blocked_by, removal, sizeof removal);
	drop_charge(&sender->charge);
	sender->charge.subject = alloc_string(subject->domain);
	sender->charge.blocked_by = alloc_string(blocked_by);
	sender->charge.removal = alloc_string(removal);
}

static void
read_sender(const struct domains *domains, const struct sender *sender,
    int64_t now_ms, struct reading *reading)
{
	const struct subject *subjects[] = {sender->own->subject,
	    sender->parent ? sender->parent->subject : NULL};

	standing_read(
	    domains->config, subjects, sender->parent ? 2 : 1, now_ms, reading);
}

static void
step(const struct domains *domains, struct sender *sender, int64_t now_ms,
    int64_t wall_sec)
{
	struct reading reading;

	read_sender(domains, sender, now_ms, &reading);
	if (standing_step(&sender->standing, domains->config, &reading, now_ms))
		sender->since_wall_sec = wall_sec;
	if (sender->standing.state != STANDING_LISTED)
		drop_charge(&sender->charge);
	else if (reading.weight >= domains->config->listed_at)
		charge(domains, sender, reading.worst, now_ms);
}

int
domains_recall(struct domains *domains, const char *name, int64_t since_ms,
    int64_t since_wall_sec, int64_t now_ms)
{
	struct sender *sender = find(&domains->tree, name);
	struct reading reading;

	if (!sender)
		return -1;
	read_sender(domains, sender, now_ms, &reading);
	if (reading.known_weight == 0)
		return -1;
	sender->standing.state = sender->told = STANDING_LISTED;
	sender->standing.since_ms = since_ms;
	sender->since_wall_sec = since_wall_sec;
	step(domains, sender, now_ms, since_wall_sec);
	return 0;
}

void
domains_step(struct domains *domains, int64_t now_ms, int64_t wall_sec)
{
	struct sender *sender = NULL;

	while ((sender = TAILQ_LAST(&domains->seen, senders)) &&
	       sender->seen_ms < now_ms - DOMAINS_KEEP_MS)
		forget(domains, sender);
	TAILQ_FOREACH(sender, &domains->configured, link)
	{
		want(domains, sender, now_ms);
		step(domains, sender, now_ms, wall_sec);
	}
	TAILQ_FOREACH(sender, &domains->seen, link)
	{
		step(domains, sender, now_ms, wall_sec);
	}
}

static void
fill(struct board_domain *out, const struct sender *sender)
{
	out->state = sender->standing.state;
	out->weight = sender->standing.reading.weight;
	out->answered = sender->standing.reading.answered;
	out->of = sender->standing.reading.of;
	out->since_wall_sec = sender->since_wall_sec;
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

static void
add_to_board(const struct sender *sender, struct board *board)
{
	const struct charge *why = &sender->charge;

	fill(board_add_domain(board, sender->text,
		 text_or(why->subject, sender->text),
		 text_or(why->blocked_by, ""), text_or(why->removal, "")),
	    sender);
}

void
domains_fill(const struct domains *domains, struct board *board)
{
	const struct sender *sender = NULL;

	TAILQ_FOREACH(sender, &domains->configured, link)
	{
		add_to_board(sender, board);
	}
	TAILQ_FOREACH(sender, &domains->seen, link)
	{
		if (sender->standing.state == STANDING_LISTED)
			add_to_board(sender, board);
	}
	board_sort(board);
}

static void
tell_of(struct sender *sender, domains_changed *tell, void *arg)
{
	const struct charge *why = &sender->charge;
	struct board_domain domain = {
	    .name = (char *)sender->text,
	    .subject = (char *)text_or(why->subject, sender->text),
	    .blocked_by = (char *)text_or(why->blocked_by, ""),
	    .removal = (char *)text_or(why->removal, ""),
	};
	enum standing_state from = sender->told, to = sender->standing.state;

	fill(&domain, sender);
	sender->told = to;
	if (from != to && (sender->is_configured || from == STANDING_LISTED ||
			      to == STANDING_LISTED))
		tell(arg, &domain, from);
}

void
domains_tell(struct domains *domains, domains_changed *tell, void *arg)
{
	struct sender *sender = NULL;

	TAILQ_FOREACH(sender, &domains->configured, link)
	{
		tell_of(sender, tell, arg);
	}
	TAILQ_FOREACH(sender, &domains->seen, link)
	{
		tell_of(sender, tell, arg);
	}
}

size_t
domains_count(const struct domains *domains)
{
	return domains->count;
}

struct domains *
domains_create(struct watch *watch)
{
	struct domains *domains = alloc_zeroed(1, sizeof *domains);

	domains->watch = watch;
	TAILQ_INIT(&domains->configured);
	TAILQ_INIT(&domains->seen);
	return domains;
}

void
domains_destroy(struct domains **where)
{
	struct domains *domains = *where;

	if (!domains)
		return;
	*where = NULL;
	forget_all(domains, &domains->configured);
	forget_all(domains, &domains->seen);
	free(domains);
}
