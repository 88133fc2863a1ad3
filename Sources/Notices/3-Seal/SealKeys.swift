import Evidence

/// The keys with which issuing entities seal; held by whoever starts the program, never by the stores.
public protocol SealKeys: Sendable {
    /// The key and certificate of an entity; the error says where to put them.
    func identity(for issuer: IssuerID) throws -> SigningIdentity
}
