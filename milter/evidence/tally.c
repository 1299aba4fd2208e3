#include "evidence/tally.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_START 4096

/* A set of hashes; 0 marks a free slot. */
struct seen {
	uint64_t *slots;
	size_t mask, count;
	bool is_full;
};

struct tally {
	struct tally_row **rows;
	size_t row_count;
	size_t *index; /* by hash of the name: 1 + row, 0 free */
	struct seen seen;
	struct tally_address addresses[TALLY_ADDRESSES_MAX];
	size_t address_count;
};

/* Twice the limit, and the rows of the others: so a slot is always free. */
#define INDEX_SIZE 8192
static_assert(INDEX_SIZE > 2 * (TALLY_ROWS_MAX + REPLY_CLASSES), "too small");

static uint64_t
mix(uint64_t value)
{
	value ^= value >> 32;
	value *= 0xd6e8feb86659fd93u;
	value ^= value >> 32;
	value *= 0xd6e8feb86659fd93u;
	return value ^ value >> 32;
}

static uint64_t
hash(uint64_t seed, const char *bytes, size_t length)
{
	uint64_t value = mix(seed + length), word;

	for (; length >= 8; length -= 8, bytes += 8) {
		memcpy(&word, bytes, 8);
		value = mix(value ^ word);
	}
	word = 0;
	memcpy(&word, bytes, length);
	return mix(value ^ word);
}

/* ---- what was seen ------------------------------------------------------ */

static size_t
slot_of(const struct seen *seen, uint64_t value)
{
	size_t i = value & seen->mask;

	while (seen->slots[i] && seen->slots[i] != value)
		i = (i + 1) & seen->mask;
	return i;
}

static void
grow(struct seen *seen)
{
	struct seen larger = {.mask = seen->mask * 2 + 1, .count = seen->count};

	larger.slots = alloc_zeroed(larger.mask + 1, sizeof larger.slots[0]);
	for (size_t i = 0; i <= seen->mask; i++)
		if (seen->slots[i])
			larger.slots[slot_of(&larger, seen->slots[i])] =
			    seen->slots[i];
	free(seen->slots);
	*seen = larger;
}

/* Whether it is the first time. */
static bool
see(struct seen *seen, uint64_t value)
{
	size_t i;

	value += value == 0;
	i = slot_of(seen, value);
	if (seen->slots[i])
		return false;
	if (seen->count == TALLY_DISTINCT_MAX) {
		seen->is_full = true;
		return false;
	}
	seen->slots[i] = value;
	if (++seen->count > seen->mask / 2)
		grow(seen);
	return true;
}

/* ---- rows --------------------------------------------------------------- */

static char *
printable(const char *bytes, size_t length, size_t most)
{
	char *text = alloc_bytes(bytes, length < most ? length : most);

	length = length < most ? length : most;
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = text[i] == '\t' ? ' ' : '?';
	return text;
}

struct tally *
tally_create(void)
{
	struct tally *tally = alloc_zeroed(1, sizeof *tally);

	tally->index = alloc_zeroed(INDEX_SIZE, sizeof tally->index[0]);
	tally->seen.mask = SLOTS_START - 1;
	tally->seen.slots =
	    alloc_zeroed(SLOTS_START, sizeof tally->seen.slots[0]);
	return tally;
}

void
tally_destroy(struct tally **tally_r)
{
	struct tally *tally = *tally_r;

	if (!tally)
		return;
	for (size_t i = 0; i < tally->row_count; i++) {
		struct tally_row *row = tally->rows[i];

		for (size_t j = 0; j < row->list_count; j++)
			free(row->lists[j]);
		free(row->receiver);
		free(row->sample);
		free(row->removal);
		free(row);
	}
	free(tally->rows);
	free(tally->index);
	free(tally->seen.slots);
	free(tally);
	*tally_r = NULL;
}

static struct tally_row *
add_row(struct tally *tally, const char *receiver, enum reply_class class)
{
	struct tally_row *row = alloc_zeroed(1, sizeof *row);

	row->receiver = alloc_string(receiver);
	row->class = class;
	row->sample = alloc_string("");
	row->removal = alloc_string("");
	tally->rows = alloc_resize(
	    tally->rows, tally->row_count + 1, sizeof tally->rows[0]);
	tally->rows[tally->row_count++] = row;
	return row;
}

/* Rows are never taken out, and their order in the index is that of coming:
   tally_rows sorts a table of its own. */
static struct tally_row *
row_of(struct tally *tally, const char *receiver, enum reply_class class)
{
	uint64_t value = hash(class, receiver, strlen(receiver));
	size_t i = value & (INDEX_SIZE - 1);

	for (; tally->index[i]; i = (i + 1) & (INDEX_SIZE - 1)) {
		struct tally_row *row = tally->rows[tally->index[i] - 1];

		if (row->class == class && strcmp(row->receiver, receiver) == 0)
			return row;
	}
	if (tally->row_count >= TALLY_ROWS_MAX &&
	    strcmp(receiver, TALLY_OTHERS) != 0)
		return row_of(tally, TALLY_OTHERS, class);
	tally->index[i] = tally->row_count + 1;
	return add_row(tally, receiver, class);
}

static int64_t
order_of(const struct stamp *stamp)
{
	int64_t days = (stamp->year * 12 + stamp->month) * 31 + stamp->day;

	return ((days * 24 + stamp->hour) * 60 + stamp->minute) * 61 +
	       stamp->second;
}

int
moment_compare(const struct moment *a, const struct moment *b)
{
	int64_t first = order_of(&a->stamp), second = order_of(&b->stamp);

	return first < second ? -1 : first > second;
}

static void
add_moment(struct tally_row *row, const struct moment *when)
{
	if (row->first.stamp.month == 0 ||
	    moment_compare(when, &row->first) < 0)
		row->first = *when;
	if (row->last.stamp.month == 0 || moment_compare(when, &row->last) > 0)
		row->last = *when;
}

static void
add_list(struct tally_row *row, const char *list)
{
	if (!list[0])
		return;
	for (size_t i = 0; i < row->list_count; i++)
		if (strcmp(row->lists[i], list) == 0)
			return;
	if (row->list_count < TALLY_LISTS_MAX)
		row->lists[row->list_count++] = alloc_string(list);
}

/* The first text stays, since it is the one that began it. */
static void
keep(char **text, const char *bytes, size_t length, size_t most)
{
	if ((*text)[0] || length == 0)
		return;
	free(*text);
	*text = printable(bytes, length, most);
}

static void
add_address(struct tally *tally, const struct meaning *meaning)
{
	size_t i = 0;

	if (meaning->address.family == 0)
		return;
	while (i < tally->address_count &&
	       !address_equal(&tally->addresses[i].address, &meaning->address))
		i++;
	if (i == TALLY_ADDRESSES_MAX)
		return;
	if (i == tally->address_count) {
		tally->addresses[i] = (struct tally_address){
		    meaning->address, 0, meaning->quote != REPLY_QUOTES_OTHERS};
		tally->address_count++;
	}
	tally->addresses[i].replies++;
}

void
tally_add(struct tally *tally, const struct tally_entry *entry)
{
	const struct meaning *meaning = entry->meaning;
	struct tally_row *row = row_of(tally, entry->receiver, meaning->class);
	uint64_t id = (uintptr_t)row;

	row->attempts++;
	row->messages += see(
	    &tally->seen, hash(id ^ 1, entry->qid.start, entry->qid.length));
	if (see(&tally->seen, hash(id ^ 2, entry->to.start, entry->to.length)))
		row->recipients += entry->recipients;
	if (entry->when)
		add_moment(row, entry->when);
	add_list(row, meaning->list);
	keep(&row->sample, entry->sample.start, entry->sample.length,
	    TALLY_SAMPLE_MAX);
	keep(&row->removal, meaning->removal, strlen(meaning->removal),
	    SIZE_MAX);
	add_address(tally, meaning);
}

static int
compare_rows(const void *a, const void *b)
{
	const struct tally_row *first = *(struct tally_row *const *)a;
	const struct tally_row *second = *(struct tally_row *const *)b;

	if (first->class != second->class)
		return (int)first->class - (int)second->class;
	if (first->messages != second->messages)
		return first->messages < second->messages ? 1 : -1;
	return strcmp(first->receiver, second->receiver);
}

/* The index counts by the order of coming, so it is made anew. */
static void
index_again(struct tally *tally)
{
	memset(tally->index, 0, INDEX_SIZE * sizeof tally->index[0]);
	for (size_t row = 0; row < tally->row_count; row++) {
		const char *receiver = tally->rows[row]->receiver;
		size_t i =
		    hash(tally->rows[row]->class, receiver, strlen(receiver)) &
		    (INDEX_SIZE - 1);

		while (tally->index[i])
			i = (i + 1) & (INDEX_SIZE - 1);
		tally->index[i] = row + 1;
	}
}

const struct tally_row *const *
tally_rows(struct tally *tally, size_t *count)
{
	*count = tally->row_count;
	if (tally->row_count == 0)
		return NULL;
	qsort(
	    tally->rows, tally->row_count, sizeof tally->rows[0], compare_rows);
	index_again(tally);
	return (const struct tally_row *const *)tally->rows;
}

const struct tally_address *
tally_addresses(const struct tally *tally, size_t *count)
{
	*count = tally->address_count;
	return tally->addresses;
}

bool
tally_is_full(const struct tally *tally)
{
	return tally->seen.is_full;
}
