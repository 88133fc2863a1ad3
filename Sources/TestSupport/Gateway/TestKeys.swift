import Evidence
import Notices
import Synchronization

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
    private let currentSeal: Mutex<SigningIdentity>
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
        currentSeal = Mutex(try Self.seal(of: issuer, named: TestGateway.issuerName, from: start))
        timestamp = try SigningKey.generateP256()
        timestampCertificate = try issuer.timestampCertificate(
            named: "Test TSA", key: timestamp.publicKey, from: start)
        vault = Vault(try MasterKey.generate())
        link = SecureRandom.bytes(32)
    }

    /// Seals in the name of every issuing entity.
    public var seal: SigningIdentity { currentSeal.withLock { $0 } }

    /// Puts another seal of the same entity in place, as after a change of its name.
    public func reseal(
        named organisation: String, creditCode: String = TestGateway.creditCode, at now: Timestamp
    ) throws {
        let seal = try Self.seal(of: issuer, named: organisation, creditCode: creditCode, from: now)
        currentSeal.withLock { $0 = seal }
    }

    private static func seal(
        of issuer: CertificateIssuer, named organisation: String, creditCode: String = TestGateway.creditCode,
        from start: Timestamp
    ) throws -> SigningIdentity {
        let key = try SigningKey.generateP256()
        return try SigningIdentity(
            signer: key,
            certificate: issuer.sealCertificate(
                organisation: organisation, creditCode: creditCode, key: key.publicKey, from: start))
    }

    /// One seal serves every entity under test.
    public func identity(for issuer: IssuerID) throws -> SigningIdentity { seal }
}
