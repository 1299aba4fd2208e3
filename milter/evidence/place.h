/*
 * place -- how far a log file was read, so that it can be found again after a
 * restart, also under another name: by its inode and by its first bytes.
 *
 * The device is not kept: its number may be another after a reboot. The first
 * bytes tell a file from one that got the same inode later, and find the copy
 * that was made before a file was cut short. Any thread.
 */
#ifndef EVIDENCE_PLACE_H
#define EVIDENCE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Holds the stamps of the first lines, so no two logs have the same. */
#define PLACE_HEAD_MAX 512

struct place {
	uint64_t inode;
	int64_t offset;	     /* where the next line begins */
	int64_t head_length; /* up to PLACE_HEAD_MAX, of what was there */
	uint64_t head_hash;
};

/* The place `offset` in an open file. 0, or -1 with *out untouched. */
int place_take(int fd, int64_t offset, struct place *out);

/* Whether the open file begins as the one of the place did, and is at least
   as long as it was read. */
bool place_is_in(const struct place *, int fd);

/* A descriptor of the file that the place is in, which is to be closed: the
   one of that path if it is, else one beside it that rotation made of it, else
   -1. A place of nothing, at offset 0, is in no file beside it. */
int place_find(const struct place *, const char *path);

/* JSON, to be freed; and back: 0, or -1 with *out untouched. */
char *place_write(const struct place *);
int place_read(const char *json, struct place *out);

#endif
