import Evidence
import Foundation
import Testing

@testable import Channels

struct DKIMTests {
    /// The message of RFC 8463 appendix A.3.
    private func sample() throws -> [UInt8] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/rfc8463-a3.txt")
        let text = try String(contentsOf: file, encoding: .utf8)
        return Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
    }

    @Test func `the vector of RFC 8463 comes out to the byte`() throws {
        let parts = DKIMCanonical.split(try sample())
        let bodyHash = Base64.encode(SHA256.hash(DKIMCanonical.body(parts.body)).bytes)
        #expect(bodyHash == "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=")
        let field =
            "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; "
            + "i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : "
            + "message-id : from : subject : date;\r\n bh=\(bodyHash);\r\n b="
        let names = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"]
        let input = DKIMCanonical.signingInput(fields: parts.fields, names: names, signature: Array(field.utf8))
        #expect(SHA256.hash(input).hex == "48ce9a2c710ece1710ff156996b836a7f45470e43efe5643074d6e1690ed62e7")
        let seed = try #require(Base64.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="))
        let prefix = try #require(Hex.decode("302e020100300506032b657004220420"))
        let key = try SigningKey(pem: PEM.encode(prefix + seed, label: "PRIVATE KEY"))
        #expect(
            Base64.encode(try key.sign(SHA256.hash(input).bytes))
                == "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==")
    }

    @Test func `both signatures verify by another implementation of the rules and the message is untouched`() throws {
        let rsa = try SigningKey.generateRSA(bits: 2048)
        let ed = try SigningKey.generateEd25519()
        let dkim = try DKIM(
            domain: "songda.test", keys: [.init(selector: "r1", signer: rsa), .init(selector: "e1", signer: ed)])
        let message = try MIMEMessage.example()
        let plain = try message.encoded()
        let signed = try dkim.signed(plain, at: message.date)
        #expect(Array(signed.suffix(plain.count)) == plain)
        #expect(try dkim.signed(plain, at: message.date) == signed)
        let head = Array(signed.prefix(signed.count - plain.count))
        #expect(String(decoding: head, as: UTF8.self).split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        #expect(try Self.verified(signed, keys: ["r1": rsa.publicKey, "e1": ed.publicKey]) == ["r1", "e1"])
        // A relay may fold fields anew and trim spaces; it may not change a letter.
        var changed = signed
        let at = try #require(String(decoding: changed, as: UTF8.self).utf8.firstOffset(of: "songda.test>"))
        changed[at] = 0x78
        #expect(try Self.verified(changed, keys: ["r1": rsa.publicKey, "e1": ed.publicKey]) == [])
        let second = Array("From: evil@example.net\r\n".utf8)
        #expect(try Self.verified(head + second + plain, keys: ["r1": rsa.publicKey, "e1": ed.publicKey]) == [])
    }

    @Test func `relaxed bodies lose blanks at line ends and empty lines at the end alone`() {
        func body(_ text: String) -> String {
            String(decoding: DKIMCanonical.body(Array(text.utf8)[...]), as: UTF8.self)
        }
        #expect(body("") == "")
        #expect(body("\r\n\r\n") == "")
        #expect(body(" C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n")
        #expect(body("\r\na") == "\r\na\r\n")
        #expect(body("a\r\n \t\r\n") == "a\r\n")
    }

    @Test func `keys that DKIM does not know and bad names are refused`() throws {
        let p256 = try SigningKey.generateP256()
        #expect(throws: MailError.self) { try DKIM(domain: "a.test", keys: [.init(selector: "s", signer: p256)]) }
        let ed = try SigningKey.generateEd25519()
        #expect(throws: MailError.self) { try DKIM(domain: "a.test", keys: [.init(selector: "s;x=1", signer: ed)]) }
        #expect(throws: MailError.self) { try DKIM(domain: "a.test\r\n", keys: []) }
    }

    /// The selectors whose signature holds: the verifier's side of RFC 6376, written apart from the signer.
    static func verified(_ message: [UInt8], keys: [String: VerificationKey]) throws -> [String] {
        let parts = DKIMCanonical.split(message)
        var good: [String] = []
        for field in parts.fields where field.name == "dkim-signature" {
            let text = String(decoding: field.value, as: UTF8.self)
            var tags: [String: String] = [:]
            for pair in text.components(separatedBy: ";") {
                let halves = pair.components(separatedBy: "=")
                let value = halves.dropFirst().joined(separator: "=").components(separatedBy: .whitespacesAndNewlines)
                    .joined()
                tags[halves[0].trimmingCharacters(in: .whitespacesAndNewlines)] = value
            }
            guard let selector = tags["s"], let key = keys[selector], let h = tags["h"], let b = tags["b"],
                let signature = Base64.decode(b),
                tags["bh"] == Base64.encode(SHA256.hash(DKIMCanonical.body(parts.body)).bytes),
                let cut = text.range(of: "\r\n b=")
            else { continue }
            let unsigned = Array("DKIM-Signature:\(text[..<cut.upperBound])".utf8)
            let names = h.components(separatedBy: ":")
            let input = DKIMCanonical.signingInput(fields: parts.fields, names: names, signature: unsigned)
            let covered = tags["a"] == "rsa-sha256" ? input : SHA256.hash(input).bytes
            if key.isValid(signature, for: covered) { good.append(selector) }
        }
        return good
    }
}

extension String.UTF8View {
    /// The distance to the first occurrence of a text.
    func firstOffset(of text: String) -> Int? {
        let bytes = Array(self)
        let wanted = Array(text.utf8)
        return bytes.indices.first { bytes[$0...].starts(with: wanted) }
    }
}
