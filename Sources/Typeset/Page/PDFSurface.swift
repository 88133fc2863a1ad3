import CPango

/// Draws composed pages into a PDF and returns its bytes.
// BUG: cairo 1.16 loses 320 bytes for every CFF font it embeds (seen under valgrind, inside its
// subsetter for these): in a document with a rare character, which takes the full typeface; the cut
// fonts have TrueType outlines. Fixed only by a newer cairo.
enum PDFSurface {
    static func write(_ pages: [ComposedPage], document: PageDocument, paper: Paper) throws -> [UInt8] {
        let sink = ByteSink()
        let closure = Unmanaged.passUnretained(sink).toOpaque()
        // `sink` outlives the surface: both end in this function, the surface first.
        return try withExtendedLifetime(sink) {
            let surface = cairo_pdf_surface_create_for_stream(
                { closure, bytes, count in
                    guard let closure, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
                    let sink = Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue()
                    sink.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
                    return CAIRO_STATUS_SUCCESS
                }, closure, paper.width, paper.height)
            defer { cairo_surface_destroy(surface) }
            describe(document, on: surface)
            let context = cairo_create(surface)
            for page in pages {
                PagePainter(context: context, paper: paper).paint(page)
                cairo_show_page(context)
            }
            let drawn = cairo_status(context)
            cairo_destroy(context)
            cairo_surface_finish(surface)
            let finished = cairo_surface_status(surface)
            for status in [drawn, finished] where status != CAIRO_STATUS_SUCCESS {
                let words = cairo_status_to_string(status).map { String(cString: $0) } ?? "\(status.rawValue)"
                throw TypesetError(.drawingFailed, "the PDF could not be written: \(words); try again, then report it")
            }
            return sink.bytes
        }
    }

    /// Properties of the file; the creation date is ours, or cairo would put the clock's and no two files agree.
    private static func describe(_ document: PageDocument, on surface: OpaquePointer?) {
        // 1.4 has the plain cross-reference table that a signature can be appended to.
        cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, document.title)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, document.author)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Songda")
        cairo_pdf_surface_set_metadata(
            surface, CAIRO_PDF_METADATA_CREATE_DATE, CivilTime(epochSeconds: document.createdAt).iso8601)
    }
}

/// Where cairo's output gathers; touched on the press thread only.
private final class ByteSink {
    var bytes: [UInt8] = []
}

/// A UTC date from epoch seconds, without a calendar library and without the clock.
struct CivilTime {
    let iso8601: String

    /// Counts in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    init(epochSeconds: Int64) {
        let clamped = min(max(epochSeconds, -62_135_596_800), 253_402_300_799)  // years 1 to 9999
        let day = Int64((Double(clamped) / 86_400).rounded(.down))
        let second = clamped - day * 86_400
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let padded = String(repeating: "0", count: max(0, 4 - "\(year)".utf8.count)) + "\(year)"
        iso8601 =
            "\(padded)-\(two(month))-\(two(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))"
            + "T\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }
}
