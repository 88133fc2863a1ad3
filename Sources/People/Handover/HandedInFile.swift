import Evidence
import Notices

/// A file as it is handed in.
public struct HandedInFile: Sendable {
    /// Its name on the computer it came from.
    public let name: String
    /// Its media type.
    public let type: String
    /// What it is for.
    public let purpose: HandoverFile.Purpose
    /// Its bytes.
    public let bytes: [UInt8]

    /// Hands in a file.
    public init(name: String, type: String, purpose: HandoverFile.Purpose, bytes: [UInt8]) {
        self.name = name
        self.type = type
        self.purpose = purpose
        self.bytes = bytes
    }

    /// Refuses what is too large, of a type that is not taken, or not of the type it claims to be.
    func check(_ rules: HandoverRules) throws(PeopleError) {
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }
        if let fault = Wording.lineFault(name) { note("name", fault) }
        let types = purpose.isSignedPaper ? Self.scans : rules.fileTypes
        if !types.contains(type) {
            note(
                "type",
                "\"\(type.prefix(60))\" is not taken for \(purpose.rawValue); send \(types.joined(separator: ", "))")
        } else if let beginning = Self.beginnings[type], !bytes.starts(with: beginning) {
            note("type", "the bytes are not \(type); send the file itself")
        }
        if bytes.isEmpty { note("file", "is empty; send its bytes") }
        if bytes.count > rules.maximumFileBytes {
            note("file", "has \(bytes.count) bytes; at most \(rules.maximumFileBytes) are taken, so scan it smaller")
        }
        try PeopleError.check(faults, "the file was not taken")
    }

    /// What a scan of a signed paper may be.
    static let scans = ["application/pdf", "image/png", "image/jpeg"]

    /// How files of a type begin.
    static let beginnings: [String: [UInt8]] = [
        "application/pdf": Array("%PDF-".utf8), "image/png": [0x89, 0x50, 0x4E, 0x47],
        "image/jpeg": [0xFF, 0xD8, 0xFF],
        "application/zip": [0x50, 0x4B],
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": [0x50, 0x4B],
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [0x50, 0x4B],
    ]
}
