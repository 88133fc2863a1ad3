import Foundation
import Testing

@testable import Channels

struct HostileMailTests {
    @Test(arguments: ReportFixture.all)
    func `a report cut anywhere is read without a crash`(name: String) throws {
        let reader = try ReportFixture.reader()
        let bytes = try ReportFixture.bytes(name)
        for end in stride(from: 0, to: bytes.count, by: 7) { _ = try reader.read(Array(bytes[..<end])) }
    }

    @Test(arguments: ReportFixture.all)
    func `a report with random bytes in it is read without a crash`(name: String) throws {
        var random = SplitMix(state: 42)
        let reader = try ReportFixture.reader()
        let bytes = try ReportFixture.bytes(name)
        for _ in 0..<150 {
            var broken = bytes
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let at = Int.random(in: 0..<broken.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: broken[at] = UInt8.random(in: 0...255, using: &random)
                case 1: broken.remove(at: at)
                default: broken.insert(Array("=?;:\"<>\r\n()+-".utf8).randomElement(using: &random) ?? 0, at: at)
                }
            }
            _ = try reader.read(broken)
        }
    }

    @Test func `parts nested beyond the limit are left out and said to be`() throws {
        var text = ""
        for level in 0..<200 { text += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n" }
        let entity = try MIMEEntity(parsing: Array(text.utf8))
        #expect(entity.isIncomplete)
        #expect(entity.all.count <= 8)
    }

    @Test func `parts beyond the limit are left out and said to be`() throws {
        let text =
            "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 5000) + "--b--\n"
        let entity = try MIMEEntity(parsing: Array(text.utf8))
        #expect(entity.isIncomplete)
        #expect(entity.all.count == MIMELimits().parts)
    }

    @Test func `mail above the size limit is refused`() throws {
        #expect(throws: MailError(.tooLarge, field: "", "")) {
            try MIMEEntity(parsing: [UInt8](repeating: 0x41, count: MIMELimits().bytes + 1))
        }
    }

    @Test func `a boundary that begins with the inner one does not end the part`() throws {
        let text = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\n--b\n\ntwo\n--b--\n"
        let entity = try MIMEEntity(parsing: Array(text.utf8))
        #expect(entity.parts.map(\.text) == ["one\n--bb", "two"])
    }

    @Test func `encoded words are read whatever splits them`() {
        #expect(EncodedWord.decode("=?utf-8?B?5p2O?= =?UTF-8?Q?=E5=A8=9C_x?= (a) =?x") == "李娜 x (a) =?x")
        #expect(EncodedWord.decode("=?UTF-8?B?5p0=?=\t=?utf-8?b?jg==?=!") == "李!")
        #expect(EncodedWord.decode("=?gb2312?B?1tDOxA==?=") == "中文")
        #expect(EncodedWord.decode("=?UTF-8//IGNORE?B?5p2O?=") == "李")
        #expect(EncodedWord.decode("=?=?=?==??=") == "=?=?=?==??=")
    }

    @Test func `soft breaks and broken escapes of quoted-printable are read`() {
        let text = Array("a=\r\nb=C3=A9=ZZ=  \nc=".utf8)
        #expect(String(decoding: TransferDecoding.quotedPrintable(text[...]), as: UTF8.self) == "abé=ZZc")
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
