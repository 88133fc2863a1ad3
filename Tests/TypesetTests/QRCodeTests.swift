import Testing

@testable import Typeset

@Suite struct `QR codes` {
    @Test(arguments: [
        "a", "https://verify.example.com/n/SD-2026-000123", "送达回执 𠮷",
        "https://verify.example.com/n/SD-2026-000123#" + exampleHash,
        String(repeating: "0123456789abcdef", count: 13),
    ])
    func `a code read back by the standard says what was put in`(_ text: String) throws {
        let code = try QRCode(text)
        #expect(QRCodeReader(size: code.size, isDark: { code.isDark(x: $0, y: $1) }).text() == text)
    }

    @Test func `a changed module is noticed by the reader, so the test can fail`() throws {
        let code = try QRCode("https://example.com/")
        let corner = code.size - 1
        let read = QRCodeReader(size: code.size) { x, y in
            code.isDark(x: x, y: y) != (x >= corner - 1 && y >= corner - 8)
        }.text()
        #expect(read != "https://example.com/")
    }

    @Test func `outside the square everything is light`() throws {
        let code = try QRCode("a")
        #expect(code.size == 21)
        #expect(code.isDark(x: 0, y: 0))
        #expect(!code.isDark(x: -1, y: 0) && !code.isDark(x: 0, y: 21))
    }

    @Test func `the picture has a quiet zone of four modules and no style that a policy would block`() throws {
        let svg = try QRCode("a").svg
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""))
        #expect(svg.contains("d=\"M4 4h7v1h-7z"))
        #expect(!svg.contains("style"))
    }

    @Test func `no text and too much text are refused with the size`() async {
        await expectRefusal(.qrTextUnfit, naming: "0") { _ = try QRCode("") }
        await expectRefusal(.qrTextUnfit, naming: "2332") { _ = try QRCode(String(repeating: "a", count: 2_332)) }
        #expect(throws: Never.self) { try QRCode(String(repeating: "a", count: 2_331)) }
    }
}
