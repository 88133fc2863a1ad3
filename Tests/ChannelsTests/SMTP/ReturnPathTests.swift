import Notices
import Testing

@testable import Channels

struct ReturnPathTests {
    private let delivery = DeliveryID("01932f6e-8a40-7c11-9d02-5e0f6a7b8c9d")

    private func path(_ secret: UInt8 = 1, domain: String = "songda.test") throws -> ReturnPath {
        try ReturnPath(key: [UInt8](repeating: secret, count: 32), domain: domain)
    }

    @Test func `an address leads back to its delivery in any letter case`() throws {
        let address = try path().mailbox(for: delivery).address
        #expect(address.prefix { $0 != "@" }.utf8.count <= 64)
        #expect(try path().read(address: address) == .delivery(delivery))
        #expect(try path().read(address: address.uppercased()) == .delivery(delivery))
        #expect(try path().mailbox(for: delivery).address == address)
    }

    @Test func `a short id that is no UUID fits too and a long one is refused`() throws {
        let short = DeliveryID("d-42")
        #expect(try path().read(address: path().mailbox(for: short).address) == .delivery(short))
        let shouting = DeliveryID(delivery.rawValue.uppercased())
        #expect(throws: MailError.self) { try path().mailbox(for: shouting) }
        #expect(throws: MailError.self) { try path().mailbox(for: DeliveryID("x\r\ny")) }
    }

    @Test func `every changed letter of a token is noticed`() throws {
        let address = try path().mailbox(for: delivery).address
        let bytes = Array(address.utf8)
        let start = "bounce+".utf8.count
        let end = address.utf8.count - "@songda.test".utf8.count
        for index in start..<end {
            var changed = bytes
            changed[index] = changed[index] == 0x61 ? 0x62 : 0x61
            #expect(try path().read(address: String(decoding: changed, as: UTF8.self)) == .forged)
        }
    }

    @Test func `another key, another domain and other addresses are told apart`() throws {
        let address = try path(2).mailbox(for: delivery).address
        #expect(try path(1).read(address: address) == .forged)
        #expect(try path(domain: "other.test").read(address: address) == .foreign)
        let moved = address.replacing("songda.test", with: "other.test")
        #expect(try path(2, domain: "other.test").read(address: moved) == .forged)
        for foreign in ["hr@songda.test", "bounce@songda.test", "", "@", "bouncer+x@songda.test"] {
            #expect(try path().read(address: foreign) == .foreign)
        }
    }

    @Test func `an envelope id of another system is foreign and a damaged one of ours is forged`() throws {
        let token = try path().token(for: delivery)
        #expect(try path().read(envelopeID: token) == .delivery(delivery))
        #expect(try path(2).read(envelopeID: token) == .forged)
        #expect(try path().read(envelopeID: "QQ314159") == .foreign)
    }

    @Test func `base 32 has one text for each value`() {
        for count in 0..<12 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 89 + 7) }
            #expect(Base32.decode(Base32.encode(bytes).utf8) == bytes)
        }
        #expect(Base32.encode(Array("foobar".utf8)) == "mzxw6ytboi")
        #expect(Base32.decode("mzxw6ytbo1".utf8) == nil)
        #expect(Base32.decode("mz".utf8) == nil)
        #expect(Base32.decode("a".utf8) == nil)
    }
}
