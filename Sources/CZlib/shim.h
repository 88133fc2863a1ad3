#pragma once
#include <zlib.h>

// deflateInit and inflateInit are macros.
static inline int czlib_deflate_init(z_stream *s, int level) { return deflateInit(s, level); }
// The zlib format with a window of 2^bits bytes.
static inline int czlib_deflate_init_window(z_stream *s, int level, int bits, int memory) {
    return deflateInit2(s, level, Z_DEFLATED, bits, memory, Z_DEFAULT_STRATEGY);
}
static inline int czlib_inflate_init(z_stream *s) { return inflateInit(s); }
// A stream without head and checksum, as it stands in a ZIP.
static inline int czlib_inflate_init_raw(z_stream *s) { return inflateInit2(s, -15); }
