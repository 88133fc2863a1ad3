import Evidence

/// The keys with which issuing entities seal; held by whoever starts the program, never by the stores.
public protocol SealKeys: Sendable {
    /// The key and certificate of an entity; the error says where to put them.
    func identity(for issuer: IssuerID) throws -> SigningIdentity
}

extension SealKeys {
    /// The identity of an entity as a notice names it; a seal of another entity is refused.
    ///
    /// A stranger holds the seal to the credit code in the notice's entries, so a document under another one would prove
    /// nothing.
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
}
