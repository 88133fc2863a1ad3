import TestSupport
import Testing

@testable import Evidence

/// Everything that can be wrong inside a bundle has a Chinese sentence of its own.
struct FaultLanguageTests {
    /// Every kind of fault of a token once; a new kind does not compile until it stands here.
    private static let tokenFaults: [TimestampFault] = {
        func next(_ fault: TimestampFault) -> TimestampFault? {
            switch fault {
            case .malformed: .imprintDiffers
            case .imprintDiffers: .certificateMissing
            case .certificateMissing: .outsideValidity(Timestamp(microseconds: 1_700_000_000_000_000))
            case .outsideValidity: .certificateNotBound
            case .certificateNotBound: .algorithmRefused
            case .algorithmRefused: .untrusted("certificate verify error: Verify error:certificate has expired")
            case .untrusted: nil
            }
        }
        return Array(sequence(first: .malformed("it has 7 bytes", chinese: "有 7 字节"), next: next))
    }()

    /// Every kind of fault of a signature once; a new kind does not compile until it stands here.
    private static let signatureFaults: [SignatureFault] = {
        func next(_ fault: SignatureFault) -> SignatureFault? {
            switch fault {
            case .malformed: .contentDiffers
            case .contentDiffers: .signatureWrong
            case .signatureWrong: .attributeWrong("signing-certificate-v2")
            case .attributeWrong: .attributeUnknown
            case .attributeUnknown: .signerMissing
            case .signerMissing: .algorithmRefused
            case .algorithmRefused: .outsideValidity(Timestamp(microseconds: 1_700_000_000_000_000))
            case .outsideValidity: .untrusted("words that OpenSSL has never said")
            case .untrusted: .unfitCertificate
            case .unfitCertificate: .timestamp(.imprintDiffers)
            case .timestamp: nil
            }
        }
        return Array(sequence(first: .malformed("it has 7 bytes", chinese: "有 7 字节"), next: next))
    }()

    @Test func `every fault of a signature and of a token has a Chinese sentence that names the same values`() {
        #expect(Self.signatureFaults.count == 11 && Self.tokenFaults.count == 7)
        for fault in Self.signatureFaults + Self.tokenFaults.map(SignatureFault.timestamp) {
            #expect(SentencePair(fault.chinese, "\(fault)").faults == [])
        }
        let sentences = Set(Self.signatureFaults.map(\.chinese) + Self.tokenFaults.map(\.chinese))
        #expect(sentences.count == 18, "no two are the same")
    }

    @Test func `a signature damaged at any byte, or cut anywhere, is described in Chinese`() async throws {
        let authority = try TestAuthority()
        let content = Array("notice".utf8)
        let cms = try await authority.stamped(content)
        var damaged = cms.indices.map { Array(cms[..<$0]) } + [cms + [0], [UInt8](repeating: 0, count: 2 << 20)]
        for index in cms.indices {
            var altered = cms
            altered[index] ^= UInt8(1 << (index % 8))
            damaged.append(altered)
        }
        var faults: Set<SignatureFault> = []
        for bytes in damaged {
            let verdict = CAdES.verify(
                cms: bytes, over: content, roots: authority.roots, asOf: authority.clock.now)
            faults.formUnion(verdict.faults)
        }
        #expect(faults.count > 100)
        for fault in faults { #expect(SentencePair(fault.chinese, "\(fault)").faults == []) }
    }

    @Test func `what OpenSSL said is quoted, with its meaning where that is known`() {
        for (words, meaning) in ChineseWording.meanings {
            #expect(ChineseWording.quoting("error:1: \(words)") == "：\(meaning)（OpenSSL：error:1: \(words)）")
        }
        #expect(ChineseWording.quoting("something new") == "（OpenSSL：something new）")
    }

    /// Bytes that each reader of a bundle's parts refuses.
    private static let refused: [(what: String, read: @Sendable () throws -> Void)] = {
        let hash = Base64.encode(SHA256.hash([1]).bytes)
        let notes: [String] = [
            "", "a\u{7}\n", "no empty line\n", "text\n\nno signature line\n", "text\n\n",
            "text\n\n" + String(repeating: "\u{2014} a AAAAAAAA\n", count: 101),
        ]
        let checkpoints = ["", "log\nmany\n\(hash)\n", "log\n1\nno hash\n"]
        let proofs = [
            "", "c2sp.org/tlog-proof@v1\nindex one\n\n", "c2sp.org/tlog-proof@v1\nindex 1\nno hash\n\n",
        ]
        let keys = ["", "a+00+b", "log+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        let entries = ["", "{", "{\"a\": 1}", "{}"] + JSONValueTests.refused
        let pems = ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        let lists = ["", "a\nb\nc\na line that is not ours\nd\n"]
        var all: [(String, @Sendable () throws -> Void)] = []
        func add(_ what: String, _ read: @escaping @Sendable () throws -> Void) { all.append((what, read)) }
        @Sendable func archive(_ members: TamperCorpusTests.Members, _ limits: ZipReader.Limits = .init()) throws {
            _ = try ZipReader.members(of: try ZipWriter.archive(members), limits: limits)
        }
        for text in notes { add("note \(text)") { _ = try SignedNote(parsing: Array(text.utf8)) } }
        add("note that is no text") { _ = try SignedNote(parsing: [0xFF, 0x0A]) }
        add("long note") { _ = try SignedNote(parsing: [UInt8](repeating: 0x20, count: 2 << 20)) }
        for text in checkpoints { add("checkpoint \(text)") { _ = try Checkpoint(parsing: text) } }
        for text in proofs { add("proof \(text)") { _ = try LogProof(parsing: Array(text.utf8)) } }
        for text in keys { add("log key \(text)") { _ = try NoteKey(parsing: text) } }
        for text in entries { add("entry \(text)") { _ = try EntryBody(parsing: Array(text.utf8)) } }
        for text in lists { add("list \(text)") { _ = try Manifest(parsing: Array(text.utf8)) } }
        for text in pems {
            add("roots \(text)") { _ = try Certificate.all(pem: text, origin: "certificates/roots.pem") }
            add("key \(text)") { _ = try VerificationKey(pem: text, origin: "keys/entry-1.pem") }
        }
        for name in ["../evil", "a//b"] { add("member \(name)") { try archive([("mimetype", [1]), (name, [1])]) } }
        add("no member") { _ = try ZipReader.members(of: []) }
        add("a bomb") { try archive([("mimetype", [1]), ("bomb", Array(repeating: 0, count: 8 << 20))]) }
        add("many members") { try archive([("a", [1]), ("b", [1])], .init(members: 1)) }
        add("a large member") { try archive([("a", [1])], .init(memberBytes: 0)) }
        add("two members of one name") {
            let archive = try ZipWriter.archive([("one.txt", [1]), ("two.txt", [1])])
            _ = try ZipReader.members(of: archive.replacing(Array("two.txt".utf8), with: Array("one.txt".utf8)))
        }
        return all
    }()

    @Test func `whatever a reader refuses, it says so in Chinese with the same values`() {
        for (what, read) in Self.refused {
            guard let error = #expect(throws: EvidenceError.self, "\(what)", performing: read) else { continue }
            #expect(SentencePair(error).faults == [], "\(what)")
            #expect(error.chinese != EvidenceError(error.code, "").chinese, "it has words of its own: \(what)")
        }
    }

    @Test func `a key that is too weak or of another kind is refused in Chinese too`() throws {
        let openssl = try OpenSSLCommand()
        for (algorithm, option) in [("RSA", "rsa_keygen_bits:1024"), ("EC", "ec_paramgen_curve:secp256k1")] {
            let made = try openssl.run("genpkey", "-out", "key", "-algorithm", algorithm, "-pkeyopt", option)
            #expect(made.code == 0, "\(made.output)")
            #expect(try openssl.run("pkey", "-in", "key", "-pubout", "-out", "public").code == 0)
            let pem = String(decoding: try openssl.read("public"), as: UTF8.self)
            let error = #expect(throws: EvidenceError.self) {
                try VerificationKey(pem: pem, origin: "keys/entry-1.pem")
            }
            #expect(SentencePair(try #require(error)).faults == [])
        }
        #expect(ChineseWording.source("the key in certificates/roots.pem") == "certificates/roots.pem 中的密钥")
    }
}
