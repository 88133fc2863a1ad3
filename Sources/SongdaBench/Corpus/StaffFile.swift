import Foundation

/// A file of staff as HR has them, with one row in twenty wrong in one of eight ways.
///
/// The same in every run. Numbers ascend, as a company's books have them.
struct StaffFile {
    /// How a row is wrong; each kind once in 160 rows.
    enum Flaw: Int, CaseIterable {
        case noName, impossibleDay, unknownUnit, repeatedNumber, badMailbox, missingCell, formula, otherEncoding

        /// The column of which an import must complain.
        var column: String {
            switch self {
            case .noName, .otherEncoding: "name"
            case .impossibleDay: "hiredOn"
            case .unknownUnit: "unit"
            case .repeatedNumber: "number"
            case .badMailbox: "email"
            case .missingCell: "row"
            case .formula: "position"
            }
        }
    }

    static let units = 500
    static let columns = ["number", "name", "unit", "position", "hiredOn", "email", "phone"]

    let count: Int

    static func unit(_ index: Int) -> String { "store-\(String(format: "%03d", index % units))" }

    static func number(_ index: Int) -> String {
        let digits = String(index)
        return "E" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
    }

    /// What is wrong with a row; nil for a right one.
    static func flaw(_ index: Int) -> Flaw? {
        index % 20 == 19 ? Flaw(rawValue: index / 20 % Flaw.allCases.count) : nil
    }

    /// How many rows are right.
    var sound: Int { count - flaws.count }

    /// What an import must report: the line on which each wrong row begins, and the column.
    var flaws: [String] {
        (0..<count).compactMap { index in Self.flaw(index).map { "\(index + 2) \($0.column)" } }
    }

    /// Writes the file, a megabyte at a time.
    func write(to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw BenchError("\(path) cannot be written") }
        var bytes = Array((Self.columns.joined(separator: ",") + "\n").utf8)
        for index in 0..<count {
            Self.append(index, to: &bytes)
            if bytes.count > 1 << 20 {
                try handle.write(contentsOf: bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    private static func append(_ index: Int, to bytes: inout [UInt8]) {
        let flaw = flaw(index)
        let digits = number(index).dropFirst()
        var cells = [
            number(flaw == .repeatedNumber ? index - 1 : index), flaw == .noName ? "" : Corpus.name(index),
            flaw == .unknownUnit ? "nowhere" : unit(index), flaw == .formula ? "=1+1" : "导购",
            flaw == .impossibleDay ? "2020-02-30" : "20\(10 + index % 15)-0\(1 + index % 9)-\(10 + index % 19)",
            flaw == .badMailbox ? "nobody" : "e\(digits)@example.com", "138\(10_000_000 + index)",
        ]
        if flaw == .missingCell { cells.removeLast() }
        let line = Array((cells.joined(separator: ",") + "\n").utf8)
        guard flaw == .otherEncoding, let name = line.firstIndex(of: 0x2C) else { return bytes += line }
        // A name in GBK in a file that is UTF-8 otherwise.
        bytes += line[...name] + [0xD5, 0xC5, 0xC8, 0xFD] + line[name...].dropFirst(1 + Corpus.name(index).utf8.count)
    }
}
