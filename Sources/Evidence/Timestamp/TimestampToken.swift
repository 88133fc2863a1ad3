/// A timestamp token: an authority's signed statement that a digest existed at an instant (RFC 3161, 2.4.2).
///
/// Reading one checks its form only; whether it is to be believed is the business of `verify`.
public struct TimestampToken: Sendable {
    /// The token as DER, a CMS message of its own.
    public let der: [UInt8]
    /// When the authority says the digest existed.
    public let genTime: Timestamp
    /// The SHA-256 digest that was stamped.
    public let imprint: Digest
    /// The authority's policy as a dotted object identifier.
    public let policy: String
    /// The token's serial number in lower-case hexadecimal.
    public let serialHex: String
    /// How far `genTime` may be off by the authority's own words; nil if it does not say.
    public let accuracy: Duration?
    /// Whether the authority promises that all its tokens can be ordered by time.
    public let isOrdered: Bool
    /// The authority by the subject of its certificate, or `unknown` if that does not travel along.
    public let authority: String
    /// The authority's certificate, if it travels along.
    public let certificate: Certificate?

    let nonce: [UInt8]?
    let message: SignedData

    /// Reads a DER token of at most 256 KiB with a SHA-256 imprint.
    public init(der: [UInt8]) throws(EvidenceError) {
        self.der = der
        guard der.count <= TimestampReply.limit else {
            throw EvidenceError(
                .tooLarge, "the timestamp token has \(der.count) bytes; at most 262144 are accepted",
                chinese: "时间戳令牌有 \(der.count) 字节；最多接受 262144 字节")
        }
        message = try SignedData(der, name: "the timestamp token")
        guard message.contentType == .timestampInfo, let content = message.content else {
            throw EvidenceError(
                .malformed, "the timestamp token is signed data of another kind", chinese: "时间戳令牌是另一种签名数据")
        }
        let info = try TimestampInfo(content)
        genTime = info.genTime
        imprint = info.imprint
        policy = info.policy
        serialHex = info.serialHex
        accuracy = info.accuracy
        isOrdered = info.isOrdered
        nonce = info.nonce
        certificate = message.signerCertificate
        authority = certificate?.subjectName ?? "unknown"
    }

    /// Tells whether the token says it is from the authority built into this program, which is never independent.
    public var isFromEmbeddedAuthority: Bool { policy == EmbeddedAuthority.policy }
}

extension TimestampToken: Hashable {
    /// Compares the encoded tokens.
    public static func == (a: TimestampToken, b: TimestampToken) -> Bool { a.der == b.der }
    /// Hashes the encoded token.
    public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

/// The signed statement inside a token (TSTInfo).
struct TimestampInfo {
    let policy: String
    let imprint: Digest
    let serialHex: String
    let genTime: Timestamp
    let accuracy: Duration?
    let isOrdered: Bool
    let nonce: [UInt8]?

    init(_ der: [UInt8]) throws(EvidenceError) {
        var outer = try DERReader(der, name: "the timestamp token's statement")
        var info = try outer.next(0x30).reader()
        try outer.finish()
        guard try info.next(0x02).smallNatural() == 1 else { throw info.fault("has an unknown version", "的版本号无法识别") }
        policy = try info.next(0x06).oid().dotted
        var stamped = try info.next(0x30).reader()
        var algorithm = try stamped.next(0x30).reader()
        guard try algorithm.next(0x06).oid() == .sha256, let digest = Digest(bytes: try stamped.next(0x04).content)
        else { throw info.fault("is not over a SHA-256 digest", "所证明的不是 SHA-256 摘要") }
        try stamped.finish()
        imprint = digest
        let serial = try info.next(0x02).natural()
        guard serial.count <= 20 else { throw info.fault("has a serial number of more than 160 bits", "的序列号超过 160 位") }
        serialHex = Hex.encode(serial)
        genTime = try info.next(0x18).time()
        if let value = try info.optional(0x30) {
            accuracy = try TimestampInfo.span(value)
        } else {
            accuracy = nil
        }
        isOrdered = try info.optional(0x01)?.boolean() ?? false
        nonce = try info.optional(0x02)?.natural()
        _ = try info.optional(0xA0)
        // An extension could change the meaning of what we read; none is in use.
        guard try info.optional(0xA1) == nil else {
            throw info.fault("has extensions, which are not understood", "带有无法识别的扩展项")
        }
        try info.finish()
    }

    private static func span(_ value: DERValue) throws(EvidenceError) -> Duration {
        var parts = try value.reader()
        let seconds = try parts.optional(0x02)?.smallNatural() ?? 0
        let millis = try parts.optional(0x80)?.smallNatural() ?? 0
        let micros = try parts.optional(0x81)?.smallNatural() ?? 0
        try parts.finish()
        guard millis <= 999, micros <= 999 else { throw value.fault("has a broken accuracy", "的精度值有误") }
        return .seconds(seconds) + .milliseconds(millis) + .microseconds(micros)
    }
}
