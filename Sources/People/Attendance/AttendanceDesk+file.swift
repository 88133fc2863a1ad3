import Evidence
import Notices

extension AttendanceDesk {
    /// How large a part of a file of punches is meant to be.
    ///
    /// The more punches come together, the more of them fall on the same people and days, and are stored together; but each
    /// takes some 2.5 KiB of memory until its part is stored.
    public static let partBytes = 512 << 10

    /// The most rows of one part; those of a real file are twice as long as this many in ``partBytes`` would be.
    static let maximumPartRows = 100_000

    /// The first row of every file of punches.
    public static let columns = ["employee", "at", "source"]

    /// Takes in one part of a CSV file of punches, cut at the ends of rows (``CSVCutter``); durable when it returns.
    ///
    /// Per row, as with ``record(_:by:)``: a file may be sent again from its beginning, and what is known counts as
    /// repeated. What is refused is named by the line of the file and the column.
    ///
    /// - Parameter firstLine: the line of the file on which the part begins; on line 1 stand the names of the columns.
    public func importPart(
        _ bytes: [UInt8], firstLine: Int = 1, by actor: Actor
    ) async throws -> ImportReport {
        try AccessPolicy.require(.recordAttendance, actor)
        guard firstLine >= 1 else {
            throw PeopleError(.invalid, "line: \(firstLine) is no line; lines are counted from 1")
        }
        var rows = firstLine == 1 ? CSVRows(file: bytes) : CSVRows(bytes, firstLine: firstLine)
        if firstLine == 1 { try Self.checkHeader(rows.next()) }
        var split: [CSVRows.Row] = []
        while let row = rows.next() {
            guard split.count < Self.maximumPartRows else {
                throw PeopleError(
                    .invalid,
                    "the part has more than \(Self.maximumPartRows) rows; send it in smaller parts, cut at row ends")
            }
            split.append(row)
        }
        var lines: [PunchLine] = []
        var places: [Int] = []
        var faults: [PeopleError.Fault] = []
        lines.reserveCapacity(split.count)
        places.reserveCapacity(split.count)
        for (line, read) in try await split.inParallel({ $0.map { ($0.line, Self.punch($0)) } }).joined() {
            switch read {
            case .success(let punch):
                lines.append(punch)
                places.append(line)
            case .failure(let error): faults += error.faults
            }
        }
        guard !lines.isEmpty else { return ImportReport(added: 0, repeated: 0, refused: faults) }
        return try await take(
            lines, before: faults, place: { [places] row, column in "line \(places[row]), \(column)" }, by: actor)
    }

    private static func checkHeader(_ row: CSVRows.Row?) throws(PeopleError) {
        let names = (row?.cells ?? []).map { String(decoding: $0, as: UTF8.self) }
        guard names == columns else {
            throw PeopleError(
                .invalid,
                "the first line is \"\(names.joined(separator: ",").prefix(60))\"; it must be \(columns.joined(separator: ","))"
            )
        }
    }

    private static func punch(_ row: CSVRows.Row) -> Result<PunchLine, PeopleError> {
        var faults: [PeopleError.Fault] = []
        func note(_ column: String, _ message: Sentence) {
            faults.append(.init(field: "line \(row.line), \(column)", message: message))
        }
        guard row.cells.count == columns.count, !row.isCut else {
            note(
                "row",
                row.isCut
                    ? "a quote is opened and never closed; the file may be cut off"
                    : "has \(row.cells.count) cells; it needs \(columns.joined(separator: ","))")
            return .failure(PeopleError(.invalid, "the row was not read", faults: faults))
        }
        let texts = row.cells.map { $0.count > 100 ? nil : String(validating: $0, as: UTF8.self) }
        func shown(_ text: String?) -> String { text.map { "\"\($0.prefix(40))\"" } ?? "what stands there" }
        if texts[0]?.isEmpty != false { note("employee", "\(shown(texts[0])) is no number; fill it in") }
        let at = texts[1].flatMap { Timestamp(rfc3339: $0) }
        if at == nil {
            note("at", "\(shown(texts[1])) is no instant with its zone, such as 2026-11-21T08:58:00+08:00; correct it")
        }
        let source = texts[2].flatMap { PunchSource(rawValue: $0) }
        if source == nil {
            let known = PunchSource.allCases.map(\.rawValue).joined(separator: ", ")
            note("source", "\(shown(texts[2])) is not one of \(known)")
        }
        guard faults.isEmpty, let number = texts[0], let at, let source else {
            return .failure(PeopleError(.invalid, "the row was not read", faults: faults))
        }
        return .success(PunchLine(number: number, at: at, source: source))
    }
}
