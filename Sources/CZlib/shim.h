#pragma once
#include <zlib.h>

// deflateInit and inflateInit are macros.
static inline int czlib_deflate_init(z_stream *s, int level) { return deflateInit(s, level); }
static inline int czlib_inflate_init(z_stream *s) { return inflateInit(s); }
