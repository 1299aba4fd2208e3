/*
 * lines -- reads a file line by line, as it is or compressed by gzip, in
 * large pieces and in memory of fixed size. One thread at a time.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lines;

/* "-" is standard input. Lines longer than `longest` bytes are cut to that.
   NULL with *reason set (to be freed) if the file cannot be opened. */
struct lines *lines_open(const char *path, size_t longest, char **reason);
void lines_close(struct lines **);

/* The next line without its end, valid until the next call; it may hold NUL.
   The last one may have no end. false at the end of the file, or when it
   cannot be read on. */
bool lines_next(struct lines *, const char **line, size_t *length);

/* After the last line: NULL, or why there may have been more. Borrowed. */
const char *lines_reason(const struct lines *);

/* Bytes of the file read so far, before decompression; its size, or 0 where
   that is not known; and when it was last written, or 0. */
int64_t lines_position(const struct lines *);
int64_t lines_size(const struct lines *);
int64_t lines_written_sec(const struct lines *);

#endif
