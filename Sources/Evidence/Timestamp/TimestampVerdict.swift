/// What the examination of a timestamp token found.
public struct TimestampVerdict: Sendable, Hashable {
    /// The token, if it could be read.
    public var token: TimestampToken?
    /// Everything that is wrong; empty for a sound token.
    public var faults: [TimestampFault] = []

    /// Tells whether nothing is wrong.
    public var isValid: Bool { faults.isEmpty && token != nil }
}

/// One thing wrong with a timestamp token.
public enum TimestampFault: Sendable, Hashable {
    /// The bytes are not a token we accept.
    case malformed(String, chinese: String)
    /// The token is over another digest.
    case imprintDiffers
    /// The authority's certificate does not travel along.
    case certificateMissing
    /// `genTime` lies outside the validity of the authority's certificate.
    case outsideValidity(Timestamp)
    /// The signed attribute that binds the certificate is missing, wrong, or uses SHA-1.
    case certificateNotBound
    /// The algorithms are not ones we accept, or do not go together.
    case algorithmRefused
    /// The signature is wrong, or its certificate is not a trusted one for timestamping at that time.
    case untrusted(String)
}

extension TimestampFault: CustomStringConvertible {
    /// A sentence for a person.
    public var description: String {
        switch self {
        case .malformed(let reason, _): "the token cannot be read: \(reason)"
        case .imprintDiffers: "the token is over other bytes"
        case .certificateMissing: "the authority's certificate is not in the token"
        case .outsideValidity(let time): "the authority's certificate was not valid at the token's time \(time)"
        case .certificateNotBound:
            "the token does not name its certificate by SHA-256 or better (signing-certificate-v2, RFC 5816)"
        case .algorithmRefused: "the token uses algorithms that are not accepted; expected ECDSA or RSA with SHA-2"
        case .untrusted(let reason): "the token's signature or certificate is not trusted: \(reason)"
        }
    }

    /// The sentence in Chinese.
    public var chinese: String {
        switch self {
        case .malformed(_, let reason): "令牌无法读取：\(reason)"
        case .imprintDiffers: "令牌所证明的是其他内容"
        case .certificateMissing: "令牌中没有时间戳机构的证书"
        case .outsideValidity(let time): "时间戳机构的证书在令牌所载时间 \(time) 不在有效期内"
        case .certificateNotBound: "令牌未以 SHA-256 或更强的算法指明其证书（signing-certificate-v2，RFC 5816）"
        case .algorithmRefused: "令牌使用了不予接受的算法；应为配合 SHA-2 的 ECDSA 或者 RSA"
        case .untrusted(let reason): "令牌的签名或者证书不受信任\(ChineseWording.quoting(reason))"
        }
    }
}

extension TimestampToken {
    /// Examines an encoded token against the digest it should be over; returns every fault found, never throws.
    ///
    /// The chain is judged at `genTime`. Revocation is not asked after.
    public static func verify(_ der: [UInt8], over digest: Digest, roots: [Certificate]) -> TimestampVerdict {
        do {
            return try TimestampToken(der: der).verify(over: digest, roots: roots)
        } catch {
            return TimestampVerdict(token: nil, faults: [.malformed(error.reason, chinese: error.chinese)])
        }
    }

    /// Examines this token against the digest it should be over; returns every fault found.
    public func verify(over digest: Digest, roots: [Certificate]) -> TimestampVerdict {
        var verdict = TimestampVerdict(token: self)
        if imprint != digest { verdict.faults.append(.imprintDiffers) }
        guard let certificate else {
            verdict.faults.append(.certificateMissing)
            return verdict
        }
        // OpenSSL judges a chain at one instant but lets a genTime before notBefore pass when asked about now: our own
        // comparison does not depend on how it was asked.
        if !certificate.isValid(at: genTime) { verdict.faults.append(.outsideValidity(genTime)) }
        if !message.algorithmFits(certificate.publicKey) { verdict.faults.append(.algorithmRefused) }
        if !SigningCertificateAttribute.names(certificate, in: message.signedAttributes[.signingCertificateV2]) {
            verdict.faults.append(.certificateNotBound)
        }
        if let reason = TokenSignature.fault(in: der, roots: roots.map(\.handle), at: genTime) {
            verdict.faults.append(.untrusted(reason))
        }
        return verdict
    }
}
