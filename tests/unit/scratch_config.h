/*
 * scratch_config -- configurations in a directory of their own, for a test of
 * what config_load makes of them. p.conf is a directory with the lists alpha
 * and beta, and one pattern of replies.
 */
#ifndef UNIT_SCRATCH_CONFIG_H
#define UNIT_SCRATCH_CONFIG_H

#include "config/config.h"
#include "config/problems.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define SCRATCH_LIST(id)                                               \
	"{ id = \"" id "\"; provider = \"P\"; zone = \"" id ".test\";" \
	" subjects = \"ip4\";"                                         \
	" codes = ( { answer = \"127.0.0.2\"; name = \"A\"; } ); }"

static struct problems *problems;

static int
setup(void **state)
{
	int result = scratch_create(state);

	scratch_write("p.conf",
	    "lists = ( " SCRATCH_LIST("alpha") ", " SCRATCH_LIST(
		"beta") " );"
			" replies = ( { class = \"mailbox\"; pattern = \"x\"; "
			"} );\n");
	problems = problems_create();
	return result;
}

static int
teardown(void **state)
{
	problems_destroy(&problems);
	return scratch_destroy(state);
}

/* What is wrong with it is in problems. */
static struct config *
load(const char *text)
{
	return config_load(scratch_write("r.conf", text), problems);
}

/* What every configuration needs, on line 1; each test's own follows. */
#define LEAST                                                            \
	"providers = \"p.conf\"; "                                       \
	"egress = ( { name = \"main\"; addresses = \"192.0.2.1\"; } ); " \
	"lists = ( { list = \"alpha\"; weight = 2; } ); "
#define LOG "maillog = ( { file = \"/a\"; } ); "
#define BY_MAP "reroute_by = \"map\"; local_domains = \"ours.test\"; "
#define ROUTES                                                             \
	"routes = ( { name = \"one\"; nexthop = \"smtp:[h.test]:587\"; }," \
	" { name = \"two\"; nexthop = \"second:\"; } );\n"

/* A text without the directory of this run before it. */
static inline const char *
text_at(size_t index)
{
	const char *text = problems_text(problems, index);
	size_t length = strlen(scratch);

	if (strncmp(text, scratch, length) == 0)
		return text + length + 1;
	return text;
}

static inline void
print_problems(void)
{
	for (size_t i = 0; i < problems_count(problems); i++)
		print_message("%s\n", text_at(i));
}

/* The problems are these and no others. */
static inline void
expect(const char *const wants[], size_t count)
{
	if (problems_count(problems) != count)
		print_problems();
	assert_int_equal(problems_count(problems), count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(text_at(i), wants[i]);
}

#define EXPECT(wants) expect(wants, sizeof wants / sizeof wants[0])

/* The addresses of the only egress, as they stand in the file. */
static inline struct config *
load_auto(const char *addresses, const char *discovery)
{
	char text[2048];

	snprintf(text, sizeof text,
	    "providers = \"p.conf\"; lists = ( { list = \"alpha\"; } ); "
	    "egress = ( { name = \"main\"; addresses = %s; } );\n%s",
	    addresses, discovery);
	return load(text);
}

#endif
