/// The list of a bundle's members with their digests: ASiCManifest of ETSI EN 319 162-1.
///
/// These bytes are what is signed. They are written in one form and only that form is read back, so that no two
/// readers can take different lists from them; the shell check reads the same lines.
struct Manifest {
    /// One member.
    struct Reference: Hashable {
        let name: String
        let mediaType: String
        let digest: Digest
    }

    static let name = "META-INF/ASiCManifest001.xml"
    static let signatureName = "META-INF/signature001.p7s"

    let references: [Reference]

    /// The XML, one reference a line.
    var bytes: [UInt8] {
        var xml = Self.head
        for reference in references { xml += Self.line(reference) }
        return Array((xml + Self.tail).utf8)
    }

    private static let head = """
        <?xml version="1.0" encoding="UTF-8"?>
        <asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <asic:SigReference URI="\(signatureName)" MimeType="application/pkcs7-signature"/>

        """
    private static let tail = "</asic:ASiCManifest>\n"
    private static let afterName = "\" MimeType=\""
    private static let before = "<asic:DataObjectReference URI=\""
    private static let afterType =
        "\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>"
    private static let after = "</ds:DigestValue></asic:DataObjectReference>\n"

    private static func line(_ reference: Reference) -> String {
        before + reference.name + afterName + reference.mediaType + afterType
            + Base64.encode(reference.digest.bytes) + after
    }

    init(references: [Reference]) { self.references = references }

    /// Reads a manifest of exactly the form written here.
    init(parsing bytes: [UInt8]) throws(EvidenceError) {
        var references: [Reference] = []
        for line in bytes.split(separator: 0x0A).dropFirst(3).dropLast() {
            guard let reference = Self.reference(line) else {
                let text = String(decoding: line, as: UTF8.self) + "\n"
                throw EvidenceError(
                    .malformed, "the manifest has a line we do not understand: \(text.prefix(80))",
                    chinese: "文件清单中有一行无法识别：“\(text.dropLast().prefix(80))”")
            }
            references.append(reference)
        }
        self.references = references
        guard !references.isEmpty, self.bytes == bytes else {
            throw EvidenceError(
                .malformed, "the manifest is not in the form this program writes", chinese: "文件清单不是本程序所写的形式")
        }
        guard Set(references.map(\.name)).count == references.count else {
            throw EvidenceError(.malformed, "the manifest names a member twice", chinese: "文件清单两次列出同一文件")
        }
    }

    /// What stands between the quotes of a line and in its digest; the words around them are compared as a whole.
    private static func reference(_ line: ArraySlice<UInt8>) -> Reference? {
        let parts = line.split(separator: 0x22, omittingEmptySubsequences: false)
        guard parts.count == 7 else { return nil }
        let (name, type) = (String(decoding: parts[1], as: UTF8.self), String(decoding: parts[3], as: UTF8.self))
        let mark = "ds:DigestValue>".utf8
        guard isName(name), isMediaType(type),
            let value = parts[6].split(separator: 0x3C).first(where: { $0.starts(with: mark) }),
            let digest = Base64.decode(String(decoding: value.dropFirst(mark.count), as: UTF8.self))
                .flatMap(Digest.init(bytes:))
        else { return nil }
        return Reference(name: name, mediaType: type, digest: digest)
    }

    /// Whether a member may have this name: such names need no escaping in XML, in URIs and in a shell.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F: true
                default: false
                }
            }
            && name.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
                .allSatisfy {
                    guard let first = $0.first, first != 0x2D else { return false }
                    return !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
                }
    }

    static func isMediaType(_ type: String) -> Bool {
        !type.isEmpty && type.utf8.count <= 100
            && type.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x2F: true
                default: false
                }
            }
    }
}
