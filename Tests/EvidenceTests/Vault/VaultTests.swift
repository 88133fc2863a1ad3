import Foundation
import TestSupport
import Testing

@testable import Evidence

@Suite struct VaultTests {
    let master: MasterKey
    let vault: Vault
    let text = Array(String(repeating: "解除劳动合同通知书。", count: 200).utf8)

    init() throws {
        master = try .generate()
        vault = Vault(master)
    }

    @Test(arguments: [0, 1, 1_000, 3_000_000]) func `what is sealed for a person opens for that person`(count: Int)
        throws
    {
        let (wrapped, key) = try vault.makeKey(person: "p1", purpose: "documents")
        let bytes = SecureRandom.bytes(count)
        let stored = try key.seal(bytes, place: "doc-1")
        let reopened = try vault.open(WrappedKey(bytes: wrapped.bytes), person: "p1", purpose: "documents")
        #expect(try reopened.open(SealedBytes(bytes: stored.bytes), place: "doc-1") == bytes)
    }

    @Test func `text is compressed before it is sealed`() throws {
        let key = try vault.makeKey(person: "p1", purpose: "documents").key
        #expect(try key.seal(text, place: "d").bytes.count < text.count / 10)
    }

    @Test func `another person, purpose or place does not open it`() throws {
        let (wrapped, key) = try vault.makeKey(person: "p1", purpose: "documents")
        let stored = try key.seal(text, place: "d1")
        let refused = EvidenceError(.notAuthentic, "")
        #expect(throws: refused) { try vault.open(wrapped, person: "p2", purpose: "documents") }
        #expect(throws: refused) { try vault.open(wrapped, person: "p1", purpose: "entries") }
        #expect(throws: refused) { try key.open(stored, place: "d2") }
        #expect(throws: refused) { try vault.makeKey(person: "p1", purpose: "documents").key.open(stored, place: "d1") }
    }

    @Test func `a flipped bit in any position of the wrapped key or of the sealed bytes is noticed`() throws {
        let (wrapped, key) = try vault.makeKey(person: "p1", purpose: "documents")
        let stored = try key.seal(Array("short".utf8), place: "d1")
        for index in wrapped.bytes.indices {
            var altered = wrapped.bytes
            altered[index] ^= 1
            #expect(throws: EvidenceError.self) {
                try vault.open(WrappedKey(bytes: altered), person: "p1", purpose: "documents")
            }
        }
        for index in stored.bytes.indices {
            var altered = stored.bytes
            altered[index] ^= 1
            #expect(throws: EvidenceError.self) { try key.open(SealedBytes(bytes: altered), place: "d1") }
        }
        for count in 0..<stored.bytes.count {
            #expect(throws: EvidenceError.self) {
                try key.open(SealedBytes(bytes: Array(stored.bytes[..<count])), place: "d1")
            }
        }
    }

    @Test func `a destroyed key says that the contents are gone`() throws {
        let error = #expect(throws: EvidenceError.self) { try vault.open(nil, person: "p1", purpose: "documents") }
        #expect(error?.code == .erased)
        #expect(error?.reason.contains("p1") == true)
    }

    @Test func `another master key does not open and is named`() throws {
        let wrapped = try vault.makeKey(person: "p1", purpose: "documents").wrapped
        let error = #expect(throws: EvidenceError.self) {
            try Vault(.generate()).open(wrapped, person: "p1", purpose: "documents")
        }
        #expect(error?.code == .badKey)
        #expect(error?.reason.contains(master.id) == true)
    }

    @Test func `rotation rewraps keys without touching what they sealed, and may be run twice`() throws {
        let (wrapped, key) = try vault.makeKey(person: "p1", purpose: "documents")
        let stored = try key.seal(text, place: "d1")
        let next = try MasterKey.generate()
        let rotating = Vault(next, retired: [master])
        let rewrapped = try #require(try rotating.rewrap(wrapped, person: "p1", purpose: "documents"))
        #expect(rewrapped.masterID == next.id)
        #expect(try rotating.rewrap(rewrapped, person: "p1", purpose: "documents") == nil)
        let alone = Vault(next)
        #expect(try alone.open(rewrapped, person: "p1", purpose: "documents").open(stored, place: "d1") == text)
        #expect(throws: EvidenceError(.badKey, "")) { try alone.open(wrapped, person: "p1", purpose: "documents") }
    }

    @Test func `a bomb is refused before it takes memory`() throws {
        let key = try vault.makeKey(person: "p1", purpose: "documents").key
        let stored = try key.seal([UInt8](repeating: 0, count: 8 << 20), place: "d1")
        #expect(stored.bytes.count < 20_000)
        #expect(throws: EvidenceError(.tooLarge, "")) { try key.open(stored, place: "d1", limit: 1 << 20) }
        #expect(try key.open(stored, place: "d1", limit: 8 << 20).count == 8 << 20)
    }

    @Test func `compressed bytes that are cut, garbage or too long are refused`() throws {
        let packed = try Zlib.compress(text)
        #expect(try Zlib.decompress(packed, limit: text.count) == text)
        #expect(throws: EvidenceError(.malformed, "")) { try Zlib.decompress(packed + [0], limit: 1 << 20) }
        #expect(throws: EvidenceError(.malformed, "")) { try Zlib.decompress([1, 2, 3], limit: 1 << 20) }
        for count in 0..<packed.count {
            #expect(throws: EvidenceError(.malformed, "")) {
                try Zlib.decompress(Array(packed[..<count]), limit: 1 << 20)
            }
        }
    }

    @Test func `a master key file is for its owner alone and is read back`() throws {
        let openssl = try OpenSSLCommand()
        let path = openssl.path("master.key")
        try master.write(to: path)
        #expect(try MasterKey(file: path) == master)
        #expect(throws: EvidenceError(.badFile, "")) { try MasterKey.generate().write(to: path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let error = #expect(throws: EvidenceError.self) { try MasterKey(file: path) }
        #expect(error?.code == .exposedFile)
        #expect(error?.reason.contains("chmod 600") == true)
    }

    @Test(arguments: ["", "zz", String(repeating: "0", count: 64), String(repeating: "ab", count: 31)])
    func `a master key file with anything but a key is refused with its path`(text: String) throws {
        let openssl = try OpenSSLCommand()
        try KeyFile.write(Array(text.utf8), to: openssl.path("master.key"))
        let error = #expect(throws: EvidenceError.self) { try MasterKey(file: openssl.path("master.key")) }
        #expect(error?.code == .badKey)
        #expect(error?.reason.contains("master.key") == true)
    }

    @Test func `a master key never shows itself in a log`() throws {
        #expect("\(master)" == "master key \(master.id)")
        #expect(!"\(master)".contains(Hex.encode(master.bytes)))
    }
}
