/// The header fields of incoming mail, in their order, unfolded.
public struct HeaderFields: Sendable, Hashable {
    /// One field.
    public struct Field: Sendable, Hashable {
        /// Lower case.
        public let name: String
        /// The value without folds; encoded words are still encoded.
        public let value: String
    }

    /// All fields, top first.
    public let fields: [Field]

    /// Reads fields up to the end of the bytes; a line that is no field is passed over.
    init(parsing bytes: ArraySlice<UInt8>) {
        var found: [Field] = []
        var name: ArraySlice<UInt8> = []
        var value: [UInt8] = []
        func close() {
            guard !name.isEmpty else { return }
            let text = Charset.text(Self.trimmed(value[...]), charset: nil)
            found.append(Field(name: String(decoding: name, as: UTF8.self).lowercased(), value: text))
            name = []
            value = []
        }
        for line in Lines(bytes) {
            if let first = line.first, first == 0x20 || first == 0x09 {
                value += line
                continue
            }
            close()
            guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else { continue }
            let candidate = Self.trimmed(line[..<colon])
            guard candidate.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { continue }
            name = candidate
            value = Array(line[(colon + 1)...])
        }
        close()
        fields = found
    }

    /// The first field of a name, or nil.
    public func first(_ name: String) -> String? {
        fields.first { $0.name == name.lowercased() }?.value
    }

    /// All fields of a name, top first.
    public func all(_ name: String) -> [String] {
        fields.filter { $0.name == name.lowercased() }.map(\.value)
    }

    /// The first field of a name with its encoded words read.
    public func text(_ name: String) -> String? { first(name).map(EncodedWord.decode) }

    /// The addresses in all fields of the given names; display names and comments are dropped.
    func addresses(_ names: [String]) -> [String] {
        names.flatMap { all($0) }.flatMap(Self.addresses(in:))
    }

    /// Words with an at sign, freed from brackets, quotes and commas: enough to find one of ours, in any spelling.
    static func addresses(in text: String) -> [String] {
        let separators = Set(" \t<>,;()\"[]".utf8)
        return text.utf8.split(whereSeparator: { separators.contains($0) }).compactMap { word in
            guard let at = word.lastIndex(of: 0x40), at > word.startIndex, word.index(after: at) < word.endIndex else {
                return nil
            }
            return String(decoding: word, as: UTF8.self)
        }
    }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }
}

/// The lines of some bytes without their line ends, CR LF or LF alone.
struct Lines: Sequence, IteratorProtocol {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    /// Where the next line begins.
    var position: Int { at }

    mutating func next() -> ArraySlice<UInt8>? {
        guard at < bytes.endIndex else { return nil }
        let start = at
        let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
        at = end < bytes.endIndex ? end + 1 : end
        return end > start && bytes[end - 1] == 0x0D ? bytes[start..<(end - 1)] : bytes[start..<end]
    }
}
