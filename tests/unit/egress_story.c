#include "egress_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void
egress_story_begin(struct egress_story *story, const char *const addresses[2])
{
	*story = (struct egress_story){.states = "u"};
	for (int i = 0; i < 2; i++) {
		address_parse(addresses[i], &story->addresses[i]);
		address_reverse(story->names[i], &story->addresses[i]);
		strcat(story->names[i], ".");
	}
	standing_init(&story->standing);
}

bool
egress_story_is_asked(const struct egress_story *story, const char *name)
{
	for (int i = 0; i < 2; i++) {
		const char *own = story->names[i];

		if (strncmp(name, own, strlen(own)) == 0)
			return true;
	}
	return false;
}

void
egress_story_note(struct egress_story *story, int minute)
{
	size_t length = strlen(story->states);

	assert_true(length + 1 < sizeof story->states);
	story->states[length] = standing_name(story->standing.state)[0];
	story->changed[length] = minute;
}
