/// Prints documents as PDF, one after the other, on a thread of its own.
///
/// The same document and fonts give the same bytes, in every process and on every run: no clock, no
/// machine font and no locale is consulted. Text is embedded as a font subset and can be copied out.
public final class PDFTypesetter: Sendable {
    private let thread: PressThread

    /// Reads the everyday fonts once; throws `fontUnusable` if a file is not the font it should be.
    public init(fonts: FontSet) throws {
        thread = try PressThread { try Press(fonts: fonts) }
    }

    /// The finished file; throws `missingGlyphs` with every character that neither font can show.
    ///
    /// Calls may come at once and are answered in order. A task cancelled while it waits still prints;
    /// one page takes a few milliseconds.
    public func pdf(_ document: PageDocument) async throws -> [UInt8] { try await printed(document).pdf }

    /// The finished file, and where its sections begin; refuses as ``pdf(_:)`` does.
    public func printed(_ document: PageDocument) async throws -> PrintedDocument {
        try Task.checkCancellation()
        try document.check()
        let body = try MarkdownDocument(document.markdown)
        let code = try document.qrText.map { try QRCode($0) }
        return try await thread.run { try $0.print(document, body: body.blocks, code: code) }
    }

    /// Finishes what was asked for and ends the thread; later calls of `pdf` throw `closed`.
    public func shutdown() async { await thread.shutdown() }
}

/// A printed file, and on which pages its sections begin.
public struct PrintedDocument: Sendable, Hashable {
    /// The file.
    public let pdf: [UInt8]
    /// The page of each heading of the second level, counted from 1, in order.
    public let sectionPages: [Int]
}
