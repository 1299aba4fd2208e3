/*
 * source -- looks through a configuration file, and all that it includes,
 * before libconfig reads it. libconfig 1.5 ends the process at an @include of
 * a directory, cuts a string at a NUL, keeps the low 32 bits of a number that
 * is too large and takes a comment that never ends for the end of the file.
 */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

struct problems;

/* @include is relative to directory. 0, or -1 with errors in problems: then
   libconfig must not see the file. */
int source_check(
    const char *path, const char *directory, struct problems *problems);

#endif
