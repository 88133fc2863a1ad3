import Testing

@testable import Evidence

@Suite struct ZipReaderTests {
    /// A stored member: its header and bytes.
    private static func local(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        [0x50, 0x4B, 0x03, 0x04] + description(of: name, bytes) + Array(name.utf8) + bytes
    }

    /// Version, flags, method, time, date, checksum, sizes, lengths of name and extra field (APPNOTE 4.3.7).
    private static func description(of name: String, _ bytes: [UInt8]) -> [UInt8] {
        little(10, 2) + [0, 0, 0, 0, 0, 0] + little(0x21, 2) + little(Int(RawDeflate.checksum(of: bytes)), 4)
            + little(bytes.count, 4) + little(bytes.count, 4) + little(name.utf8.count, 2) + [0, 0]
    }

    private static func record(_ name: String, _ bytes: [UInt8], at offset: Int) -> [UInt8] {
        [0x50, 0x4B, 0x01, 0x02] + little(20, 2) + description(of: name, bytes) + [UInt8](repeating: 0, count: 10)
            + little(offset, 4) + Array(name.utf8)
    }

    private static func archive(_ body: [UInt8], _ records: [[UInt8]]) -> [UInt8] {
        let directory = Array(records.joined())
        return body + directory + [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0] + little(records.count, 2)
            + little(records.count, 2) + little(directory.count, 4) + little(body.count, 4) + [0, 0]
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    @Test func `a member inside another would be unpacked for nothing, and is refused`() throws {
        let words = [UInt8](repeating: 0x41, count: 2_000)
        let inner = Self.local("b", words)
        let outer = Self.local("a", inner)
        let side = Self.local("a", words)
        let sound = Self.archive(
            side + inner, [Self.record("a", words, at: 0), Self.record("b", words, at: side.count)])
        #expect(try ZipReader.members(of: sound).map(\.name) == ["a", "b"])

        let nested = Self.archive(
            outer, [Self.record("a", inner, at: 0), Self.record("b", words, at: outer.count - inner.count)])
        let error = #expect(throws: EvidenceError.self) { try ZipReader.members(of: nested) }
        #expect(error?.reason == "b and others lie over each other in the bundle", "\(String(describing: error))")
    }
}
