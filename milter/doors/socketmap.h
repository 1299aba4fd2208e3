/*
 * socketmap -- the bytes of a request and of an answer, as socketmap_table(5) of
 * Postfix has them; Sendmail's are the same. A request is a netstring
 * "NAME KEY", an answer another one. Pure.
 */
#ifndef DOORS_SOCKETMAP_H
#define DOORS_SOCKETMAP_H

#include <stddef.h>

/* Of "NAME KEY". No address is as long; Postfix takes in lines of 2 KiB. */
#define SOCKETMAP_REQUEST_MAX 8192
/* The length of a netstring of up to 99,999 bytes, colon and comma. */
#define SOCKETMAP_FRAME_MAX 7

enum socketmap_reading { SOCKETMAP_WHOLE, SOCKETMAP_PARTIAL, SOCKETMAP_BROKEN };

/* Both lead into the bytes, and neither ends with a NUL. */
struct socketmap_request {
	const char *name, *key;
	size_t name_length, key_length;
};

/* Reads one request. *used gets how many bytes it takes up. A length with
   leading zeros or over the limit is broken, and so is a netstring without its
   comma. */
enum socketmap_reading socketmap_read(
    const char *bytes, size_t length, struct socketmap_request *, size_t *used);

/* Writes "12:OK smtp:next," without an end; there is room for the text, and
   SOCKETMAP_FRAME_MAX more. Returns the length. */
size_t socketmap_write(char *to, const char *text);

#endif
