#include "admin/options.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define WORDS_MAX (2 * (OPTIONS_ASSUMPTIONS_MAX + 1) + 2)

struct line {
	char *text, *words[WORDS_MAX + 1];
	int count;
	char *said; /* on standard error */
	struct options options;
	enum options_result result;
};

/* Words of the text are arguments; no quoting. */
static void
parse(struct line *line, const char *text)
{
	FILE *standard_error = stderr;
	size_t length;

	line->count = 0;
	line->text = strdup(text);
	for (char *word = strtok(line->text, " "); word;
	     word = strtok(NULL, " ")) {
		assert_true(line->count < WORDS_MAX);
		line->words[line->count++] = word;
	}
	line->words[line->count] = NULL;
	stderr = open_memstream(&line->said, &length);
	line->result = options_parse(&line->options, line->count, line->words);
	fclose(stderr);
	stderr = standard_error;
}

static void
finish(struct line *line)
{
	options_clear(&line->options);
	free(line->text);
	free(line->said);
}

static const struct {
	const char *text, *said;
	int status;
} wrong[] = {
    {"repgate status --mx", "repgate: status has no option --mx\n", 1},
    {"repgate --mx status", "repgate: status has no option --mx\n", 1},
    {"repgate reload -j", "repgate: reload has no option --json\n", 1},
    {"repgate explain --ours x", "repgate: explain has no option --ours\n", 1},
    {"repgate mta postfix --json", "repgate: mta has no option --json\n", 1},
    {"repgate replay --server x f", "repgate: replay has no option --ser", 1},
    {"repgate replay --mx check", "repgate: replay has no option --mx\n", 1},
    {"repgate check --from a", "repgate: check has no option --from\n", 3},
    {"repgate check --check", "repgate: check has no option --check\n", 3},
    {"repgate check --each", "repgate: check has no option --each\n", 3},

    /* Of no command at all. */
    {"repgate nonsense x", "repgate: there is no command \"nonsense\"", 1},
    {"repgate status --nonsense", "repgate: unrecognized option", 1},
    {"repgate check --nonsense", "repgate: unrecognized option", 3},
    {"repgate explain --from check --nonsense", "repgate: unrecognized opt", 1},
    {"repgate --nonsense 5 check", "repgate: unrecognized option", 3},
    {"repgate check --server", "repgate: option '--server' requires", 3},

    /* Values. */
    {"repgate check --deadline 99ms", "repgate: found --deadline 99ms, ", 3},
    {"repgate check --deadline 61m", "repgate: found --deadline 61m, ", 3},
    {"repgate explain --client x", "repgate: found --client x, expected", 1},
    {"repgate replay --ours 192.0.2.1 --ours x f", "repgate: --ours: found", 1},
};

static void
what_is_wrong_is_said(void **state)
{
	struct line line;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		parse(&line, wrong[i].text);
		print_message("%s\n", wrong[i].text);
		assert_int_equal(line.result, OPTIONS_WRONG);
		assert_memory_equal(
		    line.said, wrong[i].said, strlen(wrong[i].said));
		assert_int_equal(options_misuse_status(
				     &line.options, line.count, line.words),
		    wrong[i].status);
		finish(&line);
	}
}

static const struct {
	const char *text;
	enum command command;
	size_t arguments;
} right[] = {
    {"repgate", COMMAND_NONE, 0},
    {"repgate -c f status -j", COMMAND_STATUS, 0},
    {"repgate status x", COMMAND_STATUS, 1},
    {"repgate reload --config=f", COMMAND_RELOAD, 0},
    {"repgate explain --from a --to b --user u --client ::1 --mailer m --door "
     "sender --assume a=listed --json",
	COMMAND_EXPLAIN, 0},
    {"repgate mta --check --mta-config d postfix", COMMAND_MTA, 1},
    {"repgate --json check a --plugin --mx --spf b --deadline 1h --providers f "
     "--server s",
	COMMAND_CHECK, 2},
    {"repgate replay f --each --json --providers f --ours ::1 g",
	COMMAND_REPLAY, 2},
    {"repgate replay -- --mx", COMMAND_REPLAY, 1},
    {"repgate --json -- replay --mx", COMMAND_REPLAY, 1},
};

static void
each_command_has_its_options(void **state)
{
	struct line line;

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		parse(&line, right[i].text);
		print_message("%s\n", right[i].text);
		assert_string_equal(line.said, "");
		assert_int_equal(line.result, OPTIONS_READ);
		assert_int_equal(line.options.command, right[i].command);
		assert_int_equal(
		    line.options.argument_count, right[i].arguments);
		finish(&line);
	}
}

static void
values_arrive(void **state)
{
	struct line line;

	(void)state;
	parse(&line, "repgate explain --from <> --to <b@c> --assume x=clean");
	assert_string_equal(line.options.message.from, "");
	assert_string_equal(line.options.message.to, "b@c");
	assert_int_equal(line.options.assumption_count, 1);
	assert_string_equal(line.options.assumptions[0], "x=clean");
	finish(&line);
	parse(&line, "repgate --spf check --deadline 100ms --providers p a");
	assert_int_equal(line.options.check.how, NAMES_SPF);
	assert_int_equal(line.options.check.deadline_ms, 100);
	assert_string_equal(line.options.providers_path, "p");
	assert_string_equal(line.options.arguments[0], "a");
	finish(&line);
}

static void
assumptions_have_a_limit(void **state)
{
	char text[16 + (OPTIONS_ASSUMPTIONS_MAX + 1) * 16] = "repgate explain";
	struct line line;

	(void)state;
	for (size_t i = 0; i < OPTIONS_ASSUMPTIONS_MAX; i++)
		strcat(text, " --assume x=y");
	parse(&line, text);
	assert_int_equal(line.result, OPTIONS_READ);
	finish(&line);
	strcat(text, " --assume x=y");
	parse(&line, text);
	assert_int_equal(line.result, OPTIONS_WRONG);
	assert_string_equal(line.said, "repgate: too many assumptions\n");
	finish(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_wrong_is_said),
	    cmocka_unit_test(each_command_has_its_options),
	    cmocka_unit_test(values_arrive),
	    cmocka_unit_test(assumptions_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
