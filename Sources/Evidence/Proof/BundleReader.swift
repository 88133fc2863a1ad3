/// The members of a bundle, read with the suspicion due to a file from a stranger.
struct BundleReader {
    /// The members by name.
    let members: [String: [UInt8]]
    /// The bundle's index as canonical JSON, or nil when it is missing or in another form.
    let index: JSONValue?
    /// The names in the order of the archive.
    let names: [String]

    /// Unpacks a bundle; refuses what is no ASiC-E container.
    init(_ archive: [UInt8]) throws(EvidenceError) {
        let mimetype = Array(BundleLayout.mimetype.utf8)
        // The first member is found at a fixed place without unpacking: that is how other programs recognise the file.
        let start = 30 + BundleLayout.mimetypeName.utf8.count
        guard archive.count > start + mimetype.count,
            Array(archive[30..<start]) == Array(BundleLayout.mimetypeName.utf8),
            Array(archive[start..<(start + mimetype.count)]) == mimetype
        else {
            throw EvidenceError(
                .malformed, "this is no proof bundle: an ASiC-E container begins with the member \"mimetype\"",
                chinese: "这不是证据包：ASiC-E 容器的第一个文件应为“mimetype”")
        }
        let read = try ZipReader.members(of: archive)
        guard read.first?.name == BundleLayout.mimetypeName, read.first?.bytes == mimetype else {
            throw EvidenceError(
                .malformed, "the bundle's first member is not \"mimetype\" with the ASiC-E type",
                chinese: "证据包的第一个文件不是载明 ASiC-E 类型的“mimetype”")
        }
        names = read.map(\.name)
        members = Dictionary(read.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        index = members[BundleLayout.index].flatMap(Self.json)
    }

    /// A member as text, or nil when it is missing or not UTF-8.
    func text(_ name: String) -> String? {
        members[name].flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static func json(_ bytes: [UInt8]) -> JSONValue? {
        guard let value = try? JSONValue(parsing: bytes),  // nil says all the caller needs
            value.canonicalBytes == bytes
        else { return nil }
        return value
    }
}
