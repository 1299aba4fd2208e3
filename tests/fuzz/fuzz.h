/*
 * fuzz -- what every fuzzer has: the function that libFuzzer calls, and the way
 * to say that something does not keep what its header promises.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The bytes are in a block of their very size. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Where it does not, libFuzzer keeps the input and ends. */
static inline void
must(bool holds)
{
	if (!holds)
		abort();
}

#endif
