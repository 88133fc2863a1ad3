import Evidence

/// The keys with which issuing entities seal; held by whoever starts the program, never by the stores.
public protocol SealKeys: Sendable {
    /// The key and certificate of an entity; the error says where to put them.
    func identity(for issuer: IssuerID) throws -> SigningIdentity
}

extension SealKeys {
    /// The identity of an entity as a notice names it; a seal of another entity is refused.
    ///
    /// A stranger holds the seal to the entity that the notice names, so a document under another one would prove nothing. The
    /// entity is its credit code: that stays when it changes its name, and what was served under the old one can still be
    /// proved.
    func identity(of issuer: IssuerSnapshot) throws -> SigningIdentity {
        let identity = try identity(for: issuer.id)
        if let fault = identity.certificate.fault(asSealOf: issuer.creditCode) {
            throw EvidenceError(.badCertificate, "the seal of \(issuer.id) cannot seal in its name: \(fault)")
        }
        return identity
    }
}

extension Certificate {
    /// What keeps it from being the seal of the entity with this credit code; nil when nothing does.
    func fault(asSealOf code: String) -> String? {
        guard creditCode != code else { return nil }
        let named = creditCode.map { "names the entity \($0)" } ?? "names no entity (organizationIdentifier NTRCN-…)"
        return "the certificate \(self) \(named), not \(code); "
            + "correct the code, or put the entity's own seal in its place"
    }

    /// What keeps it from being the seal of an entity that is registered now under this code and name; nil when nothing does.
    ///
    /// The name counts as well as the code: it is what people read.
    func fault(asSealOf code: String, named name: String) -> String? {
        if let fault = fault(asSealOf: code) { return fault }
        guard let organisation, Self.folded(organisation) != Self.folded(name) else { return nil }
        return "the certificate \(self) names the entity \"\(organisation)\", not \"\(name)\"; "
            + "give the registered name, or after a change of name put a seal in the new name in its place"
    }

    /// Without what differs between two ways of writing one name: wide and narrow forms, spaces, case.
    private static func folded(_ name: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in name.unicodeScalars where !scalar.properties.isWhitespace {
            let isWide = (0xFF01...0xFF5E).contains(scalar.value)
            folded.append(isWide ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar)
        }
        return String(folded).lowercased()
    }
}
