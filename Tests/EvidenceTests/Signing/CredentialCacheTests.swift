import TestSupport
import Testing

@testable import Evidence

/// What was read before changes no verdict.
struct CredentialCacheTests {
    @Test func `a chain that held is judged anew outside its certificates' time and under other roots`() throws {
        let authority = try TestAuthority()
        let credentials = CredentialCache()
        let now = authority.clock.now
        func fault(_ certificate: Certificate, at instant: Timestamp, _ roots: [Certificate]? = nil) -> String? {
            credentials.fault(of: certificate, through: [], to: roots ?? authority.roots, at: instant)
        }
        let seal = authority.seal
        for _ in 0..<2 {
            #expect(fault(seal, at: now) == nil)
            #expect(fault(seal, at: seal.notAfter.adding(.seconds(-1))) == nil)
            #expect(fault(seal, at: seal.notAfter.adding(.seconds(1)))?.contains("expired") == true)
            #expect(fault(seal, at: seal.notBefore.adding(.seconds(-1)))?.contains("not yet valid") == true)
            #expect(fault(seal, at: now, []) != nil)
            #expect(fault(seal, at: now, try TestAuthority().roots) != nil)
            #expect(fault(authority.root.certificate, at: now) == nil)
        }
    }

    @Test func `a chain that held for one purpose is judged anew for another`() throws {
        let authority = try TestAuthority()
        let credentials = CredentialCache()
        func fault(_ certificate: Certificate, _ purpose: TrustStore.Purpose) -> String? {
            credentials.fault(
                of: certificate, through: [], to: authority.roots, at: authority.clock.now, for: purpose)
        }
        for _ in 0..<2 {
            #expect(fault(authority.seal, .any) == nil)
            #expect(fault(authority.seal, .timestamps)?.contains("purpose") == true)
            #expect(fault(authority.stamp, .timestamps) == nil)
        }
    }

    @Test func `what was read once is the same read again, and what was refused is refused again`() throws {
        let authority = try TestAuthority()
        let credentials = CredentialCache()
        let pem = authority.seal.pem
        for round in 0..<200 {
            let other = try SigningKey.generateP256().publicKey
            #expect(try credentials.key(pem: other.pem, origin: "a key") == other)
            #expect(try credentials.key(pem: other.pem, origin: "a key").keyID == other.keyID)
            #expect(try credentials.certificate(pem: pem, origin: "a file") == authority.seal)
            let error = #expect(throws: EvidenceError.self) {
                try credentials.certificate(pem: String(pem.dropLast(60 + round)), origin: "certs/\(round).pem")
            }
            #expect(error?.reason.contains("certs/\(round).pem") == true)
        }
        #expect(throws: EvidenceError(.badKey, "")) { try credentials.key(pem: pem, origin: "a file") }
        let line = try NoteSigner(name: "log.example/test", key: .generateEd25519()).key.description
        for _ in 0..<2 { #expect(try credentials.noteKey(line).description == line) }
        #expect(throws: EvidenceError(.badKey, "")) { try credentials.noteKey(line + "A") }
    }
}
