#include "config/entries.h"

#include "base/alloc.h"
#include "config/form.h"
#include "config/group.h"
#include "config/list.h"

#include <arpa/inet.h>
#include <string.h>

static const char none[] = "none";

/* As the text has it: what is IPv4-mapped stays IPv6. */
static int
parse_entry(const char *text, int family, struct address *out)
{
	struct address entry = {.family = family};

	if (inet_pton(family == 6 ? AF_INET6 : AF_INET, text, entry.bytes) != 1)
		return -1;
	*out = entry;
	return 0;
}

static const char *
form_entry4(const char *text)
{
	struct address ignored;

	return strcmp(text, none) == 0 || parse_entry(text, 4, &ignored) == 0
		   ? NULL
		   : "an IPv4 address or \"none\"";
}

static const char *
form_entry6(const char *text)
{
	struct address ignored;

	return strcmp(text, none) == 0 || parse_entry(text, 6, &ignored) == 0
		   ? NULL
		   : "an IPv6 address or \"none\"";
}

static struct address
read_entry(struct group *group, const char *key, const char *fallback)
{
	int family = strchr(fallback, ':') ? 6 : 4;
	const char *text =
	    group_text(group, key, family == 6 ? form_entry6 : form_entry4);
	struct address entry = {0};

	parse_entry(text ? text : fallback, family, &entry);
	return entry;
}

/* RFC 5782, section 5, has the fallbacks. A group for what the list does not
   know is read nevertheless, so that its faults are found. */
static void
read_test(struct group *group, const char *key, bool knows, const char *listed,
    const char *clean, struct list_test *out)
{
	struct list_test test;
	struct group own;

	group_open(group, key, &own);
	test.listed = read_entry(&own, "listed", listed);
	test.clean = read_entry(&own, "clean", clean);
	group_end(&own);
	if (knows)
		*out = test;
}

static char *
read_domain_entry(
    struct group *group, const char *key, bool knows, const char *fallback)
{
	const char *text = group_text(group, key, form_domain);

	if (!text)
		text = fallback;
	return knows && strcmp(text, none) != 0 ? alloc_string(text) : NULL;
}

void
entries_read(struct group *group, struct list *list)
{
	struct list_domain_test *domain = &list->test_domain;
	struct group own;

	read_test(group, "test", list->knows_ip4, "127.0.0.2", "127.0.0.1",
	    &list->test4);
	read_test(group, "test6", list->knows_ip6, "::ffff:7f00:2",
	    "::ffff:7f00:1", &list->test6);
	group_open(group, "test_domain", &own);
	domain->listed =
	    read_domain_entry(&own, "listed", list->knows_domain, "test");
	domain->clean =
	    read_domain_entry(&own, "clean", list->knows_domain, "invalid");
	group_end(&own);
}
