/* Any bytes as a reply, and what is made of it. The first byte chooses the
   receiver, the second the stage and whether our addresses are known. */
#include "config/directory.h"
#include "config/problems.h"
#include "config/receivers.h"
#include "evidence/reply.h"
#include "evidence/senses.h"
#include "evidence/words.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static struct directory *directory;
static struct senses *senses;
static struct address ours[2];

static void
start(void)
{
	struct problems *problems = problems_create();

	directory = directory_read("conf/providers.conf", problems);
	problems_destroy(&problems);
	must(directory != NULL);
	senses = senses_create(directory->receivers);
	must(address_parse("192.0.2.10", &ours[0]) == 0);
	must(address_parse("2001:db8:25::10", &ours[1]) == 0);
}

static void
check_text(const char *text, size_t size)
{
	must(memchr(text, '\0', size) != NULL);
	for (; *text; text++)
		must(*text >= ' ' && *text <= '~');
}

static void
check_words(const struct reply *reply)
{
	struct words words;

	words_read(&words, reply->text, reply->length, 0, NULL, false);
	must(words.length <= WORDS_MAX && words.text[words.length] == '\0');
	must(words.quote_count <= WORDS_QUOTES_MAX);
	must(words.code >= 0 && words.code <= 599);
	for (size_t i = 0; i < words.quote_count; i++)
		must(words.quotes[i].network.bits >= 8);
	for (size_t i = 0; i < words.length; i++)
		must((unsigned char)words.text[i] >= ' ');
}

static void
check_meaning(const struct reply *reply, const struct meaning *meaning)
{
	check_text(meaning->list, sizeof meaning->list);
	check_text(meaning->removal, sizeof meaning->removal);
	must((unsigned)meaning->class < REPLY_CLASSES);
	must((meaning->quote == REPLY_QUOTES_NONE) ==
	     (meaning->address.family == 0));
	must(reply->our_count > 0 || meaning->quote != REPLY_QUOTES_US);
	must(reply->our_count == 0 || meaning->quote != REPLY_QUOTES_SOME);
	if (meaning->class > REPLY_DOMAIN_BLOCKED)
		must(!meaning->list[0] && !meaning->removal[0]);
	if (meaning->class <= REPLY_IP_THROTTLED)
		must(meaning->quote != REPLY_QUOTES_OTHERS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reply reply = {.ours = ours};
	struct meaning first, second;

	if (!directory)
		start();
	if (size < 2)
		return 0;
	if (bytes[0] < directory->receivers->count)
		reply.receiver = &directory->receivers->items[bytes[0]];
	reply.stage = bytes[1] % (REPLY_STAGE_OTHER + 1);
	reply.our_count = bytes[1] & 0x80 ? 2 : 0;
	reply.text = (const char *)bytes + 2;
	reply.length = size - 2;
	check_words(&reply);
	memset(&first, 0, sizeof first);
	memset(&second, 0, sizeof second);
	senses_read(senses, &reply, &first);
	check_meaning(&reply, &first);
	reply_read(directory->receivers, &reply, &second);
	must(first.class == second.class && first.quote == second.quote);
	must(strcmp(first.list, second.list) == 0);
	must(strcmp(first.removal, second.removal) == 0);
	return 0;
}
