#include "doors/socketmap.h"

#include <string.h>

/* The decimal length before the colon: no sign, no leading zero. */
static enum socketmap_reading
read_length(const char *bytes, size_t length, size_t *size, size_t *used)
{
	size_t value = 0, i;

	for (i = 0; i < length && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
		if (i > 0 && value == 0)
			return SOCKETMAP_BROKEN;
		value = value * 10 + (bytes[i] - '0');
		if (value > SOCKETMAP_REQUEST_MAX)
			return SOCKETMAP_BROKEN;
	}
	if (i == length)
		return SOCKETMAP_PARTIAL;
	if (i == 0 || bytes[i] != ':')
		return SOCKETMAP_BROKEN;
	*size = value;
	*used = i + 1;
	return SOCKETMAP_WHOLE;
}

enum socketmap_reading
socketmap_read(const char *bytes, size_t length,
    struct socketmap_request *request, size_t *used)
{
	size_t size, start;
	enum socketmap_reading reading =
	    read_length(bytes, length, &size, &start);
	const char *space;

	if (reading != SOCKETMAP_WHOLE)
		return reading;
	if (length - start <= size)
		return SOCKETMAP_PARTIAL;
	if (bytes[start + size] != ',')
		return SOCKETMAP_BROKEN;
	*used = start + size + 1;
	request->name = bytes + start;
	space = memchr(request->name, ' ', size);
	request->name_length = space ? (size_t)(space - request->name) : size;
	request->key = space ? space + 1 : request->name + size;
	request->key_length = request->name + size - request->key;
	return SOCKETMAP_WHOLE;
}

size_t
socketmap_write(char *to, const char *text)
{
	size_t length = strlen(text), digits = 1;
	char *end;

	for (size_t rest = length / 10; rest > 0; rest /= 10)
		digits++;
	for (size_t i = digits, rest = length; i > 0; rest /= 10)
		to[--i] = '0' + rest % 10;
	to[digits] = ':';
	end = stpcpy(to + digits + 1, text);
	*end++ = ',';
	return end - to;
}
