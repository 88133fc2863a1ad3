/// The one shape of CMS SignedData we accept (RFC 5652, section 5): exactly one signer, with signed attributes.
///
/// Both detached signatures and timestamp tokens have it. Reading checks form only, no signature.
struct SignedData {
    let contentType: OID
    /// The content that travels inside; nil when detached.
    let content: [UInt8]?
    let certificates: [[UInt8]]
    let digestAlgorithm: OID
    /// The signed attributes as the SET that was signed.
    let signedAttributesDER: [UInt8]
    let signedAttributes: [OID: DERValue]
    let signatureAlgorithm: OID
    let signature: [UInt8]
    let unsignedAttributes: [OID: DERValue]
    let signerReference: SignerReference

    /// The elements before the signer, and those of the signer but for the unsigned attributes, for re-encoding.
    private let head: [[UInt8]]
    private let signerParts: [[UInt8]]

    enum SignerReference {
        case issuerAndSerial(issuer: [UInt8], serial: [UInt8])
        case keyIdentifier([UInt8])
    }

    init(_ der: [UInt8], name: String) throws(EvidenceError) {
        var outer = try DERReader(der, name: name)
        var info = try outer.next(0x30).reader()
        try outer.finish()
        guard try info.next(0x06).oid() == .signedData else {
            throw info.fault("is not CMS signed data", "不是 CMS 签名数据")
        }
        var wrapper = try info.next(0xA0).reader()
        try info.finish()
        var body = try wrapper.next(0x30).reader()
        try wrapper.finish()

        let version = try body.next(0x02)
        let digests = try body.next(0x31)
        var algorithms = try digests.reader()
        let encapsulated = try body.next(0x30)
        var inner = try encapsulated.reader()
        contentType = try inner.next(0x06).oid()
        if let wrapped = try inner.optional(0xA0) {
            var holder = try wrapped.reader()
            content = try holder.next(0x04).content
            try holder.finish()
        } else {
            content = nil
        }
        try inner.finish()
        let bag = try body.optional(0xA0)
        let revocations = try body.optional(0xA1)
        var list: [[UInt8]] = []
        if let bag {
            var members = try bag.reader()
            list = try members.rest(atMost: 32).filter { $0.tag == 0x30 }.map(\.encoded)
        }
        certificates = list
        head = [version, digests, encapsulated, bag, revocations].compactMap { $0?.encoded }

        var signers = try body.next(0x31).reader()
        try body.finish()
        var signer = try signers.next(0x30).reader()
        guard signers.isAtEnd else { throw signers.fault("has more than one signer", "有不止一个签名人") }
        var parts: [DERValue] = [try signer.next(0x02)]
        let reference = try signer.next()
        parts.append(reference)
        signerReference = try SignedData.reference(reference)
        let digest = try signer.next(0x30)
        digestAlgorithm = try SignedData.algorithm(digest)
        // Not signed, so checked against what is: nothing in the message may be changed and pass.
        var isListed = false
        for value in try algorithms.rest() where try SignedData.algorithm(value) == digestAlgorithm { isListed = true }
        guard isListed else { throw digests.fault("does not list its own digest algorithm", "未列明其自身的摘要算法") }
        let attributes = try signer.next(0xA0)
        let algorithm = try signer.next(0x30)
        let value = try signer.next(0x04)
        parts += [digest, attributes, algorithm, value]
        signerParts = parts.map(\.encoded)
        // Signed as a SET though it travels as [0]: RFC 5652, section 5.4.
        signedAttributesDER = DER.element(0x31, attributes.content)
        signedAttributes = try SignedData.attributes(attributes, mustBeSorted: true)
        signatureAlgorithm = try SignedData.algorithm(algorithm)
        signature = value.content
        if let unsigned = try signer.optional(0xA1) {
            unsignedAttributes = try SignedData.attributes(unsigned, mustBeSorted: false)
        } else {
            unsignedAttributes = [:]
        }
        try signer.finish()
        try SignedData.checkVersions(version, parts[0], contentType, signerReference)
    }

    /// Tells whether the signature algorithm goes with the digest and with a key.
    ///
    /// It is not signed, and OpenSSL does not look at it in tokens; without this it could be altered unnoticed.
    func algorithmFits(_ key: VerificationKey) -> Bool {
        let digests: [OID] = [.sha256, .sha384, .sha512]
        guard let index = digests.firstIndex(of: digestAlgorithm) else { return false }
        let named: [OID] =
            switch key.algorithm {
            case .rsaSHA256: [.sha256WithRSA, .sha384WithRSA, .sha512WithRSA]
            case .ed25519: []
            default: [.ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512]
            }
        if key.algorithm == .rsaSHA256, signatureAlgorithm == .rsaEncryption { return true }
        return named.indices.contains(index) && named[index] == signatureAlgorithm
    }

    /// The message with one unsigned attribute added; those already there are not kept.
    func encoded(withUnsigned attribute: [UInt8]) -> [UInt8] {
        let signer = DER.sequence(of: signerParts + [DER.context(1, attribute)])
        return SignedData.wrap(DER.sequence(of: head + [DER.set(of: [signer])]))
    }

    static func wrap(_ body: [UInt8]) -> [UInt8] { DER.sequence(DER.oid(.signedData), DER.context(0, body)) }

    /// Tells whether the signer names this certificate.
    func refers(to certificate: Certificate) -> Bool {
        switch signerReference {
        case .issuerAndSerial(let issuer, let serial):
            certificate.issuerDER == issuer && certificate.serialDER == serial
        case .keyIdentifier(let identifier):
            certificate.keyIdentifier == identifier
        }
    }

    /// The certificate the signer names, if it travels along and can be read.
    var signerCertificate: Certificate? {
        for der in certificates {
            // A certificate that cannot be read cannot be the signer's: the search goes on.
            if let certificate = try? Certificate(der: der), refers(to: certificate) { return certificate }
        }
        return nil
    }

    /// The algorithm's identifier; RSA-PSS has parameters, the others NULL or nothing.
    private static func algorithm(_ value: DERValue) throws(EvidenceError) -> OID {
        guard value.tag == 0x30 else { throw value.fault("has a broken algorithm", "的算法标识有误") }
        var parts = try value.reader()
        let identifier = try parts.next(0x06).oid()
        if let parameters = try parts.optional(0x05) {
            guard parameters.content.isEmpty else { throw parameters.fault("has a broken NULL", "的 NULL 值有误") }
        } else {
            _ = try parts.optional(0x30)
        }
        try parts.finish()
        return identifier
    }

    /// The versions follow from the contents (RFC 5652, 5.1 and 5.3).
    private static func checkVersions(
        _ message: DERValue, _ signer: DERValue, _ type: OID, _ reference: SignerReference
    ) throws(EvidenceError) {
        var expected = (message: type == .data ? 1 : 3, signer: 1)
        if case .keyIdentifier = reference { expected = (3, 3) }
        guard try message.smallNatural() == expected.message else {
            throw message.fault("has a version that does not go with its contents", "的版本号与内容不符")
        }
        guard try signer.smallNatural() == expected.signer else {
            throw signer.fault("has a signer version that does not go with its contents", "的签名人版本号与内容不符")
        }
    }

    private static func reference(_ value: DERValue) throws(EvidenceError) -> SignerReference {
        if value.tag == 0x80 { return .keyIdentifier(value.content) }
        guard value.tag == 0x30 else { throw value.fault("names its signer in an unknown way", "以无法识别的方式指明签名人") }
        var parts = try value.reader()
        return .issuerAndSerial(issuer: try parts.next(0x30).encoded, serial: try parts.next(0x02).encoded)
    }

    /// Each attribute's single value; an attribute that comes twice or has several values is refused.
    private static func attributes(
        _ value: DERValue, mustBeSorted: Bool
    ) throws(EvidenceError) -> [OID: DERValue] {
        var found: [OID: DERValue] = [:]
        var previous: [UInt8] = []
        var reader = try value.reader()
        for attribute in try reader.rest() {
            guard attribute.tag == 0x30 else { throw attribute.fault("has a broken attribute", "的一个属性有误") }
            let encoded = attribute.encoded
            guard !mustBeSorted || previous.lexicographicallyPrecedes(encoded) else {
                throw attribute.fault("has signed attributes out of their order", "的签名属性未按规定排序")
            }
            previous = encoded
            var parts = try attribute.reader()
            let type = try parts.next(0x06).oid()
            var values = try parts.next(0x31).reader()
            let single = try values.next()
            guard values.isAtEnd, parts.isAtEnd, found.updateValue(single, forKey: type) == nil else {
                throw attribute.fault("has an attribute more than once", "的一个属性出现不止一次")
            }
        }
        return found
    }
}
