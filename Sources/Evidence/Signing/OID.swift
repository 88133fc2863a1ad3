/// An ASN.1 object identifier, kept as its DER contents.
struct OID: Hashable, Sendable {
    let content: [UInt8]

    /// Takes arcs known to be right; for constants.
    init(_ first: UInt128, _ second: UInt128, _ rest: UInt128...) {
        precondition(first <= 2 && (first == 2 || second < 40), "no such object identifier")
        content = ([first * 40 + second] + rest).flatMap(OID.base128)
    }

    /// Takes DER contents, or nil if they are not minimal or an arc exceeds 128 bits.
    init?(content: [UInt8]) {
        guard OID.arcs(content) != nil else { return nil }
        self.content = content
    }

    /// Reads `1.2.840…`, or nil.
    init?(dotted: String) {
        let parts = dotted.utf8.count <= 200 ? dotted.split(separator: ".", omittingEmptySubsequences: false) : []
        var arcs: [UInt128] = []
        for part in parts {
            guard let arc = UInt128(part), String(arc) == part else { return nil }
            arcs.append(arc)
        }
        guard arcs.count >= 2, arcs[0] <= 2, arcs[0] == 2 || arcs[1] < 40, arcs[1] < UInt128.max - 80 else {
            return nil
        }
        content = ([arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)).flatMap(OID.base128)
    }

    var dotted: String {
        // The initialisers let in only what has arcs.
        guard let arcs = OID.arcs(content), let head = arcs.first else { return "" }
        let first = min(head / 40, 2)
        return ([first, head - first * 40] + arcs.dropFirst()).map { String($0) }.joined(separator: ".")
    }

    private static func base128(_ arc: UInt128) -> [UInt8] {
        var digits = [UInt8(arc & 0x7F)]
        var rest = arc >> 7
        while rest > 0 {
            digits.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return digits.reversed()
    }

    private static func arcs(_ content: [UInt8]) -> [UInt128]? {
        guard let last = content.last, last < 0x80, content.count <= 128 else { return nil }
        var arcs: [UInt128] = []
        var arc: UInt128 = 0
        var atStart = true
        for byte in content {
            if atStart, byte == 0x80 { return nil }
            guard arc >> 121 == 0 else { return nil }
            arc = arc << 7 | UInt128(byte & 0x7F)
            atStart = byte < 0x80
            if atStart {
                arcs.append(arc)
                arc = 0
            }
        }
        return arcs
    }
}

extension OID {
    // RFC 5652, 5035, 3161
    static let data = OID(1, 2, 840, 113549, 1, 7, 1)
    static let signedData = OID(1, 2, 840, 113549, 1, 7, 2)
    static let contentType = OID(1, 2, 840, 113549, 1, 9, 3)
    static let messageDigest = OID(1, 2, 840, 113549, 1, 9, 4)
    static let signingTime = OID(1, 2, 840, 113549, 1, 9, 5)
    static let timestampInfo = OID(1, 2, 840, 113549, 1, 9, 16, 1, 4)
    static let signatureTimestamp = OID(1, 2, 840, 113549, 1, 9, 16, 2, 14)
    static let signingCertificateV2 = OID(1, 2, 840, 113549, 1, 9, 16, 2, 47)
    // Algorithms
    static let sha256 = OID(2, 16, 840, 1, 101, 3, 4, 2, 1)
    static let sha384 = OID(2, 16, 840, 1, 101, 3, 4, 2, 2)
    static let sha512 = OID(2, 16, 840, 1, 101, 3, 4, 2, 3)
    static let rsaEncryption = OID(1, 2, 840, 113549, 1, 1, 1)
    static let sha256WithRSA = OID(1, 2, 840, 113549, 1, 1, 11)
    static let sha384WithRSA = OID(1, 2, 840, 113549, 1, 1, 12)
    static let sha512WithRSA = OID(1, 2, 840, 113549, 1, 1, 13)
    static let ecdsaWithSHA256 = OID(1, 2, 840, 10045, 4, 3, 2)
    static let ecdsaWithSHA384 = OID(1, 2, 840, 10045, 4, 3, 3)
    static let ecdsaWithSHA512 = OID(1, 2, 840, 10045, 4, 3, 4)
    static let ed25519 = OID(1, 3, 101, 112)
    static let ellipticCurveKey = OID(1, 2, 840, 10045, 2, 1)
    static let curveP256 = OID(1, 2, 840, 10045, 3, 1, 7)
    // Names
    static let commonName = OID(2, 5, 4, 3)
    static let country = OID(2, 5, 4, 6)
    static let organisation = OID(2, 5, 4, 10)
    static let organisationIdentifier = OID(2, 5, 4, 97)
    // Certificate extensions, RFC 5280
    static let subjectKeyIdentifier = OID(2, 5, 29, 14)
    static let keyUsage = OID(2, 5, 29, 15)
    static let basicConstraints = OID(2, 5, 29, 19)
    static let authorityKeyIdentifier = OID(2, 5, 29, 35)
    static let extendedKeyUsage = OID(2, 5, 29, 37)
    static let timeStamping = OID(1, 3, 6, 1, 5, 5, 7, 3, 8)
}
