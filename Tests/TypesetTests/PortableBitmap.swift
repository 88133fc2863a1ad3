@testable import Typeset

/// A page rendered by poppler as grey pixels (PGM), enough to find and read the code at its foot.
struct PortableBitmap {
    let width: Int
    let height: Int
    private let pixels: ArraySlice<UInt8>

    /// Renders the first page at 288 dots an inch: four pixels a point.
    init?(rendering pdf: [UInt8]) throws {
        let result = try run(["pdftoppm", "-gray", "-r", "288", "-f", "1", "-l", "1", "{}"], on: pdf)
        // `P5 width height 255` and one white-space character, then the pixels.
        let fields = result.output.prefix(64).split(maxSplits: 4) { $0 == 0x20 || $0 == 0x0A }
        guard result.status == 0, fields.count == 5, fields[0] == [0x50, 0x35],
            let width = Int(String(decoding: fields[1], as: UTF8.self)),
            let height = Int(String(decoding: fields[2], as: UTF8.self))
        else { return nil }
        self.width = width
        self.height = height
        pixels = result.output.suffix(width * height)
    }

    private func isDark(_ x: Int, _ y: Int) -> Bool { pixels[pixels.startIndex + y * width + x] < 128 }

    /// Finds the square of black at the lower right by its dark edge pixels and samples module centres.
    func codeAtFoot(modules: Int) -> QRCodeReader? {
        let region = (x: width * 7 / 10, y: height * 87 / 100)
        var left = width, right = 0, top = height, bottom = 0
        for y in region.y..<height {
            for x in region.x..<width where isDark(x, y) {
                left = min(left, x)
                right = max(right, x)
                top = min(top, y)
                bottom = max(bottom, y)
            }
        }
        guard right > left, bottom > top else { return nil }
        let step = Double(right - left + 1) / Double(modules)
        return QRCodeReader(size: modules) { x, y in
            isDark(left + Int((Double(x) + 0.5) * step), top + Int((Double(y) + 0.5) * step))
        }
    }
}
