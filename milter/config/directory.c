#include "config/directory.h"

#include "base/address.h"
#include "base/alloc.h"
#include "config/form.h"
#include "config/group.h"
#include "config/problems.h"
#include "config/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOPBACK_NET 127

static char *
copy(const char *text)
{
	return text ? alloc_string(text) : NULL;
}

/* "127.0.0.2", or a range of the last octet: "127.0.0.4-7". */
static int
parse_answer(const char *text, uint32_t *low, uint32_t *high)
{
	char first[ADDRESS_TEXT_MAX];
	size_t length = strcspn(text, "-");
	struct address address;
	uint32_t start, last;

	if (length >= sizeof first)
		return -1;
	memcpy(first, text, length);
	first[length] = '\0';
	if (address_parse(first, &address) != 0 || address.family != 4)
		return -1;
	start = (uint32_t)address.bytes[0] << 24 | address.bytes[1] << 16 |
		address.bytes[2] << 8 | address.bytes[3];
	last = start & 0xff;
	if (text[length] == '-') {
		const char *digits = text + length + 1;
		size_t count = strspn(digits, "0123456789");

		if (count == 0 || count > 3 || digits[count] != '\0')
			return -1;
		last = strtoul(digits, NULL, 10);
		if (last > 255 || last < (start & 0xff))
			return -1;
	}
	*low = start;
	*high = (start & ~UINT32_C(0xff)) | last;
	return 0;
}

static const char *
form_answer(const char *text)
{
	uint32_t low, high;

	return parse_answer(text, &low, &high) == 0
		   ? NULL
		   : "an IPv4 address, or a range of its last number such as "
		     "\"127.0.0.4-7\"";
}

static const char *
form_code(const char *text)
{
	uint32_t low, high;

	if (parse_answer(text, &low, &high) != 0)
		return form_answer(text);
	return low >> 24 == LOOPBACK_NET ? NULL : "an answer in 127.0.0.0/8";
}

static bool
overlaps(const struct list *list, uint32_t low, uint32_t high)
{
	for (size_t i = 0; i < list->code_count; i++)
		if (low <= list->codes[i].high && high >= list->codes[i].low)
			return true;
	for (size_t i = 0; i < list->refusal_count; i++)
		if (low <= list->refusals[i].high &&
		    high >= list->refusals[i].low)
			return true;
	return false;
}

/* 0, or -1 with the problem recorded. */
static int
read_answer(struct group *group, const struct list *list,
    const char *(*form)(const char *), uint32_t *low, uint32_t *high)
{
	const char *answer = group_text(group, "answer", form);

	group_require(group, "answer");
	if (!answer || parse_answer(answer, low, high) != 0)
		return -1;
	if (!overlaps(list, *low, *high))
		return 0;
	group_error(group, "answer",
	    "\"%s\" has a meaning already; expected each answer once", answer);
	return -1;
}

static void
read_code(struct group *group, void *context)
{
	struct list *list = context;
	const char *name = group_text(group, "name", form_label);
	struct list_code code = {0};

	group_require(group, "name");
	if (read_answer(group, list, form_code, &code.low, &code.high) != 0)
		return;
	if (list->code_count == LIST_CODES_MAX) {
		group_error(
		    group, NULL, "expected up to %d codes", LIST_CODES_MAX);
		return;
	}
	code.name = copy(name);
	list->codes = alloc_resize(
	    list->codes, list->code_count + 1, sizeof list->codes[0]);
	list->codes[list->code_count++] = code;
}

static void
read_refusal(struct group *group, void *context)
{
	struct list *list = context;
	const char *cause = group_text(group, "cause", NULL);
	struct list_refusal refusal = {0};

	group_require(group, "cause");
	if (read_answer(
		group, list, form_answer, &refusal.low, &refusal.high) != 0)
		return;
	refusal.cause = copy(cause);
	list->refusals = alloc_resize(
	    list->refusals, list->refusal_count + 1, sizeof list->refusals[0]);
	list->refusals[list->refusal_count++] = refusal;
}

static const char *
form_subject(const char *text)
{
	return strcmp(text, "ip4") == 0 || strcmp(text, "ip6") == 0
		   ? NULL
		   : "\"ip4\" or \"ip6\"";
}

static void
read_subjects(struct group *group, struct list *list)
{
	size_t count = group_items(group, "subjects", form_subject);

	for (size_t i = 0; i < count; i++) {
		const char *subject = group_item(group, "subjects", i);

		list->knows_ip4 |= strcmp(subject, "ip4") == 0;
		list->knows_ip6 |= strcmp(subject, "ip6") == 0;
	}
	group_require(group, "subjects");
	if (group_is_empty(group, "subjects"))
		group_error(group, "subjects",
		    "found an empty array, expected \"ip4\", \"ip6\" or both");
}

static void
read_codes(struct group *group, struct list *list)
{
	group_each(group, "codes", read_code, list);
	group_each(group, "refusals", read_refusal, list);
	group_require(group, "codes");
	if (group_is_empty(group, "codes"))
		group_error(group, "codes",
		    "found an empty list, expected at least one code");
}

static void
read_list(struct group *group, void *context)
{
	struct directory *directory = context;
	struct list list = {
	    .id = copy(group_text(group, "id", form_id)),
	    .provider = copy(group_text(group, "provider", NULL)),
	    .zone = copy(group_text(group, "zone", form_zone)),
	    .lookup = copy(group_text(group, "lookup", form_url)),
	    .removal = copy(group_text(group, "removal", form_url)),
	};

	group_require(group, "id");
	group_require(group, "provider");
	group_require(group, "zone");
	read_subjects(group, &list);
	read_codes(group, &list);
	if (list.id && directory_find(directory, list.id))
		group_error(group, "id",
		    "\"%s\" is used already; expected each id once", list.id);
	directory->lists = alloc_resize(directory->lists,
	    directory->list_count + 1, sizeof directory->lists[0]);
	directory->lists[directory->list_count++] = list;
}

static void
read_root(struct reader *reader, struct directory *directory)
{
	struct group root;

	reader_root(reader, &root);
	group_each(&root, "lists", read_list, directory);
	group_require(&root, "lists");
	group_later(&root, "receivers", "leave it out");
	group_end(&root);
}

static void
list_clear(struct list *list)
{
	for (size_t i = 0; i < list->code_count; i++)
		free(list->codes[i].name);
	for (size_t i = 0; i < list->refusal_count; i++)
		free(list->refusals[i].cause);
	free(list->codes);
	free(list->refusals);
	free(list->id);
	free(list->provider);
	free(list->zone);
	free(list->lookup);
	free(list->removal);
}

struct directory *
directory_read(const char *path, struct problems *problems)
{
	size_t before = problems_error_count(problems);
	struct reader *reader = reader_open(path, problems);
	struct directory *directory;

	if (!reader)
		return NULL;
	directory = alloc_zeroed(1, sizeof *directory);
	read_root(reader, directory);
	reader_close(&reader);
	if (problems_error_count(problems) != before)
		directory_destroy(&directory);
	return directory;
}

void
directory_destroy(struct directory **directory)
{
	if (!*directory)
		return;
	for (size_t i = 0; i < (*directory)->list_count; i++)
		list_clear(&(*directory)->lists[i]);
	free((*directory)->lists);
	free(*directory);
	*directory = NULL;
}

/* A list without an id is there only until its error ends the reading. */
const struct list *
directory_find(const struct directory *directory, const char *id)
{
	for (size_t i = 0; i < directory->list_count; i++)
		if (directory->lists[i].id &&
		    strcmp(directory->lists[i].id, id) == 0)
			return &directory->lists[i];
	return NULL;
}

static bool
codes_are_equal(const struct list *a, const struct list *b)
{
	if (a->code_count != b->code_count)
		return false;
	for (size_t i = 0; i < a->code_count; i++)
		if (a->codes[i].low != b->codes[i].low ||
		    a->codes[i].high != b->codes[i].high ||
		    strcmp(a->codes[i].name, b->codes[i].name) != 0)
			return false;
	return true;
}

static bool
refusals_are_equal(const struct list *a, const struct list *b)
{
	if (a->refusal_count != b->refusal_count)
		return false;
	for (size_t i = 0; i < a->refusal_count; i++)
		if (a->refusals[i].low != b->refusals[i].low ||
		    a->refusals[i].high != b->refusals[i].high)
			return false;
	return true;
}

/* Who is told and where to go (provider, URLs, causes) is not the answer's
   meaning; the order of the codes is, since answer.codes counts by it. */
bool
list_equal(const struct list *a, const struct list *b)
{
	return strcmp(a->zone, b->zone) == 0 && a->knows_ip4 == b->knows_ip4 &&
	       a->knows_ip6 == b->knows_ip6 && codes_are_equal(a, b) &&
	       refusals_are_equal(a, b);
}

const char *
list_url(char *text, size_t size, const char *url, const char *subject)
{
	static const char mark[] = "{subject}";
	size_t used = 0;

	text[0] = '\0';
	while (*url && used < size) {
		const char *next = strstr(url, mark);
		int length = next ? next - url : (int)strlen(url);

		used += snprintf(text + used, size - used, "%.*s%s", length,
		    url, next ? subject : "");
		url += length + (next ? sizeof mark - 1 : 0);
	}
	return text;
}
