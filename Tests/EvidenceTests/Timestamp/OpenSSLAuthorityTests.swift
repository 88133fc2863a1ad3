import Evidence
import TestSupport
import Testing

/// A responder run by the `openssl ts -reply` command, with its own root, as a stranger's authority.
private struct CommandAuthority {
    let openssl: OpenSSLCommand
    let root: Certificate

    init(extra: String = "ess_cert_id_alg = sha256")
        throws
    {
        openssl = try OpenSSLCommand()
        try openssl.write(
            """
            [tsa]
            default_tsa = own
            [own]
            serial = serial
            signer_cert = tsa.pem
            certs = tsa.pem
            signer_key = tsa.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = sha256
            accuracy = secs:1, millisecs:500
            \(extra)
            [ext]
            basicConstraints = CA:FALSE
            keyUsage = critical,digitalSignature
            extendedKeyUsage = critical,timeStamping
            [req]
            distinguished_name = dn
            [dn]
            """, "ts.cnf")
        try openssl.run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-days", "3650",
            "-subj", "/CN=Stranger Root", "-addext", "keyUsage=critical,keyCertSign")
        try openssl.run(
            "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stranger TSA"
        )
        let issued = try openssl.run(
            "x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days",
            "365",
            "-extfile", "ts.cnf", "-extensions", "ext", "-out", "tsa.pem")
        #expect(issued.code == 0, "\(issued.output)")
        root = try #require(try Certificate.read(file: openssl.path("root.pem")).first)
    }

    func reply(_ request: [UInt8]) throws -> (status: Int, contentType: String, body: [UInt8]) {
        try openssl.write(request, "x.tsq")
        let run = try openssl.run(
            "ts", "-reply", "-config", "ts.cnf", "-section", "own", "-queryfile", "x.tsq", "-out", "x.tsr")
        #expect(run.code == 0, "\(run.output)")
        return (200, "application/timestamp-reply", try openssl.read("x.tsr"))
    }
}

// One child process after the other: the responder keeps its serial in a file.
@Suite(.serialized) struct OpenSSLAuthorityTests {
    let digest = SHA256.hash(Array("checkpoint".utf8))

    private func ask(
        _ command: CommandAuthority, policies: [String]? = nil, clock: any WallClock = SystemClock(),
        change: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }
    ) async throws -> TimestampToken {
        let reply = { @Sendable [path = command.openssl.directory, command = UncheckedCommand(command)] request in
            _ = path
            return try command.value.reply(change(request))
        }
        let remote = RemoteAuthority(
            .init(name: "stranger", url: "http://stranger/", roots: [command.root], policies: policies), clock: clock
        ) { _, _, body in try reply(body) }
        return try await remote.token(for: digest)
    }

    @Test func `a reply of openssl is accepted, with policy and accuracy read`() async throws {
        let token = try await ask(CommandAuthority(), policies: ["1.2.3.4.1"])
        #expect(token.policy == "1.2.3.4.1")
        #expect(token.accuracy == .milliseconds(1_500))
        #expect(token.authority == "CN=Stranger TSA")
        #expect(!token.isFromEmbeddedAuthority)
    }

    @Test func `F22: a rejection that openssl answers with exit code 0 is refused with its reason`() async throws {
        let command = try CommandAuthority()
        let error = await #expect(throws: EvidenceError.self) {
            try await ask(command) { _ in [0x30, 0x03, 0x02, 0x01, 0x01] }
        }
        #expect(error?.code == .timestampRefused)
        #expect(error?.reason.contains("badDataFormat") == true, "\(String(describing: error))")
    }

    @Test func `F22: an expired authority certificate is refused`() async throws {
        // Issued by our own issuer ten days ago for one day, and served by openssl, which stamps with it all the same.
        let command = try CommandAuthority()
        let authority = try TestAuthority()
        let start = SystemClock().now.adding(.seconds(-10 * 86_400))
        let root = try CertificateIssuer.root(named: "Old Root", key: .generateP256(), from: start)
        let expired = try root.timestampCertificate(
            named: "Old TSA", key: authority.stampKey.publicKey, from: start, lasting: .seconds(86_400))
        try command.openssl.write(expired.pem, "tsa.pem")
        try command.openssl.write(authority.stampKey.pem, "tsa.key")
        let reply = { @Sendable [command = UncheckedCommand(command)] (request: [UInt8]) in
            try command.value.reply(request)
        }
        let remote = RemoteAuthority(
            .init(name: "old", url: "http://old/", roots: [root.certificate]), clock: SystemClock()
        ) { _, _, body in try reply(body) }
        let error = await #expect(throws: EvidenceError.self) { try await remote.token(for: digest) }
        #expect(error?.code == .timestampCertificate)
        #expect(error?.reason.contains("was not valid at the token's time") == true)
    }

    @Test func `F22: a token that binds its certificate by SHA-1 is refused with the reason`() async throws {
        let command = try CommandAuthority(extra: "ess_cert_id_alg = sha1")
        let error = await #expect(throws: EvidenceError.self) { try await ask(command) }
        #expect(error?.code == .timestampCertificate)
        #expect(error?.reason.contains("RFC 5816") == true)
    }

    /// The command is used by one task at a time.
    private struct UncheckedCommand: @unchecked Sendable {
        let value: CommandAuthority
        init(_ value: CommandAuthority) { self.value = value }
    }
}
