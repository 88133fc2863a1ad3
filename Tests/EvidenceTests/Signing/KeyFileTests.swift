import Evidence
import Foundation
import TestSupport
import Testing

@Suite struct KeyFileTests {
    @Test func `a key file is written for its owner alone and never overwritten`() throws {
        let openssl = try OpenSSLCommand()
        let path = openssl.path("seal.key")
        let key = try SigningKey.generateP256()
        try key.write(to: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try SigningKey(file: path).keyID == key.keyID)
        #expect(throws: EvidenceError(.badFile, "")) { try SigningKey.generateP256().write(to: path) }
        #expect(try SigningKey(file: path).keyID == key.keyID)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644]) func `a key file that others may open is refused with the cure`(
        mode: Int
    ) throws {
        let openssl = try OpenSSLCommand()
        let path = openssl.path("seal.key")
        try SigningKey.generateP256().write(to: path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let error = #expect(throws: EvidenceError.self) { try SigningKey(file: path) }
        #expect(error?.code == .exposedFile)
        #expect(error?.reason.contains("chmod 600 \(path)") == true)
    }

    @Test func `a missing file, a directory and an endless file are refused with their path`() throws {
        let openssl = try OpenSSLCommand()
        for path in [openssl.path("absent"), openssl.directory.path, "/dev/zero"] {
            let error = #expect(throws: EvidenceError.self) { try KeyFile.read(path) }
            #expect(error?.code == .badFile)
            #expect(error?.reason.contains(path) == true)
        }
        try openssl.write([UInt8](repeating: 0x41, count: 100_000), "big")
        #expect(throws: EvidenceError(.tooLarge, "")) { try KeyFile.readPublic(openssl.path("big")) }
    }

    @Test(arguments: ["/nonexistent/dir/key", "/dev/null"])
    func `a key that cannot be written is refused with its path`(path: String) throws {
        let error = #expect(throws: EvidenceError.self) { try KeyFile.write([1], to: path) }
        #expect(error?.code == .badFile)
        #expect(error?.reason.contains(path) == true)
    }

    @Test func `a signing identity is read from files and refused when expired or mismatched`() throws {
        let authority = try TestAuthority()
        let openssl = try OpenSSLCommand()
        let key = openssl.path("seal.key")
        let certificate = openssl.path("seal.pem")
        try authority.sealKey.write(to: key)
        try openssl.write(authority.seal.pem + authority.root.certificate.pem, "seal.pem")
        let identity = try SigningIdentity(keyFile: key, certificateFile: certificate, at: authority.clock.now)
        #expect(identity.certificate == authority.seal)
        #expect(identity.chain == authority.roots)

        let late = authority.seal.notAfter.adding(.seconds(5))
        let expired = #expect(throws: EvidenceError.self) {
            try SigningIdentity(keyFile: key, certificateFile: certificate, at: late)
        }
        #expect(expired?.code == .badCertificate)
        #expect(expired?.reason.contains("seal.pem expired at") == true)

        try openssl.write(authority.stamp.pem, "other.pem")
        let mismatch = #expect(throws: EvidenceError.self) {
            try SigningIdentity(keyFile: key, certificateFile: openssl.path("other.pem"), at: authority.clock.now)
        }
        #expect(mismatch?.code == .badKey)
        #expect(mismatch?.reason.contains("other.pem") == true)
    }
}
