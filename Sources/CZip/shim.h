#pragma once
#include <stdlib.h>
#include <zip.h>

// Buffers handed to libzip are freed by it with free(3), so they must come from malloc(3) and not from Swift.
static inline void *czip_allocate(size_t size) { return malloc(size); }
static inline void czip_free(void *memory) { free(memory); }
