/*
 * reader -- one configuration file in libconfig's syntax, read and held while
 * the groups in it are looked at. One thread at a time.
 */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

struct group;
struct problems;
struct reader;

/* NULL if the file cannot be read, with the errors in problems, which is kept
   until reader_close. @include is relative to the file's directory. */
struct reader *reader_open(const char *path, struct problems *);
void reader_close(struct reader **);

/* The keys and values of the file itself. */
void reader_root(struct reader *, struct group *out);

struct problems *reader_problems(struct reader *);
/* The path of a file that libconfig names; NULL: the one that was opened. The
   caller frees it. */
char *reader_file(const struct reader *, const char *name);

#endif
