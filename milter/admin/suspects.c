#include "admin/suspects.h"

#include "base/alloc.h"
#include "base/domain.h"
#include "admin/checkup.h"

#include <stdlib.h>
#include <string.h>

struct suspects {
	bool with_domains;
	struct checkup_subject *items;
	size_t count;
	const char **notes;
	size_t note_count;
	char **strings; /* that the others borrow */
	size_t string_count;
};

struct suspects *
suspects_create(bool with_domains)
{
	struct suspects *suspects = alloc_zeroed(1, sizeof *suspects);

	suspects->with_domains = with_domains;
	return suspects;
}

void
suspects_destroy(struct suspects **suspects_r)
{
	struct suspects *suspects = *suspects_r;

	if (!suspects)
		return;
	*suspects_r = NULL;
	for (size_t i = 0; i < suspects->string_count; i++)
		free(suspects->strings[i]);
	free(suspects->strings);
	free(suspects->notes);
	free(suspects->items);
	free(suspects);
}

static const char *
keep(struct suspects *suspects, const char *string)
{
	if (!string)
		return NULL;
	suspects->strings = alloc_resize(suspects->strings,
	    suspects->string_count + 1, sizeof suspects->strings[0]);
	suspects->strings[suspects->string_count] = alloc_string(string);
	return suspects->strings[suspects->string_count++];
}

static void
append(struct suspects *suspects, const struct checkup_subject *subject)
{
	suspects->items = alloc_resize(
	    suspects->items, suspects->count + 1, sizeof *suspects->items);
	suspects->items[suspects->count++] = *subject;
}

void
suspects_add_address(
    struct suspects *suspects, const struct address *address, const char *via)
{
	for (size_t i = 0; i < suspects->count; i++)
		if (address_equal(&suspects->items[i].address, address))
			return;
	append(suspects, &(struct checkup_subject){
			     .address = *address, .via = keep(suspects, via)});
}

static void
add_domain(struct suspects *suspects, const char *domain, const char *via)
{
	for (size_t i = 0; i < suspects->count; i++)
		if (suspects->items[i].domain &&
		    strcmp(suspects->items[i].domain, domain) == 0)
			return;
	append(suspects,
	    &(struct checkup_subject){
		.domain = keep(suspects, domain), .via = keep(suspects, via)});
}

void
suspects_add_domains(
    struct suspects *suspects, const char *name, const char *via)
{
	char domain[DOMAIN_MAX];
	const char *parent;

	if (!suspects->with_domains || domain_parse(name, domain) != 0)
		return;
	add_domain(suspects, domain, via);
	parent = domain_parent(domain);
	if (parent)
		add_domain(suspects, parent, domain);
}

void
suspects_note(struct suspects *suspects, const char *note)
{
	suspects->notes = alloc_resize(suspects->notes,
	    suspects->note_count + 1, sizeof suspects->notes[0]);
	suspects->notes[suspects->note_count++] = keep(suspects, note);
}

struct checkup_subject *
suspects_all(struct suspects *suspects, size_t *count)
{
	*count = suspects->count;
	return suspects->items;
}

const char *const *
suspects_notes(const struct suspects *suspects, size_t *count)
{
	*count = suspects->note_count;
	return suspects->notes;
}
