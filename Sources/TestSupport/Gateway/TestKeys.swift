import Evidence
import Notices

/// The keys of a gateway under test, made once and kept over its restarts.
public final class TestKeys: SealKeys {
    /// Our own root; everything below is issued by it.
    public let issuer: CertificateIssuer
    /// Signs entries.
    public let entries: SigningKey
    /// Certifies ``entries``.
    public let entryCertificate: Certificate
    /// Signs checkpoints.
    public let log: NoteSigner
    /// Seals in the name of every issuing entity.
    public let seal: SigningIdentity
    /// Signs timestamps.
    public let timestamp: SigningKey
    /// Certifies ``timestamp``.
    public let timestampCertificate: Certificate
    /// Wraps the keys of people.
    public let vault: Vault
    /// Makes links, tickets and one-time codes.
    public let link: [UInt8]

    /// Makes keys whose certificates are valid from a day before this instant.
    public init(at now: Timestamp) throws {
        let start = now.adding(.seconds(-86_400))
        issuer = try CertificateIssuer.root(named: "Test Root", key: .generateP256(), from: start)
        entries = try SigningKey.generateP256()
        entryCertificate = try issuer.entryCertificate(named: "Test Entries", key: entries.publicKey, from: start)
        log = try NoteSigner(name: "log.example/test", key: SigningKey.generateEd25519())
        let sealKey = try SigningKey.generateP256()
        seal = try SigningIdentity(
            signer: sealKey,
            certificate: issuer.sealCertificate(
                organisation: TestGateway.issuerName, creditCode: TestGateway.creditCode, key: sealKey.publicKey,
                from: start))
        timestamp = try SigningKey.generateP256()
        timestampCertificate = try issuer.timestampCertificate(
            named: "Test TSA", key: timestamp.publicKey, from: start)
        vault = Vault(try MasterKey.generate())
        link = SecureRandom.bytes(32)
    }

    /// One seal serves every entity under test.
    public func identity(for issuer: IssuerID) throws -> SigningIdentity { seal }
}
