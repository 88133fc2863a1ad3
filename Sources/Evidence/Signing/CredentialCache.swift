import Synchronization

/// Certificates and keys read before, and chains found to hold: what the bundles of one sender share.
///
/// To read a certificate costs OpenSSL more than to check a signature. Kept is only what follows from the bytes alone, and
/// nothing that was refused: a verdict is the same with it and without.
final class CredentialCache: Sendable {
    /// Beyond so many of a kind all are dropped, so that a stranger's bundles cannot fill the memory.
    private static let most = 128
    /// A longer text is read each time, for the same reason.
    private static let longestText = 1 << 14

    /// What a chain was asked for, apart from the instant.
    private struct Chain: Hashable {
        let leaf: Digest
        let others: [Digest]
        let roots: [Digest]
        let purpose: TrustStore.Purpose
    }

    private struct Contents {
        var certificates: [[UInt8]: Certificate] = [:]
        var keys: [String: VerificationKey] = [:]
        var noteKeys: [String: NoteKey] = [:]
        var chains: [Chain: Range<Int>] = [:]
    }

    private let contents = Mutex(Contents())

    // MARK: Reading

    /// The certificate in these bytes; `origin` names it in error messages.
    func certificate(der: [UInt8], origin: String = "the certificate") throws(EvidenceError) -> Certificate {
        if let known = contents.withLock({ $0.certificates[der] }) { return known }
        let certificate = try Certificate(der: der, origin: origin)
        contents.withLock { Self.keep(certificate, for: der, in: &$0.certificates) }
        return certificate
    }

    /// The first certificate of a PEM text.
    func certificate(pem: String, origin: String) throws(EvidenceError) -> Certificate {
        try certificate(der: try Certificate.blocks(pem: pem, origin: origin)[0], origin: origin)
    }

    /// Every certificate of a PEM text, in order; none at all is an error.
    func certificates(pem: String, origin: String) throws(EvidenceError) -> [Certificate] {
        var certificates: [Certificate] = []
        for block in try Certificate.blocks(pem: pem, origin: origin) {
            certificates.append(try certificate(der: block, origin: origin))
        }
        return certificates
    }

    /// The public key in a PEM text.
    func key(pem: String, origin: String) throws(EvidenceError) -> VerificationKey {
        if let known = contents.withLock({ $0.keys[pem] }) { return known }
        let key = try VerificationKey(pem: pem, origin: origin)
        if pem.utf8.count <= Self.longestText { contents.withLock { Self.keep(key, for: pem, in: &$0.keys) } }
        return key
    }

    /// The key of a log in a line `name+hash+key`.
    func noteKey(_ line: String) throws(EvidenceError) -> NoteKey {
        if let known = contents.withLock({ $0.noteKeys[line] }) { return known }
        let key = try NoteKey(parsing: line)
        if line.utf8.count <= Self.longestText { contents.withLock { Self.keep(key, for: line, in: &$0.noteKeys) } }
        return key
    }

    private static func keep<Key: Hashable, Value>(_ value: Value, for key: Key, in kept: inout [Key: Value]) {
        if kept.count >= most { kept.removeAll(keepingCapacity: true) }
        kept[key] = value
    }

    // MARK: Chains

    /// Why a certificate does not lead to one of the roots at the instant, or nil if it does.
    ///
    /// A chain that held at one instant holds at every other at which all its certificates are valid: nothing else in it
    /// depends on time, since revocation is not asked after.
    func fault(
        of leaf: Certificate, through others: [[UInt8]], to roots: [Certificate], at instant: Timestamp,
        for purpose: TrustStore.Purpose = .any
    ) -> String? {
        let chain = Chain(
            leaf: leaf.fingerprint, others: others.map { SHA256.hash($0) }, roots: roots.map(\.fingerprint),
            purpose: purpose)
        let second = TrustStore.second(of: instant)
        if contents.withLock({ $0.chains[chain]?.contains(second) }) == true { return nil }
        let verdict = TrustStore(roots.map(\.handle), at: instant)
            .verdict(on: leaf.handle, through: others.compactMap(handle), for: purpose)
        switch verdict {
        case .broken(let reason): return reason
        case .holds(let seconds):
            contents.withLock { Self.keep(seconds, for: chain, in: &$0.chains) }
            return nil
        }
    }

    /// A certificate on the way to a root; one that cannot be read cannot help to build a chain.
    private func handle(_ der: [UInt8]) -> CertificateHandle? {
        // OpenSSL may go by one that is none to us, as with a kind of key we do not use.
        (try? certificate(der: der))?.handle ?? (try? CertificateHandle(der: der, origin: "a certificate"))
    }
}
