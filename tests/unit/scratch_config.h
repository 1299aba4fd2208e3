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

#endif
