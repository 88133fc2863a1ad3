import Evidence
import TestSupport

/// A root with a sealing and a timestamping certificate under it, on a clock that stands still.
struct TestAuthority {
    let clock = ManualClock()
    let root: CertificateIssuer
    let sealKey: SigningKey
    let seal: Certificate
    let stampKey: SigningKey
    let stamp: Certificate

    init(sealKey: SigningKey? = nil, stampKey: SigningKey? = nil) throws {
        let start = clock.now.adding(.seconds(-86_400))
        root = try .root(named: "Test Root", key: .generateP256(), from: start)
        self.sealKey = try sealKey ?? .generateP256()
        self.stampKey = try stampKey ?? .generateP256()
        seal = try root.sealCertificate(
            organisation: "上海示例科技有限公司", creditCode: "91310000MA1FL0LQ5X", key: self.sealKey.publicKey, from: start,
            lasting: .seconds(365 * 86_400))
        stamp = try root.timestampCertificate(
            named: "Test TSA (not independent)", key: self.stampKey.publicKey, from: start)
    }

    var roots: [Certificate] { [root.certificate] }

    func identity() throws -> SigningIdentity { try SigningIdentity(signer: sealKey, certificate: seal) }

    func authority() throws -> EmbeddedAuthority {
        try EmbeddedAuthority(key: stampKey, certificate: stamp, clock: clock)
    }

    /// A signature over the content with a timestamp made a minute later.
    func stamped(_ content: [UInt8]) async throws -> [UInt8] {
        let plain = try CAdES.sign(detached: content, with: identity(), at: clock.now)
        clock.advance(by: .seconds(60))
        let token = try await authority().token(for: CAdES.timestampImprint(of: plain))
        return try CAdES.addingTimestamp(token, to: plain)
    }
}
