import CQRCode

/// A QR code (ISO/IEC 18004, byte mode, error correction level M) as a square of dark and light modules.
public struct QRCode: Sendable {
    /// Modules along one side, without the quiet zone.
    public let size: Int
    private let modules: [UInt8]

    /// Encodes the text's UTF-8 bytes; refuses an empty text and one beyond the largest symbol (2,331 bytes).
    public init(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 2_331 else {
            throw TypesetError(
                .qrTextUnfit, "a QR code holds 1 to 2331 bytes, this text has \(bytes.count); give a shorter link")
        }
        guard let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M), let data = code.pointee.data
        else {
            throw TypesetError(.qrTextUnfit, "the text of \(bytes.count) bytes could not be encoded; is memory short?")
        }
        defer { QRcode_free(code) }
        size = Int(code.pointee.width)
        // The lowest bit is the colour; the others tell the encoder's own bookkeeping.
        modules = (0..<size * size).map { data[$0] & 1 }
    }

    /// Whether the module in column `x`, row `y` is dark; outside the square everything is light.
    public func isDark(x: Int, y: Int) -> Bool {
        guard (0..<size).contains(x), (0..<size).contains(y) else { return false }
        return modules[y * size + x] == 1
    }

    /// A stand-alone SVG with the quiet zone of four modules; scales freely, no style, no script.
    public var svg: String {
        let quiet = 4
        let side = size + 2 * quiet
        var path = ""
        for run in darkRuns { path += "M\(run.x + quiet) \(run.y + quiet)h\(run.length)v1h-\(run.length)z" }
        return #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(side) \#(side)" role="img" "#
            + #"shape-rendering="crispEdges"><path fill="white" d="M0 0h\#(side)v\#(side)H0z"/>"#
            + #"<path fill="black" d="\#(path)"/></svg>"#
    }

    /// Dark modules gathered along rows, which keeps drawings small.
    var darkRuns: [(x: Int, y: Int, length: Int)] {
        var runs: [(x: Int, y: Int, length: Int)] = []
        for y in 0..<size {
            var x = 0
            while x < size {
                guard isDark(x: x, y: y) else {
                    x += 1
                    continue
                }
                let start = x
                while isDark(x: x, y: y) { x += 1 }
                runs.append((start, y, x - start))
            }
        }
        return runs
    }
}
