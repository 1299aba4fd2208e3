#include "gate_scene.h"

#include "policy/wording.h"

void
gate_scene_set(struct gate_scene *scene, const struct config *config,
    const struct rule *rules, size_t max)
{
	*scene = (struct gate_scene){.config = *config};
	scene->config.rules = (struct rule *)rules;
	scene->config.rule_count = 0;
	while (scene->config.rule_count < max &&
	       rules[scene->config.rule_count].name)
		scene->config.rule_count++;
	assert_in_range(config->egress_count, 1, SCENE_EGRESSES_MAX);
	for (size_t i = 0; i < config->egress_count; i++)
		scene->standings[i] = (struct board_egress){
		    .state = STANDING_CLEAN,
		    .address = {4, {192, 0, 2, 1}},
		    .blocked_by = "",
		    .removal = "",
		};
	scene->board = (struct board){
	    .config = &scene->config, .egresses = scene->standings};
}

void
gate_scene_list(struct gate_scene *scene, size_t egress)
{
	scene->standings[egress].state = STANDING_LISTED;
	scene->standings[egress].blocked_by = SCENE_BLAME;
}

void
gate_scene_answers(const struct gate_scene *scene, enum door door,
    const char *key, const char *receiver, const char *want)
{
	char text[WORDING_MAX];
	struct verdict verdict;

	gate_answer(&scene->board, door, key, receiver, &verdict);
	assert_string_equal(wording_map(text, &verdict), want);
}

size_t
recipients_given(const struct recipient *recipients, size_t max)
{
	size_t count = 0;

	while (count < max && recipients[count].address)
		count++;
	return count;
}

void
assert_same_name(const char *got, const char *want)
{
	assert_string_equal(got ? got : "none", want ? want : "none");
}
