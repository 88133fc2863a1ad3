/// What the examination of a detached signature found.
public struct CAdESVerdict: Sendable, Hashable {
    /// The certificate the signature names, if it could be read.
    public var signer: Certificate?
    /// When the signer says it was made; a claim, not an observation.
    public var claimedSigningTime: Timestamp?
    /// What was found about the embedded timestamp; nil if there is none.
    public var timestamp: TimestampVerdict?
    /// The instant the certificates were judged at: the timestamp's if it is sound, else the one asked for.
    public var judgedAt: Timestamp
    /// Everything that is wrong, in the order found; empty for a sound signature.
    public var faults: [SignatureFault] = []

    /// Tells whether nothing is wrong.
    public var isValid: Bool { faults.isEmpty }
}

/// One thing wrong with a detached signature.
public enum SignatureFault: Sendable, Hashable {
    /// The bytes are not the signed CMS we accept.
    case malformed(String, chinese: String)
    /// The content is not what was signed.
    case contentDiffers
    /// The signature is not the signer's over its attributes.
    case signatureWrong
    /// An attribute is missing or wrong.
    case attributeWrong(String)
    /// There is an unsigned attribute of an unknown kind.
    case attributeUnknown
    /// The signer's certificate does not travel along or cannot be read.
    case signerMissing
    /// The algorithms are not ones we accept.
    case algorithmRefused
    /// The certificate was not valid at the instant it was judged at.
    case outsideValidity(Timestamp)
    /// The certificate does not lead to a trusted root.
    case untrusted(String)
    /// The certificate is not for signing documents.
    case unfitCertificate
    /// The embedded timestamp is unsound.
    case timestamp(TimestampFault)
}

extension SignatureFault: CustomStringConvertible {
    /// A sentence for a person.
    public var description: String {
        switch self {
        case .malformed(let reason, _): "the signature cannot be read: \(reason)"
        case .contentDiffers:
            "the signed bytes are not these: they were altered after signing, or belong to another signature"
        case .signatureWrong: "the signature does not fit its certificate's key"
        case .attributeWrong(let name): "the attribute \(name) is missing or wrong"
        case .attributeUnknown: "the signature carries an unsigned attribute of an unknown kind"
        case .signerMissing: "the signer's certificate is not in the signature"
        case .algorithmRefused: "the signature uses algorithms that are not accepted; expected ECDSA or RSA with SHA-2"
        case .outsideValidity(let instant): "the signer's certificate was not valid at \(instant)"
        case .untrusted(let reason): "the signer's certificate is not trusted: \(reason)"
        case .unfitCertificate: "the signer's certificate is not for signing documents"
        case .timestamp(let fault): "the timestamp in the signature: \(fault)"
        }
    }

    /// The sentence in Chinese.
    public var chinese: String {
        switch self {
        case .malformed(_, let reason): "签名无法读取：\(reason)"
        case .contentDiffers: "所签内容与此不符：签名后被改动，或者签名属于另一文件"
        case .signatureWrong: "签名与其证书的密钥不符"
        case .attributeWrong(let name): "签名属性 \(name) 缺失或有误"
        case .attributeUnknown: "签名带有种类不明的未签名属性"
        case .signerMissing: "签名中没有签章人的证书"
        case .algorithmRefused: "签名使用了不予接受的算法；应为配合 SHA-2 的 ECDSA 或者 RSA"
        case .outsideValidity(let instant): "签章人的证书在 \(instant) 不在有效期内"
        case .untrusted(let reason): "签章人的证书不受信任\(ChineseWording.quoting(reason))"
        case .unfitCertificate: "签章人的证书不能用于签署文件"
        case .timestamp(let fault): "签名中的时间戳：\(fault.chinese)"
        }
    }
}
