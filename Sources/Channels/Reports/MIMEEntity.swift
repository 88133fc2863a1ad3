/// How much of a foreign message we are willing to read.
public struct MIMELimits: Sendable, Hashable {
    /// The whole message; larger ones are refused unread.
    public var bytes = 4 << 20
    /// Header bytes of one part; the rest of a longer header is ignored.
    public var headerBytes = 128 << 10
    /// Levels of parts within parts.
    public var depth = 8
    /// Parts in the whole message.
    public var parts = 100

    /// The usual limits: a report is a few kilobytes, with returned content rarely more than one megabyte.
    public init() {}
}

/// A message or a part of one: header fields, and either a body or parts.
///
/// Just enough of MIME to find a report in hostile input. What exceeds the limits is left out and
/// `isIncomplete` says so; nothing makes it fail.
public struct MIMEEntity: Sendable {
    /// The fields of this part.
    public let header: HeaderFields
    /// The parts of a multipart, in their order.
    public let parts: [MIMEEntity]
    /// Whether something was left out because of a limit or a missing boundary.
    public let isIncomplete: Bool
    let contentType: ContentType
    private let rawBody: ArraySlice<UInt8>

    /// Reads a whole message.
    public init(parsing bytes: [UInt8], limits: MIMELimits = MIMELimits()) throws(MailError) {
        guard bytes.count <= limits.bytes else {
            throw MailError(
                .tooLarge, field: "message",
                "has \(bytes.count) bytes; the limit is \(limits.bytes). It was left unread in the mailbox")
        }
        self.init(beginningOf: bytes, limits: limits)
    }

    /// Reads as much of a message as the limits allow.
    init(beginningOf bytes: [UInt8], limits: MIMELimits) {
        var budget = limits.parts
        self.init(
            bytes.prefix(limits.bytes), depth: limits.depth, limits: limits, budget: &budget, defaultType: .plainText,
            isCut: bytes.count > limits.bytes)
    }

    private init(
        _ bytes: ArraySlice<UInt8>, depth: Int, limits: MIMELimits, budget: inout Int, defaultType: ContentType,
        isCut: Bool = false
    ) {
        budget -= 1
        let (head, body) = Self.split(bytes)
        header = HeaderFields(parsing: head.prefix(limits.headerBytes))
        let type = header.first("content-type").map { ContentType($0) } ?? defaultType
        contentType = type
        rawBody = body
        var children: [MIMEEntity] = []
        var incomplete = isCut || head.count > limits.headerBytes
        if type.mediaType.hasPrefix("multipart/"), let boundary = type.parameters["boundary"], !boundary.isEmpty {
            let sections = Self.sections(of: body, boundary: Array(boundary.utf8))
            incomplete = incomplete || !sections.isClosed
            // RFC 2046 section 5.1.5: the parts of a digest are messages unless they say otherwise.
            let childType =
                type.mediaType == "multipart/digest"
                ? ContentType(mediaType: "message/rfc822", parameters: [:]) : ContentType.plainText
            for section in sections.found {
                guard depth > 1, budget > 0 else {
                    incomplete = true
                    break
                }
                let child = MIMEEntity(
                    section, depth: depth - 1, limits: limits, budget: &budget, defaultType: childType)
                incomplete = incomplete || child.isIncomplete
                children.append(child)
            }
        }
        parts = children
        isIncomplete = incomplete
    }

    /// The type without parameters, lower case.
    public var mediaType: String { contentType.mediaType }

    /// The content with its transfer encoding undone.
    public var content: [UInt8] {
        TransferDecoding.decode(rawBody, encoding: header.first("content-transfer-encoding").map(Self.firstWord))
    }

    /// The content as text in the part's character set.
    public var text: String { Charset.text(content, charset: contentType.parameters["charset"]) }

    /// This part and all parts below it, depth first.
    public var all: [MIMEEntity] { [self] + parts.flatMap(\.all) }

    /// The first plain text part, or the first HTML part with its tags still in it.
    public var readableText: String? {
        let leaves = all.filter { $0.parts.isEmpty }
        return (leaves.first { $0.mediaType == "text/plain" } ?? leaves.first { $0.mediaType == "text/html" })?.text
    }

    private static func firstWord(_ text: String) -> String {
        String(text.prefix { $0 != " " && $0 != ";" && $0 != "(" })
    }

    /// Header and body at the first empty line.
    static func split(_ bytes: ArraySlice<UInt8>) -> (head: ArraySlice<UInt8>, body: ArraySlice<UInt8>) {
        var lines = Lines(bytes)
        while true {
            let start = lines.position
            guard let line = lines.next() else { return (bytes, bytes[bytes.endIndex...]) }
            if line.isEmpty { return (bytes[..<start], bytes[lines.position...]) }
        }
    }

    /// What lies between the boundary lines; a missing last boundary still gives the part before the end.
    private static func sections(
        of body: ArraySlice<UInt8>, boundary: [UInt8]
    ) -> (found: [ArraySlice<UInt8>], isClosed: Bool) {
        let mark = [0x2D, 0x2D] + boundary
        var found: [ArraySlice<UInt8>] = []
        var open: Int?
        var lines = Lines(body)
        while true {
            let start = lines.position
            guard let line = lines.next() else { break }
            guard line.starts(with: mark) else { continue }
            let rest = HeaderFields.trimmed(line.dropFirst(mark.count))
            let closes = rest.elementsEqual([0x2D, 0x2D])
            // A longer boundary that begins with this one belongs to another level.
            guard rest.isEmpty || closes else { continue }
            if let open { found.append(withoutLastLineEnd(body[open..<start])) }
            if closes { return (found, true) }
            open = lines.position
        }
        if let open { found.append(body[open...]) }
        return (found, false)
    }

    /// The line end before a boundary belongs to the boundary.
    private static func withoutLastLineEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }
}
