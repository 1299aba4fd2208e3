/*
 * receiver_names -- the receivers that a rule is about, as the names that they
 * go by. One thread at a time.
 */
#ifndef CONFIG_RECEIVER_NAMES_H
#define CONFIG_RECEIVER_NAMES_H

struct directory;
struct group;
struct receivers;
struct strings;

/* Every receiver that has a name. */
#define RECEIVER_NAMES_ANY "*"

/* Reads the key "receivers": ids and names of the directory, registrable
   domains, or RECEIVER_NAMES_ANY. What is neither is an error. The directory
   is NULL if it could not be read: then everything is taken. The caller owns
   what *out receives. */
void receiver_names_read(
    struct group *, const struct directory *, struct strings *out);

/* The name of one that is given by id, name or domain; NULL if text is none of
   these. The caller owns it. */
char *receiver_names_find(const struct receivers *, const char *text);

#endif
