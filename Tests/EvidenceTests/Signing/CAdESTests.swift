import Evidence
import TestSupport
import Testing

@Suite struct CAdESTests {
    let content = Array("解除劳动合同通知书\nline two\n".utf8)

    private static func keys() throws -> [SigningKey] { [try .generateP256(), try .generateRSA(bits: 2048)] }

    @Test func `openssl accepts our signature and refuses it after a flipped byte`() throws {
        for key in try Self.keys() {
            let authority = try TestAuthority(sealKey: key)
            let openssl = try OpenSSLCommand()
            let cms = try CAdES.sign(detached: content, with: authority.identity(), at: authority.clock.now)
            try openssl.write(cms, "notice.p7s")
            try openssl.write(content, "notice.pdf")
            try openssl.write(content.dropLast() + [0x0B], "altered.pdf")
            try openssl.write(authority.root.certificate.pem, "root.pem")
            let time = String(authority.clock.now.microseconds / 1_000_000)
            func verify(_ file: String) throws -> (code: Int32, output: String) {
                try openssl.run(
                    "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "notice.p7s", "-content", file,
                    "-CAfile", "root.pem", "-purpose", "any", "-attime", time, "-out", "out")
            }
            let accepted = try verify("notice.pdf")
            #expect(accepted.code == 0, "\(accepted.output)")
            #expect(accepted.output.contains("CAdES Verification successful"))
            #expect(try verify("altered.pdf").code != 0)
        }
    }

    @Test func `a signature made by openssl is accepted by us`() throws {
        let authority = try TestAuthority()
        let openssl = try OpenSSLCommand()
        try openssl.write(authority.seal.pem, "seal.pem")
        try openssl.write(authority.sealKey.pem, "seal.key")
        try openssl.write(content, "notice.pdf")
        let signing = try openssl.run(
            "cms", "-sign", "-binary", "-cades", "-nosmimecap", "-md", "sha256", "-signer", "seal.pem", "-inkey",
            "seal.key", "-outform", "DER", "-in", "notice.pdf", "-out", "notice.p7s")
        #expect(signing.code == 0, "\(signing.output)")
        let verdict = CAdES.verify(
            cms: try openssl.read("notice.p7s"), over: content, roots: authority.roots, asOf: authority.clock.now)
        #expect(verdict.faults == [])
        #expect(verdict.signer == authority.seal)
    }

    @Test func `a sound signature gives the signer and the claimed time`() throws {
        let authority = try TestAuthority()
        let now = authority.clock.now
        let cms = try CAdES.sign(detached: content, with: authority.identity(), at: now)
        let verdict = CAdES.verify(cms: cms, over: content, roots: authority.roots, asOf: now)
        #expect(verdict.isValid)
        #expect(verdict.signer == authority.seal)
        #expect(verdict.claimedSigningTime == now)
        #expect(verdict.timestamp == nil)
        #expect(cms.count < 1_500)
    }

    @Test func `each fault is named`() throws {
        let authority = try TestAuthority()
        let now = authority.clock.now
        let cms = try CAdES.sign(detached: content, with: authority.identity(), at: now)
        func faults(
            _ cms: [UInt8], _ content: [UInt8], _ roots: [Certificate], _ time: Timestamp
        ) -> [SignatureFault] {
            CAdES.verify(cms: cms, over: content, roots: roots, asOf: time).faults
        }
        #expect(faults(cms, content + [0], authority.roots, now) == [.contentDiffers])
        let stranger = try TestAuthority()
        if case .untrusted = faults(cms, content, stranger.roots, now).first {} else { Issue.record("not untrusted") }
        if case .untrusted = faults(cms, content, [], now).first {} else { Issue.record("trusted without roots") }
        let late = authority.seal.notAfter.adding(.seconds(2))
        #expect(faults(cms, content, authority.roots, late) == [.outsideValidity(late)])
        #expect(throws: EvidenceError(.badCertificate, "")) {
            try CAdES.sign(detached: content, with: authority.identity(), at: late)
        }
    }

    @Test func `a flipped bit in any position of a timestamped signature is refused`() async throws {
        let authority = try TestAuthority()
        let cms = try await authority.stamped(content)
        func isAccepted(_ cms: [UInt8]) -> Bool {
            CAdES.verify(cms: cms, over: content, roots: authority.roots, asOf: authority.clock.now).isValid
        }
        #expect(isAccepted(cms))
        let accepted = cms.indices.filter { index in
            var altered = cms
            altered[index] ^= UInt8(1 << (index % 8))
            return isAccepted(altered)
        }
        #expect(accepted == [])
    }

    @Test func `garbage and cut signatures get a verdict, never a crash`() throws {
        let authority = try TestAuthority()
        let cms = try CAdES.sign(detached: content, with: authority.identity(), at: authority.clock.now)
        for count in 0..<cms.count {
            let verdict = CAdES.verify(
                cms: Array(cms[..<count]), over: content, roots: authority.roots, asOf: authority.clock.now)
            #expect(verdict.isMalformed, "accepted \(count) bytes")
        }
        for bytes in [cms + [0], [UInt8](repeating: 0x30, count: 4_000), [UInt8](repeating: 0, count: 2 << 20)] {
            let verdict = CAdES.verify(cms: bytes, over: content, roots: authority.roots, asOf: authority.clock.now)
            #expect(verdict.isMalformed)
        }
    }

    @Test func `a key is paired with its own certificate only, and Ed25519 cannot seal`() throws {
        let authority = try TestAuthority()
        #expect(throws: EvidenceError(.badKey, "")) {
            try SigningIdentity(signer: authority.stampKey, certificate: authority.seal)
        }
        let ed25519 = try SigningKey.generateEd25519()
        let certificate = try authority.root.entryCertificate(
            named: "x", key: ed25519.publicKey, from: authority.clock.now)
        #expect(throws: EvidenceError(.badKey, "")) { try SigningIdentity(signer: ed25519, certificate: certificate) }
    }

    @Test func `another certificate of the same key cannot be put in the place of the signer's`() throws {
        let authority = try TestAuthority()
        let cms = try CAdES.sign(detached: content, with: authority.identity(), at: authority.clock.now)
        // ECDSA signatures vary in length; one of the same length can take the other's bytes without re-encoding.
        var other = authority.seal
        while other == authority.seal || other.der.count != authority.seal.der.count {
            other = try authority.root.sealCertificate(
                organisation: "上海示例科技有限公司", creditCode: "91310000MA1FL0LQ5X", key: authority.sealKey.publicKey,
                from: authority.clock.now.adding(.seconds(-86_400)), lasting: .seconds(365 * 86_400))
        }
        let serials = try [authority.seal, other].map { try #require(Hex.decode($0.serialHex)) }
        let swapped = cms.replacing(authority.seal.der, with: other.der).replacing(serials[0], with: serials[1])
        #expect(swapped.count == cms.count)
        let verdict = CAdES.verify(cms: swapped, over: content, roots: authority.roots, asOf: authority.clock.now)
        #expect(verdict.signer == other)
        #expect(verdict.faults == [.attributeWrong("signing-certificate-v2")])
    }
}

extension CAdESVerdict {
    fileprivate var isMalformed: Bool { if case .malformed = faults.first { true } else { false } }
}

@Suite struct CAdESTimestampTests {
    let content = Array("notice".utf8)

    @Test func `with a timestamp the signature outlives its certificate`() async throws {
        let authority = try TestAuthority()
        let signedAt = authority.clock.now
        let cms = try await authority.stamped(content)
        let late = authority.seal.notAfter.adding(.seconds(86_400))
        let verdict = CAdES.verify(cms: cms, over: content, roots: authority.roots, asOf: late)
        #expect(verdict.faults == [])
        #expect(verdict.judgedAt == signedAt.adding(.seconds(60)))
        #expect(verdict.timestamp?.token?.isFromEmbeddedAuthority == true)
    }

    @Test func `openssl still accepts the signature with its timestamp`() async throws {
        let authority = try TestAuthority()
        let openssl = try OpenSSLCommand()
        try openssl.write(try await authority.stamped(content), "notice.p7s")
        try openssl.write(content, "notice.pdf")
        try openssl.write(authority.root.certificate.pem, "root.pem")
        let result = try openssl.run(
            "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "notice.p7s", "-content", "notice.pdf",
            "-CAfile", "root.pem", "-purpose", "any", "-attime",
            String(authority.clock.now.microseconds / 1_000_000), "-out", "out")
        #expect(result.code == 0, "\(result.output)")
    }

    @Test func `a token over another signature is refused when embedding and when judging`() async throws {
        let authority = try TestAuthority()
        let first = try CAdES.sign(detached: content, with: authority.identity(), at: authority.clock.now)
        let second = try CAdES.sign(detached: [1], with: authority.identity(), at: authority.clock.now)
        let token = try await authority.authority().token(for: CAdES.timestampImprint(of: second))
        #expect(throws: EvidenceError(.timestampImprint, "")) { try CAdES.addingTimestamp(token, to: first) }
        let stamped = try CAdES.addingTimestamp(token, to: second)
        #expect(throws: EvidenceError(.malformed, "")) { try CAdES.addingTimestamp(token, to: stamped) }
    }

    @Test func `a timestamp under an untrusted root is a fault`() async throws {
        let authority = try TestAuthority()
        let cms = try await authority.stamped(content)
        let verdict = CAdES.verify(
            cms: cms, over: content, roots: authority.roots, timestampRoots: try TestAuthority().roots,
            asOf: authority.clock.now)
        #expect(verdict.faults.count == 1)
        if case .timestamp(.untrusted) = verdict.faults.first {} else { Issue.record("faults: \(verdict.faults)") }
        #expect(verdict.judgedAt == authority.clock.now)
    }
}
