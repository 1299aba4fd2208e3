/* Any text as providers.conf: it is read or refused with a reason, and what is
   read keeps what the headers promise. */
#include "config/directory.h"
#include "config/problems.h"
#include "evidence/dnsbl.h"
#include "libconfig_file.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static void
check_codes(const struct list *list)
{
	must(list->code_count <= LIST_CODES_MAX);
	must(list->is_dead || list->code_count > 0);
	for (size_t i = 0; i < list->code_count; i++) {
		const struct list_code *code = &list->codes[i];

		must(code->name && code->low >> 24 == 127);
		must(code->high >> 24 == 127 && code->low <= code->high);
		for (size_t j = 0; j < i; j++)
			must(code_is_apart(code, &list->codes[j]));
		for (size_t j = 0; j < list->clean_count; j++)
			must(code_is_apart_of_run(code, &list->clean[j]));
	}
}

/* The ends of every code, as answers. */
static void
check_answers(const struct list *list)
{
	for (size_t i = 0; i < list->code_count; i++) {
		struct message message = {
		    .addresses = {list->codes[i].low, list->codes[i].high},
		    .address_count = 2};
		char text[DNSBL_CODES_TEXT_MAX], cause[DNSBL_CAUSE_MAX];
		struct answer answer;

		dnsbl_read(list, DNS_RESPONSE, &message, &answer);
		dnsbl_codes_text(text, list, &answer);
		dnsbl_cause_text(cause, list, &answer);
		must((answer.result == RESULT_LISTED) == (answer.codes != 0));
		must((answer.result == RESULT_UNKNOWN) == (cause[0] != '\0'));
	}
}

static void
check_list(const struct directory *directory, const struct list *list)
{
	char name[DNSBL_NAME_MAX], url[300];
	struct address address;

	must(list->id && list->provider && list->zone);
	must(directory_find(directory, list->id) == list);
	must(list->is_dead == (list->since != NULL && list->reason != NULL));
	must(list->is_dead || list->knows_ip4 || list->knows_ip6 ||
	     list->knows_domain);
	must(address_parse("2001:db8::1", &address) == 0);
	must((dnsbl_name(name, list, list->zone, &address) == 0) ==
	     list->knows_ip6);
	must(list_equal(list, list));
	if (list->removal)
		must(strlen(list_url(url, sizeof url, list->removal, "x")) <
		     sizeof url);
	check_codes(list);
	check_answers(list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct libconfig_file file;
	struct problems *problems = problems_create();
	const char *path = libconfig_file_write(&file, "", bytes, size);
	struct directory *directory = directory_read(path, problems);

	must((directory == NULL) == (problems_error_count(problems) > 0));
	for (size_t i = 0; directory && i < directory->list_count; i++)
		check_list(directory, &directory->lists[i]);
	directory_destroy(&directory);
	problems_destroy(&problems);
	return 0;
}
