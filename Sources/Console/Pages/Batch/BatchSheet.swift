import Evidence
import Notices
import People

/// A table of notices as somebody pasted or uploaded it: a line a notice, a column a field.
struct BatchSheet: Sendable {
    /// The most lines of one table; larger batches go through the API.
    static let maximumRows = 2000
    /// Every field of many lines at its longest would be more; a table that large goes through the API.
    static let maximumBytes = 2 << 20

    /// One line.
    struct Row: Sendable {
        /// Where it stands in the table; the head is line 1.
        let line: Int
        let typed: TypedNotice
        /// What is wrong with the line as such.
        let faults: [NoticeError.Fault]
    }

    let rows: [Row]
    /// The table in UTF-8, as it goes on to the next step.
    let text: String

    /// What a column holds.
    private enum Column: Hashable {
        case recipients
        case language
        case field(String)
    }

    /// Reads a table; a head that cannot be read refuses all of it, a line that cannot be read only itself.
    ///
    /// - Parameters:
    ///   - key: makes a table that is sent twice one batch.
    ///   - say: says what is wrong.
    init(
        _ bytes: [UInt8], of template: NoticeTemplate, issuer: String, key: String, saying say: BatchWords
    ) throws(NoticeError) {
        let encoding = CSVEncoding.guess(bytes) ?? .utf8
        var reader = CSVRows(file: bytes)
        guard let head = reader.next() else {
            throw NoticeError(.invalid, .said(say("empty")))
        }
        let names = head.cells.map { (encoding.text($0) ?? "").trimmed }
        let columns = try Self.columns(names, template, say)
        var (rows, lines) = ([Row](), [(head.line, names)])
        var seen: [[String]: Int] = [:]
        while let row = reader.next() {
            guard rows.count < Self.maximumRows else {
                throw NoticeError(
                    .invalid, .said(say("tooManyLines", ["most": String(Self.maximumRows), "path": Site.batches])))
            }
            let cells = row.cells.map { encoding.text($0)?.trimmed }
            if cells.allSatisfy({ $0?.isEmpty == true }) { continue }
            // By what the line says, not by where it stands: whoever takes a refused line out and sends the rest again moves
            // every line behind it.
            let content = JSONValue.array(cells.map { .string($0 ?? "") }).canonicalBytes
            var typed = TypedNotice(key: "\(key)/\(SHA256.hash(content).hex.prefix(32))")
            typed.issuer = issuer
            var faults: [NoticeError.Fault] = []
            if row.isCut { faults.append(.init(field: "", message: .said(say("quote")))) }
            if cells.count > columns.count {
                let counts = ["cells": String(cells.count), "columns": String(columns.count)]
                faults.append(.init(field: "", message: .said(say("cells", counts))))
            }
            for (column, cell) in zip(columns, cells) {
                guard let cell else {
                    faults.append(.init(field: "", message: .said(say("encoding"))))
                    continue
                }
                switch column {
                case .recipients: typed.recipients = cell
                case .language: typed.language = cell
                case .field(let name): typed.values[name] = cell
                }
            }
            if let earlier = seen.updateValue(row.line, forKey: cells.map { $0 ?? "" }) {
                faults.append(.init(field: "", message: .said(say("twin", ["line": String(earlier)]))))
            }
            lines.append((row.line, cells.map { $0 ?? "" }))
            rows.append(Row(line: row.line, typed: typed, faults: faults))
        }
        guard !rows.isEmpty else {
            throw NoticeError(.invalid, .said(say("noLines")))
        }
        self.rows = rows
        text = Self.text(lines)
    }

    /// Columns may come in any order and be named as in the template or as on the form, in either language.
    private static func columns(
        _ names: [String], _ template: NoticeTemplate, _ say: BatchWords
    ) throws(NoticeError) -> [Column] {
        var columns: [Column] = []
        var faults: [NoticeError.Fault] = []
        for name in names {
            let column: Column? =
                if ["recipients", "recipient", "受送达人", "工号"].contains(name.lowercased()) {
                    .recipients
                } else if [
                    "language", "文书语言",
                ].contains(name.lowercased()) {
                    .language
                } else {
                    template.fields.first { [$0.name, $0.label.zh, $0.label.en].contains(name) }.map { .field($0.name) }
                }
            guard let column else {
                faults.append(.init(field: shortened(name), message: .said(say("noColumn"))))
                continue
            }
            if columns.contains(column) {
                faults.append(.init(field: shortened(name), message: .said(say("columnTwice"))))
            }
            columns.append(column)
        }
        if faults.isEmpty, !columns.contains(.recipients) {
            faults.append(.init(field: "recipients", message: .said(say("noRecipients"))))
        }
        guard faults.isEmpty else {
            throw NoticeError(
                .invalid, .said(say("headWrong", ["known": head(of: template).joined(separator: ",")])), faults: faults)
        }
        return columns
    }

    /// The columns that a table of this kind may have.
    static func head(of template: NoticeTemplate) -> [String] {
        ["recipients"] + template.fields.map(\.name)
    }

    /// Lines of cells as CSV (RFC 4180), each on the line that it had.
    private static func text(_ lines: [(line: Int, cells: [String])]) -> String {
        var (text, next) = ("", 1)
        for (line, cells) in lines {
            // Empty lines stay, so that the next step speaks of the same lines as this one.
            if next < line { text += String(repeating: "\n", count: line - next) }
            let row = Self.text(cells) + "\n"
            next = CSVRows.line(after: Array(row.utf8), from: max(next, line))
            text += row
        }
        return text
    }

    /// Lines of cells as CSV (RFC 4180).
    static func text(_ lines: [[String]]) -> String { lines.map { text($0) + "\n" }.joined() }

    private static func text(_ cells: [String]) -> String {
        cells.map { cell in
            cell.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
                ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
        }.joined(separator: ",")
    }
}
