#include "standing/state_file.h"

#include "base/alloc.h"

#include <sqlite3.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "repg": tells our file from any other's. */
#define APPLICATION_ID 1919250535

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* Before all else: then the index of the log lies in our memory, and not in a
   file that is mapped. */
static const char lock[] = "PRAGMA locking_mode = EXCLUSIVE";
static const char settings[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";
static const char schema[] =
    "BEGIN;"
    "CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL,"
    " key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key))"
    " WITHOUT ROWID;"
    "PRAGMA application_id = " TEXT(APPLICATION_ID) ";"
						    "COMMIT;";

struct state_file {
	sqlite3 *database;
	sqlite3_stmt *put, *forget;
};

static enum state_result
result_of(const struct state_file *file, char **reason)
{
	int code = sqlite3_errcode(file->database);

	*reason = alloc_string(sqlite3_errmsg(file->database));
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? STATE_DAMAGED
							       : STATE_FAILED;
}

static enum state_result
run(const struct state_file *file, const char *sql, char **reason)
{
	if (sqlite3_exec(file->database, sql, NULL, NULL, NULL) == SQLITE_OK)
		return STATE_GOOD;
	return result_of(file, reason);
}

/* SQLite would make it by the umask alone, and writes into a device too. */
static int
claim(const char *path, char **reason)
{
	int fd = open(
	    path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	off_t length;

	if (fd < 0) {
		*reason = alloc_string(strerror(errno));
		return -1;
	}
	length = lseek(fd, 0, SEEK_END);
	close(fd);
	if (length >= 0)
		return 0;
	*reason = alloc_string("is no file");
	return -1;
}

/* The first column of the first row. */
static enum state_result
ask(const struct state_file *file, const char *sql, char **value, char **reason)
{
	sqlite3_stmt *statement;
	const unsigned char *text;
	enum state_result result = STATE_GOOD;

	if (sqlite3_prepare_v2(file->database, sql, -1, &statement, NULL) !=
	    SQLITE_OK)
		return result_of(file, reason);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		text = sqlite3_column_text(statement, 0);
		*value = alloc_string(text ? (const char *)text : "");
	} else {
		result = result_of(file, reason);
	}
	sqlite3_finalize(statement);
	return result;
}

/* A database of somebody else is left alone. */
static enum state_result
check(const struct state_file *file, char **reason)
{
	char *id = NULL, *tables = NULL, *health = NULL;
	enum state_result result =
	    ask(file, "PRAGMA application_id", &id, reason);

	if (result == STATE_GOOD)
		result = ask(file, "SELECT count(*) FROM sqlite_schema",
		    &tables, reason);
	if (result == STATE_GOOD)
		result = ask(file, "PRAGMA quick_check(1)", &health, reason);
	if (result == STATE_GOOD && strcmp(health, "ok") != 0) {
		*reason = alloc_string(health);
		result = STATE_DAMAGED;
	} else if (result == STATE_GOOD && strcmp(tables, "0") != 0 &&
		   strcmp(id, TEXT(APPLICATION_ID)) != 0) {
		*reason = alloc_string("is a database, and not of repgate");
		result = STATE_FAILED;
	}
	free(id);
	free(tables);
	free(health);
	return result;
}

static enum state_result
prepare(struct state_file *file, char **reason)
{
	enum state_result result = run(file, lock, reason);

	if (result == STATE_GOOD)
		result = check(file, reason);
	if (result == STATE_GOOD)
		result = run(file, settings, reason);
	if (result == STATE_GOOD)
		result = run(file, schema, reason);
	if (result != STATE_GOOD)
		return result;
	if (sqlite3_prepare_v2(file->database,
		"INSERT OR REPLACE INTO record VALUES (?1, ?2, ?3)", -1,
		&file->put, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(file->database,
		"DELETE FROM record WHERE kind = ?1 AND key = ?2", -1,
		&file->forget, NULL) != SQLITE_OK)
		return result_of(file, reason);
	return STATE_GOOD;
}

enum state_result
state_file_open(struct state_file **file_r, const char *path, char **reason)
{
	struct state_file *file;
	enum state_result result;

	if (claim(path, reason) != 0)
		return STATE_FAILED;
	file = alloc_zeroed(1, sizeof *file);
	if (sqlite3_open_v2(path, &file->database,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		result = prepare(file, reason);
	else
		result = result_of(file, reason);
	if (result != STATE_GOOD)
		state_file_close(&file);
	*file_r = file;
	return result;
}

void
state_file_close(struct state_file **file)
{
	if (!*file)
		return;
	sqlite3_finalize((*file)->put);
	sqlite3_finalize((*file)->forget);
	sqlite3_close((*file)->database);
	free(*file);
	*file = NULL;
}

enum state_result
state_file_each(struct state_file *file, state_file_record *record, void *arg,
    char **reason)
{
	enum state_result result = STATE_GOOD;
	sqlite3_stmt *all;
	int code;

	if (sqlite3_prepare_v2(file->database,
		"SELECT kind, key, value FROM record", -1, &all,
		NULL) != SQLITE_OK)
		return result_of(file, reason);
	while ((code = sqlite3_step(all)) == SQLITE_ROW) {
		const char *columns[3];

		for (int i = 0; i < 3; i++)
			columns[i] = (const char *)sqlite3_column_text(all, i);
		if (columns[0] && columns[1] && columns[2])
			record(arg, columns[0], columns[1], columns[2]);
	}
	if (code != SQLITE_DONE)
		result = result_of(file, reason);
	sqlite3_finalize(all);
	return result;
}

static int
change(const struct state_file *file, const struct state_change *change)
{
	sqlite3_stmt *statement = change->value ? file->put : file->forget;
	int code;

	sqlite3_bind_text(statement, 1, change->kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, change->key, -1, SQLITE_STATIC);
	if (change->value)
		sqlite3_bind_text(
		    statement, 3, change->value, -1, SQLITE_STATIC);
	code = sqlite3_step(statement);
	sqlite3_clear_bindings(statement);
	/* It says once more what went wrong. */
	return sqlite3_reset(statement) == SQLITE_OK && code == SQLITE_DONE
		   ? 0
		   : -1;
}

enum state_result
state_file_write(struct state_file *file, const struct state_change *changes,
    size_t count, char **reason)
{
	enum state_result result = STATE_GOOD;
	int has_moved = 0;

	sqlite3_file_control(
	    file->database, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
	if (has_moved) {
		*reason = alloc_string("was moved or removed");
		return STATE_MOVED;
	}
	result = run(file, "BEGIN IMMEDIATE", reason);
	for (size_t i = 0; result == STATE_GOOD && i < count; i++)
		if (change(file, &changes[i]) != 0)
			result = result_of(file, reason);
	if (result == STATE_GOOD)
		result = run(file, "COMMIT", reason);
	if (result != STATE_GOOD)
		sqlite3_exec(file->database, "ROLLBACK", NULL, NULL, NULL);
	return result;
}

int
state_file_set_aside(const char *path, char **reason)
{
	/* What else SQLite leaves beside it belongs to it. */
	static const char *const tails[] = {"-wal", "-journal", ""};
	int result = 0;

	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		char *from = alloc_printf("%s%s", path, tails[i]);
		char *to = alloc_printf("%s.corrupt%s", path, tails[i]);

		result = rename(from, to);
		if (result != 0 && errno == ENOENT && tails[i][0])
			unlink(to);
		free(from);
		free(to);
	}
	if (result != 0)
		*reason =
		    alloc_printf("cannot be moved aside: %s", strerror(errno));
	return result;
}
