#include "evidence/message.h"

#include <assert.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include <arpa/nameser.h>

/* Lists delegated by CNAME have one or two; more is a loop or a game. */
#define CHAIN_MAX 8

/* One response while it is read. */
struct reader {
	ns_msg msg;
	uint16_t type;
	char owner[NS_MAXDNAME]; /* whose records are wanted now */
	struct message found;
	size_t records;		 /* of the type asked for */
	uint32_t ttl_sec;	 /* the smallest of those and of the chain */
	dns_record_visit *visit; /* NULL: not called */
	void *arg;
};

static uint32_t
ttl_of(uint32_t ttl)
{
	return ttl > INT32_MAX ? 0 : ttl; /* RFC 2181, section 8 */
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static int
take_address(struct message *out, const ns_rr *rr)
{
	if (ns_rr_rdlen(*rr) != NS_INADDRSZ ||
	    out->address_count == MESSAGE_ADDRESSES_MAX)
		return -1;
	out->addresses[out->address_count++] = ns_get32(ns_rr_rdata(*rr));
	return 0;
}

static void
take_bytes(struct message *out, const void *bytes, size_t length)
{
	size_t room = MESSAGE_TEXT_MAX - out->text_length;

	if (length > room)
		length = room;
	memcpy(out->text + out->text_length, bytes, length);
	out->text_length += length;
}

static int
take_text(struct message *out, const ns_rr *rr)
{
	const uint8_t *at = ns_rr_rdata(*rr);
	const uint8_t *end = at + ns_rr_rdlen(*rr);

	if (out->text_length > 0)
		take_bytes(out, " ", 1);
	for (; at < end; at += 1 + at[0]) {
		if (at[0] >= end - at)
			return -1;
		take_bytes(out, at + 1, at[0]);
	}
	return 0;
}

/* The name that makes up the rest of a record from `offset` on. */
static int
read_target(
    const struct reader *reader, const ns_rr *rr, int offset, char *target)
{
	int used;

	if (ns_rr_rdlen(*rr) <= offset)
		return -1;
	used = ns_name_uncompress(ns_msg_base(reader->msg),
	    ns_msg_end(reader->msg), ns_rr_rdata(*rr) + offset, target,
	    NS_MAXDNAME);
	return used == ns_rr_rdlen(*rr) - offset ? 0 : -1;
}

static int
check_exchange(const struct reader *reader, const ns_rr *rr)
{
	char host[NS_MAXDNAME];

	return read_target(reader, rr, NS_INT16SZ, host);
}

static int
take_record(struct reader *reader, const ns_rr *rr)
{
	reader->records++;
	reader->ttl_sec = smaller(reader->ttl_sec, ttl_of(ns_rr_ttl(*rr)));
	switch (reader->type) {
	case ns_t_a:
		return take_address(&reader->found, rr);
	case ns_t_aaaa:
		return ns_rr_rdlen(*rr) == NS_IN6ADDRSZ ? 0 : -1;
	case ns_t_mx:
		return check_exchange(reader, rr);
	case ns_t_txt:
		return take_text(&reader->found, rr);
	default:
		return 0;
	}
}

static void
show_text(struct dns_record *record, const ns_rr *rr)
{
	const uint8_t *at = ns_rr_rdata(*rr);
	const uint8_t *end = at + ns_rr_rdlen(*rr);

	for (; at < end; at += 1 + at[0]) {
		size_t room = sizeof record->text - record->text_length;
		size_t length = at[0] < room ? at[0] : room;

		memcpy(record->text + record->text_length, at + 1, length);
		record->text_length += length;
	}
}

/* Of a record that take_record took. */
static void
show_record(const struct reader *reader, const ns_rr *rr)
{
	struct dns_record record = {.text_length = 0};
	const uint8_t *data = ns_rr_rdata(*rr);

	if (reader->type == ns_t_a || reader->type == ns_t_aaaa) {
		record.address.family = reader->type == ns_t_a ? 4 : 6;
		memcpy(record.address.bytes, data, ns_rr_rdlen(*rr));
	} else if (reader->type == ns_t_mx) {
		record.preference = ns_get16(data);
		read_target(reader, rr, NS_INT16SZ, record.host);
		if (strcmp(record.host, ".") == 0)
			record.host[0] = '\0';
	} else if (reader->type == ns_t_txt) {
		show_text(&record, rr);
	}
	reader->visit(reader->arg, &record);
}

/* One pass over the answer section. *is_alias: the owner has no record of the
   type asked for but another name, which is the owner now. */
static int
read_owner(struct reader *reader, bool *is_alias)
{
	char target[NS_MAXDNAME];
	uint32_t alias_ttl = 0;
	ns_rr rr;

	*is_alias = false;
	for (int i = 0; i < ns_msg_count(reader->msg, ns_s_an); i++) {
		if (ns_parserr(&reader->msg, ns_s_an, i, &rr) != 0)
			return -1;
		if (ns_rr_class(rr) != ns_c_in ||
		    strcasecmp(ns_rr_name(rr), reader->owner) != 0)
			continue;
		if (ns_rr_type(rr) == reader->type) {
			if (take_record(reader, &rr) != 0)
				return -1;
			if (reader->visit)
				show_record(reader, &rr);
		} else if (ns_rr_type(rr) == ns_t_cname && !*is_alias) {
			if (read_target(reader, &rr, 0, target) != 0)
				return -1;
			alias_ttl = ttl_of(ns_rr_ttl(rr));
			*is_alias = true;
		}
	}
	*is_alias = *is_alias && reader->records == 0;
	if (*is_alias) {
		strcpy(reader->owner, target);
		reader->ttl_sec = smaller(reader->ttl_sec, alias_ttl);
	}
	return 0;
}

static int
read_answers(struct reader *reader)
{
	bool is_alias = true;

	for (int hop = 0; is_alias; hop++) {
		if (hop > CHAIN_MAX || read_owner(reader, &is_alias) != 0)
			return -1;
	}
	return 0;
}

/* RFC 2308, section 5: the smaller of the SOA's TTL and its last field. */
static int
read_soa(const ns_rr *rr, uint32_t *ttl_sec)
{
	const uint8_t *at = ns_rr_rdata(*rr);
	const uint8_t *end = at + ns_rr_rdlen(*rr);

	if (ns_name_skip(&at, end) != 0 || ns_name_skip(&at, end) != 0 ||
	    end - at != 5 * NS_INT32SZ)
		return -1;
	*ttl_sec = smaller(
	    ttl_of(ns_rr_ttl(*rr)), ttl_of(ns_get32(at + 4 * NS_INT32SZ)));
	return 0;
}

/* Of a response without records. One that only names other servers says
   nothing of the name itself (RFC 2308, section 2.2). */
static int
read_denial(struct reader *reader)
{
	bool has_soa = false, has_ns = false;
	uint32_t ttl_sec = 0;
	ns_rr rr;

	for (int i = 0; i < ns_msg_count(reader->msg, ns_s_ns); i++) {
		if (ns_parserr(&reader->msg, ns_s_ns, i, &rr) != 0)
			return -1;
		if (ns_rr_class(rr) != ns_c_in)
			continue;
		has_ns = has_ns || ns_rr_type(rr) == ns_t_ns;
		if (ns_rr_type(rr) != ns_t_soa || has_soa)
			continue;
		if (read_soa(&rr, &ttl_sec) != 0)
			return -1;
		has_soa = true;
	}
	if (has_ns && !has_soa && reader->found.name_exists)
		return -1;
	reader->ttl_sec = smaller(reader->ttl_sec, ttl_sec);
	return 0;
}

static int
read_sections(struct reader *reader)
{
	reader->ttl_sec = UINT32_MAX;
	if (read_answers(reader) != 0)
		return -1;
	if (reader->records == 0 && read_denial(reader) != 0)
		return -1;
	if (reader->records > 0 && !reader->found.name_exists)
		return -1;
	reader->found.ttl_sec = reader->ttl_sec;
	return 0;
}

static bool
is_response_to(ns_msg *msg, const char *name, uint16_t type)
{
	ns_rr question;

	return ns_msg_getflag(*msg, ns_f_qr) == 1 &&
	       ns_msg_getflag(*msg, ns_f_opcode) == ns_o_query &&
	       ns_msg_count(*msg, ns_s_qd) == 1 &&
	       ns_parserr(msg, ns_s_qd, 0, &question) == 0 &&
	       ns_rr_type(question) == type &&
	       ns_rr_class(question) == ns_c_in &&
	       strcasecmp(ns_rr_name(question), name) == 0;
}

static enum dns_status
status_of(const ns_msg *msg)
{
	switch (ns_msg_getflag(*msg, ns_f_rcode)) {
	case ns_r_noerror:
	case ns_r_nxdomain:
		break;
	case ns_r_refused:
	case ns_r_notauth:
		return DNS_REFUSED;
	default:
		return DNS_SERVFAIL;
	}
	return ns_msg_getflag(*msg, ns_f_tc) ? DNS_MALFORMED : DNS_RESPONSE;
}

static enum dns_status
read_message(struct reader *reader, const uint8_t *bytes, size_t length,
    const char *name)
{
	enum dns_status status;

	if (length > NS_MAXMSG || strlen(name) >= sizeof reader->owner ||
	    ns_initparse(bytes, length, &reader->msg) != 0 ||
	    !is_response_to(&reader->msg, name, reader->type))
		return DNS_MALFORMED;
	status = status_of(&reader->msg);
	if (status != DNS_RESPONSE)
		return status;
	strcpy(reader->owner, name);
	reader->found.name_exists =
	    ns_msg_getflag(reader->msg, ns_f_rcode) == ns_r_noerror;
	return read_sections(reader) == 0 ? DNS_RESPONSE : DNS_MALFORMED;
}

enum dns_status
message_read(const uint8_t *bytes, size_t length, const char *name,
    uint16_t type, struct message *out)
{
	struct reader reader = {.type = type};
	enum dns_status status = read_message(&reader, bytes, length, name);

	if (status != DNS_RESPONSE)
		return status;
	*out = reader.found;
	out->bytes = bytes;
	out->length = length;
	out->name = name;
	out->type = type;
	return DNS_RESPONSE;
}

void
message_each(const struct message *message, dns_record_visit *visit, void *arg)
{
	struct reader reader = {
	    .type = message->type, .visit = visit, .arg = arg};

	read_message(&reader, message->bytes, message->length, message->name);
}

const char *
dns_status_text(enum dns_status status)
{
	switch (status) {
	case DNS_RESPONSE:
		return "answered";
	case DNS_TIMEOUT:
		return "timed out";
	case DNS_SERVFAIL:
		return "SERVFAIL";
	case DNS_REFUSED:
		return "REFUSED";
	case DNS_UNREACHABLE:
		return "no server could be reached";
	case DNS_MALFORMED:
		return "malformed answer";
	case DNS_CANCELLED:
		return "cancelled";
	}
	assert(false);
	return "unknown";
}
