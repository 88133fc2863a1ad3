import Evidence
import TestSupport
import Testing

@Suite struct EmbeddedAuthorityTests {
    let content = Array("checkpoint".utf8)

    @Test func `a token says when, over what, under which policy, and that it is not independent`() async throws {
        let authority = try TestAuthority()
        authority.clock.advance(by: .microseconds(123_456))
        let embedded = try authority.authority()
        let token = try await embedded.token(for: SHA256.hash(content))
        #expect(token.genTime == authority.clock.now)
        #expect(token.imprint == SHA256.hash(content))
        #expect(token.policy == EmbeddedAuthority.policy)
        #expect(token.accuracy == .seconds(1))
        #expect(token.serialHex.utf8.count == 38)
        #expect(!token.isOrdered)
        #expect(token.certificate == authority.stamp)
        #expect(token.authority == authority.stamp.subjectName)
        #expect(token.isFromEmbeddedAuthority)
        #expect(!embedded.isIndependent)
        #expect(token.verify(over: SHA256.hash(content), roots: authority.roots).faults == [])
    }

    @Test func `openssl accepts our token by data and our reply by its query`() async throws {
        for key in [try SigningKey.generateP256(), try .generateRSA(bits: 2048)] {
            let authority = try TestAuthority(stampKey: key)
            let openssl = try OpenSSLCommand()
            try openssl.write(content, "data")
            try openssl.write(content + [0], "other")
            try openssl.write(authority.root.certificate.pem, "root.pem")
            try openssl.write(try await authority.authority().token(for: SHA256.hash(content)).der, "x.tst")
            let time = String(authority.clock.now.microseconds / 1_000_000)
            func verify(_ file: String) throws -> (code: Int32, output: String) {
                try openssl.run(
                    "ts", "-verify", "-data", file, "-in", "x.tst", "-token_in", "-CAfile", "root.pem", "-attime", time)
            }
            let accepted = try verify("data")
            #expect(accepted.code == 0, "\(accepted.output)")
            #expect(try verify("other").code != 0)

            try openssl.run("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "x.tsq")
            try openssl.run("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "y.tsq")
            try openssl.write(try authority.authority().reply(to: openssl.read("x.tsq")), "x.tsr")
            let reply = try openssl.run(
                "ts", "-verify", "-queryfile", "x.tsq", "-in", "x.tsr", "-CAfile", "root.pem", "-attime", time)
            #expect(reply.code == 0, "\(reply.output)")
            let replay = try openssl.run(
                "ts", "-verify", "-queryfile", "y.tsq", "-in", "x.tsr", "-CAfile", "root.pem", "-attime", time)
            #expect(replay.code != 0)
        }
    }

    @Test func `our request is the 70 bytes that openssl reads`() throws {
        let openssl = try OpenSSLCommand()
        let request = TimestampRequest(digest: SHA256.hash(content))
        #expect(request.der.count == 70)
        try openssl.write(request.der, "x.tsq")
        let text = try openssl.run("ts", "-query", "-in", "x.tsq", "-text")
        #expect(text.code == 0, "\(text.output)")
        #expect(text.output.contains("Certificate required: yes"))
        #expect(text.output.lowercased().contains("nonce: 0x" + Hex.encode(request.nonce)))
    }

    @Test func `serial numbers do not repeat`() async throws {
        let embedded = try TestAuthority().authority()
        var seen: Set<String> = []
        for _ in 0..<50 { seen.insert(try await embedded.token(for: SHA256.hash(content)).serialHex) }
        #expect(seen.count == 50)
    }

    @Test func `garbage asked over HTTP gets a refusal, not a token`() throws {
        let authority = try TestAuthority()
        let openssl = try OpenSSLCommand()
        for request in [[], [0x30], [UInt8](repeating: 0xFF, count: 5_000)] as [[UInt8]] {
            try openssl.write(try authority.authority().reply(to: request), "x.tsr")
            let text = try openssl.run("ts", "-reply", "-in", "x.tsr", "-text")
            #expect(text.output.contains("Status: Rejected."))
            #expect(text.output.contains("TST info:\nNot included."))
        }
    }

    @Test func `an expired timestamping certificate stops it`() async throws {
        let authority = try TestAuthority()
        let embedded = try authority.authority()
        authority.clock.set(to: authority.stamp.notAfter.adding(.seconds(2)))
        await #expect(throws: EvidenceError(.badCertificate, "")) {
            try await embedded.token(for: SHA256.hash(content))
        }
    }

    @Test func `a certificate or key that cannot stamp is refused at once`() throws {
        let authority = try TestAuthority()
        #expect(throws: EvidenceError(.badCertificate, "")) {
            try EmbeddedAuthority(key: authority.sealKey, certificate: authority.seal, clock: authority.clock)
        }
        #expect(throws: EvidenceError(.badKey, "")) {
            try EmbeddedAuthority(key: authority.sealKey, certificate: authority.stamp, clock: authority.clock)
        }
        #expect(throws: EvidenceError(.badKey, "")) { try TestAuthority(stampKey: .generateEd25519()).authority() }
    }

    @Test func `a token cut short or flipped anywhere is refused`() async throws {
        let authority = try TestAuthority()
        let digest = SHA256.hash(content)
        let der = try await authority.authority().token(for: digest).der
        for count in 0..<der.count {
            let verdict = TimestampToken.verify(Array(der[..<count]), over: digest, roots: authority.roots)
            #expect(verdict.token == nil && !verdict.isValid)
        }
        let accepted = der.indices.filter { index in
            var altered = der
            altered[index] ^= UInt8(1 << (index % 8))
            return TimestampToken.verify(altered, over: digest, roots: authority.roots).isValid
        }
        #expect(accepted == [])
    }

    @Test func `a token judged long after its certificate expired is still sound, as of its own time`() async throws {
        let authority = try TestAuthority()
        let token = try await authority.authority().token(for: SHA256.hash(content))
        authority.clock.set(to: authority.root.certificate.notAfter.adding(.seconds(86_400)))
        #expect(token.verify(over: SHA256.hash(content), roots: authority.roots).isValid)
    }
}
