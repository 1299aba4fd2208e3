#include "base/span.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

/* What was counted before the clock began has a slot too; whole slots of any
   span. */
#define BEFORE_MS (48 * 3600 * CLOCK_SEC)

static int64_t
slot_of(const struct span *span, int64_t ms)
{
	return ms < -BEFORE_MS ? 0 : (ms + BEFORE_MS) / span->slot_ms;
}

void
span_init(struct span *span, int64_t slot_ms, int slots)
{
	assert(slots <= SPAN_SLOTS_MAX);
	memset(span, 0, sizeof *span);
	span->slot_ms = slot_ms;
	span->slots = slots;
}

static uint32_t *
slot_at(struct span *span, int64_t slot)
{
	return &span->counts[slot % span->slots];
}

static void
advance(struct span *span, int64_t now_ms)
{
	int64_t now = slot_of(span, now_ms);

	if (now - span->last >= span->slots) {
		memset(span->counts, 0, sizeof span->counts);
		span->sum = 0;
		span->last = now;
	}
	while (span->last < now) {
		uint32_t *oldest = slot_at(span, ++span->last);

		span->sum -= *oldest;
		*oldest = 0;
	}
}

uint64_t
span_sum(struct span *span, int64_t now_ms)
{
	advance(span, now_ms);
	return span->sum;
}

void
span_add(struct span *span, uint32_t count, int64_t now_ms)
{
	advance(span, now_ms);
	*slot_at(span, span->last) += count;
	span->sum += count;
}

void
span_subtract(struct span *span, uint32_t count)
{
	for (int i = 0; i < span->slots && count > 0; i++) {
		int64_t slot = span->last - i;
		uint32_t *place = slot < 0 ? NULL : slot_at(span, slot);
		uint32_t part = !place ? 0 : *place < count ? *place : count;

		if (part == 0)
			continue;
		*place -= part;
		span->sum -= part;
		count -= part;
	}
}

void
span_each(const struct span *span, span_visit *visit, void *arg)
{
	for (int i = 0; i < span->slots && i <= span->last; i++) {
		int64_t slot = span->last - i;
		uint32_t count = span->counts[slot % span->slots];

		if (count > 0)
			visit(
			    arg, (slot + 1) * span->slot_ms - BEFORE_MS, count);
	}
}

void
span_restore(struct span *span, int64_t end_ms, uint32_t count, int64_t now_ms)
{
	int64_t slot;

	advance(span, now_ms);
	slot = end_ms < now_ms ? slot_of(span, end_ms) : span->last;
	if (span->last - slot >= span->slots)
		return;
	*slot_at(span, slot) += count;
	span->sum += count;
}
