/*
 * ascii -- what a byte is, as ASCII has it: that of <ctype.h> follows the
 * locale, and is undefined for a char below 0. Pure; any thread.
 *
 * Inline, since words asks it of each byte of a reply.
 */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>

static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A letter or a digit. */
static inline bool
ascii_is_word(char c)
{
	return ascii_is_digit(c) || ascii_is_letter(c);
}

/* All but A to Z stays as it is. */
static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

#endif
