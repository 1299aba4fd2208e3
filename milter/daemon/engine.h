/*
 * engine -- the one thread that knows: it runs the event loop, asks the lists,
 * keeps the standings, publishes the board and answers the control socket.
 *
 * It is the only writer of all of that. Other threads meet it at the board
 * and at engine_reload.
 */
#ifndef DAEMON_ENGINE_H
#define DAEMON_ENGINE_H

struct board_slot;
struct config;
struct engine;
struct store;

/* Takes the caller's reference to config. config_path is read again at a
   reload. Opens the control socket. The store, or NULL, is borrowed until
   engine_stop. NULL with *reason set (to be freed). */
struct engine *engine_create(struct config *, const char *config_path,
    struct board_slot *, struct store *, char **reason);

/* Publishes a first board, all unknown, before it returns; then runs the loop
   in a thread. 0, or -1. */
int engine_start(struct engine *);

/* Any thread, also a signal handler's: reads the configuration again. */
void engine_reload(struct engine *);

/* Ends the thread and frees everything. NULL-safe. */
void engine_stop(struct engine **);

#endif
