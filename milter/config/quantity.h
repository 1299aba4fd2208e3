/*
 * quantity -- durations as Postfix writes them. Pure; any thread.
 */
#ifndef CONFIG_QUANTITY_H
#define CONFIG_QUANTITY_H

#include <stdint.h>

/* "30s" "10m" "2h" "1d" "1w", and "250ms" beyond what Postfix writes; whole
   units only. The unit is required, so that no reader has to guess it. 0, or
   -1 with *out_ms untouched (also on overflow). */
int quantity_duration_ms(const char *text, int64_t *out_ms);

/* Writes a span for people: "45s", "12m", "3h 5m", "2d 4h". */
#define QUANTITY_TEXT_MAX 32
void quantity_format_ms(char text[QUANTITY_TEXT_MAX], int64_t span_ms);

#endif
