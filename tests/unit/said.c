#include "said.h"

#include "evidence/roster.h"

const struct config settings = {
    .listed_at = 3,
    .confirm = 2,
    .clear_after_ms = 30 * MIN,
    .keep_unknown_ms = 6 * HOUR,
    .coverage = 50,
};

static struct list_code one_code[] = {
    {.low = 0x7f000002, .high = 0x7f000002, .name = "Plain"}};
const struct list plain = {
    .id = "plain", .provider = "Plain", .codes = one_code, .code_count = 1};
static const struct tested fit = {.fitness.state = FITNESS_FIT};

void
put(struct place *place, const struct said *said)
{
	*place = (struct place){.subject.findings = place->findings};
	address_parse("203.0.113.5", &place->subject.address);
	for (size_t i = 0; i < SAID_MAX && said[i].weight; i++) {
		place->uses[i] = (struct list_use){
		    .list = &plain,
		    .weight = said[i].weight,
		    .most = said[i].weight,
		    .scopes = SCOPES_DEFAULT,
		};
		place->findings[i] = (struct finding){
		    .list = &plain,
		    .use = &place->uses[i],
		    .tested = &fit,
		    .answer.result = said[i].answer,
		    .answer.codes = said[i].answer == LISTED,
		    .known = said[i].known,
		    .known_codes = said[i].known == LISTED,
		    .listed_in_a_row = said[i].row,
		    .known_ms = said[i].known_ms,
		};
		place->subject.finding_count++;
	}
}
