import Evidence
import Foundation

/// One file and the plain fields of a form that carries a file (RFC 7578).
///
/// Strict and small: one level, no transfer encodings, a bounded number of parts. What a browser of today sends, and no more.
struct MultipartForm: Sendable {
    /// The bytes of the file; empty when none was chosen.
    let file: [UInt8]
    /// The plain fields, each name once.
    let fields: [String: String]

    /// The most parts a form of ours has.
    private static let maximumParts = 12

    /// Reads the part with this name.
    init(_ body: [UInt8], contentType: String, file name: String) throws(Problem) {
        guard let boundary = Self.boundary(contentType) else { throw .mediaType("multipart/form-data") }
        let mark = Array("--\(boundary)".utf8)
        let head = Array("\r\n\r\n".utf8)
        var file: [UInt8]?
        var fields: [String: String] = [:]
        // The first mark has no line before it; behind the last one stand two dashes.
        guard var rest = Self.after(mark, in: body[...]), body.starts(with: mark) else { throw Self.broken }
        for _ in 0..<Self.maximumParts {
            if rest.starts(with: Array("--".utf8)) {
                guard let file else { throw .malformed("the form has no field \(name); open the page again") }
                self.file = file
                self.fields = fields
                return
            }
            guard rest.starts(with: Array("\r\n".utf8)), let end = rest.firstRange(of: Array("\r\n".utf8) + mark),
                let split = rest[..<end.lowerBound].firstRange(of: head)
            else { throw Self.broken }
            let bytes = Array(rest[split.upperBound..<end.lowerBound])
            let part = Self.name(String(decoding: rest[rest.startIndex..<split.lowerBound].prefix(2000), as: UTF8.self))
            if part == name {
                guard file == nil else { throw .malformed("the form names \(name) twice") }
                file = bytes
            } else if let part {
                guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                    throw .malformed("the field \(shortened(part)) is not UTF-8 text without NUL")
                }
                guard fields.updateValue(text, forKey: part) == nil else {
                    throw .malformed("the form names \(shortened(part)) twice")
                }
            }
            rest = rest[end.upperBound...]
        }
        throw Self.broken
    }

    private static let broken = Problem.malformed("the form cannot be read as multipart/form-data; open the page again")

    /// The name of a part, which stands before the name of its file.
    private static func name(_ head: String) -> String? {
        guard let start = head.range(of: "; name=\"")?.upperBound, let end = head[start...].firstIndex(of: "\"") else {
            return nil
        }
        return String(head[start..<end])
    }

    private static func after(_ mark: [UInt8], in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        bytes.firstRange(of: mark).map { bytes[$0.upperBound...] }
    }

    /// The boundary that a media type names: 1 to 70 visible characters.
    static func boundary(_ contentType: String) -> String? {
        let parts = contentType.split(separator: ";").map { $0.drop { $0 == " " } }
        guard parts.first?.lowercased() == "multipart/form-data",
            let given = parts.dropFirst().first(where: { $0.lowercased().hasPrefix("boundary=") })
        else { return nil }
        let text = given.dropFirst("boundary=".count).filter { $0 != "\"" }
        return (1...70).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }
}
