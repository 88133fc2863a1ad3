import CPango

/// Our fonts and nothing else: a private fontconfig, a font map and the context texts are laid out in.
///
/// Owns its C objects; used on the press thread only.
final class Typeface {
    static let song = "Songda Song"
    static let mono = "Songda Mono"
    static let fallback = "Noto Serif CJK SC"

    /// Characters that no font had since the last call of `begin`.
    private(set) var missing: Set<Unicode.Scalar> = []

    private let config: OpaquePointer
    private let map: UnsafeMutablePointer<PangoFontMap>
    let context: OpaquePointer

    init(files: [String], collections: [String] = []) throws {
        guard let config = FcConfigCreate() else {
            throw TypesetError(.fontUnusable, "fontconfig could not start; is memory short?")
        }
        do {
            for file in files { try Self.add(file, to: config) }
            for file in collections { try Self.add(collection: file, to: config) }
        } catch {
            FcConfigDestroy(config)
            throw error
        }
        // Pango would otherwise load the machine's fontconfig in a thread of its own (time, memory, and
        // a result that depends on the machine). fontconfig keeps its own reference.
        FcConfigSetCurrent(config)
        guard let map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT) else {
            FcConfigDestroy(config)
            throw TypesetError(.fontUnusable, "Pango was built without FreeType; install Debian's libpango1.0-dev")
        }
        cpango_set_config(map, config)
        cpango_set_resolution(map, 72)  // one unit is one point
        self.config = config
        self.map = map
        context = pango_font_map_create_context(map)
        // Positions as the font's designer drew them: no pixel grid, so the layout is the same at every size.
        pango_context_set_round_glyph_positions(context, 0)
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        pango_cairo_context_set_font_options(context, options)
        cairo_font_options_destroy(options)
        pango_context_set_base_dir(context, PANGO_DIRECTION_LTR)
    }

    deinit {
        g_object_unref(UnsafeMutableRawPointer(context))
        g_object_unref(UnsafeMutableRawPointer(map))
        FcConfigDestroy(config)
    }

    /// Prepares for a document in this language; the locale of the process plays no part.
    func begin(language: String) {
        missing = []
        pango_context_set_language(context, pango_language_from_string(language))
    }

    func note(missing scalar: Unicode.Scalar) { missing.insert(scalar) }

    private static func add(_ file: String, to config: OpaquePointer) throws {
        guard FcConfigAppFontAddFile(config, file) != 0 else {
            throw TypesetError(.fontUnusable, "\(file) is not a font; delete it and run config/setup-fonts.sh again")
        }
    }

    /// Adds the one face of a collection that we name; reading all five of Noto's would take five times as long.
    private static func add(collection file: String, to config: OpaquePointer) throws {
        var count: Int32 = 1
        var index: Int32 = 0
        while index < count {
            guard let pattern = FcFreeTypeQuery(file, UInt32(index), nil, &count) else { break }
            if has(family: fallback, pattern), let set = FcConfigGetFonts(config, FcSetApplication) {
                guard FcFontSetAdd(set, pattern) != 0 else { break }  // the set owns the pattern now
                return
            }
            FcPatternDestroy(pattern)
            index += 1
        }
        throw TypesetError(.fontUnusable, "\(file) has no face \(fallback); reinstall fonts-noto-cjk")
    }

    private static func has(family: String, _ pattern: OpaquePointer) -> Bool {
        var position: Int32 = 0
        while let name = cpango_family(pattern, position) {
            if String(cString: name) == family { return true }
            position += 1
        }
        return false
    }
}
