import Evidence
import Notices
import Synchronization

/// Fresh keys of the kinds a real installation has.
final class BenchKeys: SealKeys {
    let entries: SigningKey
    let log: NoteSigner
    let seal: SigningIdentity
    let vault: Vault
    let root: Certificate
    private let timestamp: SigningKey
    private let timestampCertificate: Certificate

    /// - Parameter kept: those of a store that another process has filled; the others are made anew, because what they
    ///   have signed carries its certificate.
    init(organisation: String, creditCode: String, clock: any WallClock, kept: LogKeys? = nil) throws {
        let start = clock.now.adding(.seconds(-86_400))
        let root = try CertificateIssuer.root(named: "Bench Root", key: .generateP256(), from: start)
        entries = try kept?.entries ?? SigningKey.generateP256()
        log = try kept?.log ?? NoteSigner(name: LogKeys.origin, key: SigningKey.generateEd25519())
        let sealKey = try SigningKey.generateP256()
        seal = try SigningIdentity(
            signer: sealKey,
            certificate: root.sealCertificate(
                organisation: organisation, creditCode: creditCode, key: sealKey.publicKey, from: start))
        timestamp = try SigningKey.generateP256()
        timestampCertificate = try root.timestampCertificate(named: "Bench TSA", key: timestamp.publicKey, from: start)
        self.root = root.certificate
        vault = try kept?.vault ?? Vault(MasterKey.generate())
    }

    func identity(for issuer: IssuerID) throws -> SigningIdentity { seal }

    func authority(clock: any WallClock) throws -> EmbeddedAuthority {
        try EmbeddedAuthority(key: timestamp, certificate: timestampCertificate, clock: clock)
    }
}

/// What an operator would have been told during a leg.
final class Faults: Sendable {
    private let sentences = Mutex<[String]>([])
    var first: String? { sentences.withLock { $0.first } }
    func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
}
