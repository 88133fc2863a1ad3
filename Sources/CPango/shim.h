#pragma once
#include <cairo.h>
#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

// Casts between GObject types are macros, which Swift does not import.
static inline void cpango_set_config(PangoFontMap *map, FcConfig *config) {
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
}
static inline void cpango_set_resolution(PangoFontMap *map, double dpi) {
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), dpi);
}
// FC_FAMILY is a string macro and FcChar8 an unsigned char.
static inline const char *cpango_family(FcPattern *pattern, int index) {
    FcChar8 *name = NULL;
    return FcPatternGetString(pattern, FC_FAMILY, index, &name) == FcResultMatch ? (const char *)name : NULL;
}
// PANGO_GLYPH_UNKNOWN_FLAG is a cast macro: a glyph that only stands for a code point no font has.
static inline gboolean cpango_is_unknown(PangoGlyph glyph) {
    return glyph != PANGO_GLYPH_EMPTY && (glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0;
}
static inline guint32 cpango_code_point(PangoGlyph glyph) { return glyph & ~PANGO_GLYPH_UNKNOWN_FLAG; }
