import Evidence
import Notices

extension RosterDesk {
    /// Reads one part: its rows, checked against the file and the roster.
    ///
    /// - Parameter named: the numbers of the part before, with their lines, while that is not on record yet.
    func read(
        _ bytes: [UInt8], _ index: Int, _ hash: Digest, _ standing: RosterImport, named: [String: Int]
    ) async throws -> ImportPart {
        var part = ImportPart(index: index, hash: hash, after: standing)
        var rows = index == 0 ? CSVRows(file: bytes) : CSVRows(bytes, firstLine: standing.lines + 1)
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
        var split: [CSVRows.Row] = []
        while let row = rows.next() { split.append(row) }
        part.after.read += split.count
        part.after.lines = rows.nextLine - 1
        var drafts: [LineDraft] = []
        drafts.reserveCapacity(split.count)
        for (line, draft) in try await split.inParallel({ [columns] in $0.map { ($0.line, columns.draft($0)) } })
            .joined()
        {
            switch draft {
            case .success(let draft): drafts.append(LineDraft(line: line, draft: draft))
            case .failure(let error): part.note(error.faults, line: line)
            }
        }
        part.after.layout = columns.stored
        try await plan(drafts, into: &part, standing, named: named)
        part.faults.sort { $0.line < $1.line }
        return part
    }

    /// A row that says something, and where it stands.
    private struct LineDraft: Sendable {
        let line: Int
        let draft: EmployeeDraft
        /// Who it is about, unless they are known.
        var person: PersonID?
    }

    private func plan(
        _ drafts: [LineDraft], into part: inout ImportPart, _ standing: RosterImport, named: [String: Int]
    ) async throws {
        // On its second reading an all-or-nothing import knows its own numbers already.
        let isSecond = standing.mode == .allOrNothing && standing.state == .applying
        var seen =
            isSecond
            ? [:]
            : try await store.numbers(drafts.map(\.draft.number), of: standing.id).merging(named) { first, _ in first }
        let planner = try await RosterPlanner(desk: self, drafts: drafts.map(\.draft), reason: "导入：\(standing.name)")
        var first: [LineDraft] = []
        for one in drafts {
            let number = one.draft.number
            if !isSecond {
                if let line = seen[number] {
                    part.note(
                        [.init(field: "number", message: "\(number) stands on line \(line) already; remove one")],
                        line: one.line)
                    continue
                }
                seen[number] = one.line
                part.numbers.append((number, one.line))
            }
            first.append(one)
        }
        // Ids that ascend with the rows: in every index by person the next row then stands behind the one before.
        let now = clock.now
        let ids = first.map { _ in SecureRandom.uuid(at: now) }.sorted()
        for (place, id) in zip(first.indices, ids) { first[place].person = PersonID(id) }
        for (line, plan) in try await first.inParallel({
            $0.map { ($0.line, planner.plan($0.draft, newcomer: $0.person)) }
        }).joined() {
            switch plan {
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
            var index = 0
            standing = try await takeAll(of: standing.id, by: actor) {
                guard index < parts.count else { return nil }
                index += 1
                return (parts[index - 1], index == parts.count)
            }
        }
        return standing
    }
}
