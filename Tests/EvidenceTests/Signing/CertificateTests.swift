import Evidence
import TestSupport
import Testing

@Suite struct CertificateTests {
    @Test func `a seal certificate names the entity and its credit code`() throws {
        let authority = try TestAuthority()
        let seal = authority.seal
        #expect(seal.organisation == "上海示例科技有限公司")
        #expect(seal.creditCode == "91310000MA1FL0LQ5X")
        #expect(seal.subjectName.contains("O=上海示例科技有限公司"))
        #expect(seal.issuerName == authority.root.certificate.subjectName)
        #expect(seal.publicKey == authority.sealKey.publicKey)
        #expect(seal.notBefore.microseconds % 1_000_000 == 0)
    }

    @Test func `openssl confirms the chain and each certificate's purpose`() throws {
        let authority = try TestAuthority()
        let openssl = try OpenSSLCommand()
        try openssl.write(authority.root.certificate.pem, "root.pem")
        try openssl.write(authority.seal.pem, "seal.pem")
        try openssl.write(authority.stamp.pem, "stamp.pem")
        let time = String(authority.clock.now.microseconds / 1_000_000)
        let plain = try openssl.run("verify", "-x509_strict", "-attime", time, "-CAfile", "root.pem", "seal.pem")
        #expect(plain.code == 0, "\(plain.output)")
        let stamping = try openssl.run(
            "verify", "-x509_strict", "-attime", time, "-CAfile", "root.pem", "-purpose", "timestampsign", "stamp.pem")
        #expect(stamping.code == 0, "\(stamping.output)")
        let wrong = try openssl.run(
            "verify", "-attime", time, "-CAfile", "root.pem", "-purpose", "timestampsign", "seal.pem")
        #expect(wrong.code != 0)
        let text = try openssl.run("x509", "-in", "stamp.pem", "-noout", "-ext", "extendedKeyUsage")
        #expect(text.output.contains("X509v3 Extended Key Usage: critical"))
        #expect(text.output.contains("Time Stamping\n"))
    }

    @Test func `a certificate made by openssl is read alike`() throws {
        let openssl = try OpenSSLCommand()
        try openssl.run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "30",
            "-subj", "/C=CN/O=Example, Ltd/CN=x", "-set_serial", "0x80AB")
        let certificate = try #require(try Certificate.read(file: openssl.path("cert.pem")).first)
        #expect(certificate.serialHex == "80ab")
        #expect(certificate.subjectName == #"CN=x,O=Example\, Ltd,C=CN"#)
        #expect(certificate.publicKey.algorithm == .rsaSHA256)
        #expect(certificate.isValid(at: SystemClock().now))
        #expect(certificate.notAfter.since(certificate.notBefore) == .seconds(30 * 86_400))
        let print = try openssl.run("x509", "-in", "cert.pem", "-noout", "-fingerprint", "-sha256")
        #expect(
            print.output.replacing(":", with: "").lowercased().contains(certificate.fingerprint.hex))
    }

    @Test(arguments: ["", "garbage", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"])
    func `a garbage certificate is refused with its file`(text: String) throws {
        let openssl = try OpenSSLCommand()
        try openssl.write(text, "seal.pem")
        let error = #expect(throws: EvidenceError.self) { try Certificate.read(file: openssl.path("seal.pem")) }
        #expect(error?.code == .badCertificate)
        #expect(error?.reason.contains("seal.pem") == true)
    }

    @Test func `a certificate cut short or changed anywhere is refused or no longer trusted`() throws {
        let der = try TestAuthority().seal.der
        for count in 0..<der.count {
            #expect(throws: EvidenceError.self) { try Certificate(der: Array(der[..<count])) }
        }
        #expect(throws: EvidenceError.self) { try Certificate(der: der + [0]) }
    }

    @Test func `validity includes its first and its last second`() throws {
        let certificate = try TestAuthority().seal
        #expect(certificate.isValid(at: certificate.notBefore))
        #expect(!certificate.isValid(at: certificate.notBefore.adding(.microseconds(-1))))
        #expect(certificate.isValid(at: certificate.notAfter.adding(.microseconds(999_999))))
        #expect(!certificate.isValid(at: certificate.notAfter.adding(.seconds(1))))
    }

    @Test func `a certificate never outlives its issuer and a name with control characters is refused`() throws {
        let authority = try TestAuthority()
        let long = try authority.root.entryCertificate(
            named: "entries", key: authority.sealKey.publicKey, from: authority.clock.now,
            lasting: .seconds(100 * 31_557_600))
        #expect(long.notAfter == authority.root.certificate.notAfter)
        #expect(throws: EvidenceError(.malformed, "")) {
            try authority.root.entryCertificate(
                named: "a\r\nb", key: authority.sealKey.publicKey, from: authority.clock.now)
        }
    }
}
