import Evidence
import Notices

extension RosterDesk {
    /// Reads one part: its rows, checked against the file and the roster.
    func read(_ bytes: [UInt8], _ index: Int, _ hash: Digest, _ standing: RosterImport) async throws -> ImportPart {
        var part = ImportPart(index: index, hash: hash, after: standing)
        var rows = CSVRows(bytes, firstLine: standing.lines + 1)
        var columns: RosterColumns
        if index == 0 {
            guard let header = rows.next() else {
                throw PeopleError(.invalid, "the file is empty; its first row must name the columns")
            }
            columns = try RosterColumns(header: header, encoding: CSVEncoding.guess(bytes))
        } else {
            guard let stored = RosterColumns(stored: standing.layout) else {
                throw PeopleError(.unavailable, "the import has lost its columns; begin another")
            }
            columns = stored
            // A file may begin with pages of plain ASCII.
            if stored.encoding == nil {
                columns = RosterColumns(fields: stored.fields, encoding: CSVEncoding.guess(bytes))
            }
        }
        var drafts: [(line: Int, draft: EmployeeDraft)] = []
        while let row = rows.next() {
            part.after.read += 1
            switch columns.draft(row) {
            case .success(let draft): drafts.append((row.line, draft))
            case .failure(let error): part.note(error.faults, line: row.line)
            }
        }
        part.after.lines = rows.nextLine - 1
        part.after.layout = columns.stored
        try await plan(drafts, into: &part, standing)
        part.faults.sort { $0.line < $1.line }
        return part
    }

    private func plan(
        _ drafts: [(line: Int, draft: EmployeeDraft)], into part: inout ImportPart, _ standing: RosterImport
    ) async throws {
        // On its second reading an all-or-nothing import knows its own numbers already.
        let isSecond = standing.mode == .allOrNothing && standing.state == .applying
        var seen =
            isSecond ? [:] : try await store.numbers(drafts.map(\.draft.number), of: standing.id)
        let planner = try await RosterPlanner(desk: self, drafts: drafts.map(\.draft), reason: "导入：\(standing.name)")
        for (line, draft) in drafts {
            if !isSecond {
                if let first = seen[draft.number] {
                    part.note(
                        [
                            .init(
                                field: "number", message: "\(draft.number) stands on line \(first) already; remove one")
                        ],
                        line: line)
                    continue
                }
                seen[draft.number] = line
                part.numbers.append((draft.number, line))
            }
            switch planner.plan(draft) {
            case .failure(let error): part.note(error.faults, line: line)
            case .success(.unchanged): part.after.unchanged += 1
            case .success(.entry(let entry)):
                if entry.isNew { part.after.added += 1 } else { part.after.changed += 1 }
                part.entries.append(entry)
            }
        }
    }
}

extension ImportPart {
    mutating func note(_ found: [PeopleError.Fault], line: Int) {
        after.faulty += 1
        faults += found.map { ImportFault(line: line, column: $0.field, message: $0.message) }
    }
}

extension RosterDesk {
    /// Imports a file that is in memory; for larger ones send the parts one by one.
    public func importFile(
        _ bytes: [UInt8], name: String, mode: ImportMode, by actor: Actor
    ) async throws -> RosterImport {
        var cutter = CSVCutter()
        let parts = try cutter.take(bytes) + [cutter.finish()]
        var standing = try await beginImport(name, mode: mode, by: actor)
        var reading = RosterImport.State?.none
        // At most twice: once to check and once to apply.
        while standing.isOpen, standing.state != reading {
            reading = standing.state
            for (index, part) in parts.enumerated() {
                standing = try await take(
                    part, part: index, isLast: index == parts.count - 1, of: standing.id, by: actor)
            }
        }
        return standing
    }
}
