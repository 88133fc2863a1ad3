import Evidence
import Notices

extension RosterDesk {
    /// Begins an import; its file follows in parts, cut at the ends of rows (``CSVCutter``).
    public func beginImport(_ name: String, mode: ImportMode, by actor: Actor) async throws -> RosterImport {
        try AccessPolicy.require(.importRoster, actor)
        if let fault = Wording.lineFault(name) {
            throw PeopleError(
                .invalid, "the import was not begun", faults: [.init(field: "name", message: fault)])
        }
        let new = RosterImport(
            id: ImportID(SecureRandom.uuid(at: clock.now)), name: name, mode: mode,
            state: mode == .eachRow ? .applying : .checking)
        let act = try acts.act(
            .rosterImportBegun, by: actor, about: [Subject(.rosterImport, new.id)],
            ["name": .string(name), "mode": .string(mode.rawValue)])
        try await store.begin(new, acts: [act])
        return new
    }

    /// Takes the next part of the file; the last one says so.
    ///
    /// A part that was taken before is answered again, so that a caller who lost the answer repeats it. An import of all or
    /// nothing reads the whole file twice: the first time nothing is changed, and if nothing was wrong it asks for the
    /// same parts again from 0.
    public func take(
        _ bytes: [UInt8], part index: Int, isLast: Bool, of id: ImportID, by actor: Actor
    ) async throws -> RosterImport {
        try AccessPolicy.require(.importRoster, actor)
        let hash = SHA256.hash(bytes)
        // Whoever was faster with one of the numbers makes one more look necessary, not more.
        for _ in 0..<3 {
            let standing = try await requireImport(id)
            if standing.isOpen, index < standing.nextPart, try await store.hash(ofPart: index, of: id) == hash {
                return standing
            }
            try await check(standing, index, hash)
            do {
                return try await take(bytes, index, hash, isLast: isLast, standing, actor)
            } catch let error as PeopleError where error.code == .conflict { continue }
        }
        throw PeopleError(.conflict, "the roster keeps changing under part \(index); send it again")
    }

    private func check(_ standing: RosterImport, _ index: Int, _ hash: Digest) async throws {
        guard standing.isOpen else {
            throw PeopleError(
                .conflict, "the import is \(standing.state.rawValue) and takes nothing more; begin another")
        }
        guard index == standing.nextPart else {
            throw PeopleError(.invalid, "part \(index) does not come next; send part \(standing.nextPart)")
        }
        if standing.mode == .allOrNothing, standing.state == .applying,
            try await store.hash(ofPart: index, of: standing.id) != hash
        {
            throw PeopleError(.invalid, "part \(index) is not the one that was checked; begin again with one file")
        }
    }

    private func take(
        _ bytes: [UInt8], _ index: Int, _ hash: Digest, isLast: Bool, _ standing: RosterImport, _ actor: Actor
    ) async throws -> RosterImport {
        var part = try await read(bytes, index, hash, standing)
        part.after.nextPart = index + 1
        var moved: [Act] = []
        if isLast { moved = try finish(&part, actor) }
        if standing.state == .checking { part.entries = [] }
        if standing.mode == .allOrNothing, standing.state == .applying, !part.faults.isEmpty {
            // The roster changed between the two readings: nothing is what was promised.
            try await undo(standing.id, reason: "全有或全无：第\(part.faults[0].line)行已不再适用", by: actor)
            throw PeopleError(
                .conflict,
                "line \(part.faults[0].line) no longer fits (\(part.faults[0].message)); nothing was imported")
        }
        try await store.take(part, acts: try acts(of: part, by: actor) + moved)
        return part.after
    }

    /// Where the import stands after its last part.
    private func finish(_ part: inout ImportPart, _ actor: Actor) throws -> [Act] {
        switch (part.after.state, part.after.mode) {
        case (.checking, .dryRun): part.after.state = part.after.faulty == 0 ? .checked : .refused
        case (.checking, _) where part.after.faulty > 0: part.after.state = .refused
        case (.checking, _):
            part.after.state = .applying
            (part.after.nextPart, part.after.lines, part.after.read) = (0, 0, 0)
            (part.after.added, part.after.changed, part.after.unchanged) = (0, 0, 0)
            return []
        default: part.after.state = .done
        }
        let after = part.after
        return [
            try acts.act(
                .rosterImportEnded, by: actor, about: [Subject(.rosterImport, after.id)],
                [
                    "state": .string(after.state.rawValue), "rows": .integer(Int64(after.read)),
                    "added": .integer(Int64(after.added)), "changed": .integer(Int64(after.changed)),
                    "unchanged": .integer(Int64(after.unchanged)), "faulty": .integer(Int64(after.faulty)),
                ])
        ]
    }

    /// One act for some hundreds of people, sealed as ours: it names them by id and says nothing of them.
    private func acts(of part: ImportPart, by actor: Actor) throws -> [Act] {
        try stride(from: 0, to: part.entries.count, by: 400).map { start in
            let some = part.entries[start..<min(start + 400, part.entries.count)]
            return try acts.act(
                .employeesImported, by: actor,
                about: [Subject(.rosterImport, part.after.id)] + some.map { .employee($0.employee.id) },
                [
                    "part": .integer(Int64(part.index)), "partHash": .string(part.hash.hex),
                    "people": .integer(Int64(some.count)),
                ], isOurs: true)
        }
    }

    private func requireImport(_ id: ImportID) async throws -> RosterImport {
        guard let found = try await store.rosterImport(id) else {
            throw PeopleError(.notFound, "there is no import \"\(id.rawValue.prefix(40))\"")
        }
        return found
    }

    // MARK: Looking

    /// Imports, the newest first.
    public func imports(by actor: Actor, limit: Int = 50) async throws -> [RosterImport] {
        try AccessPolicy.require(.importRoster, actor)
        return try await store.rosterImports(limit: limit)
    }

    /// One import.
    public func rosterImport(_ id: ImportID, by actor: Actor) async throws -> RosterImport {
        try AccessPolicy.require(.importRoster, actor)
        return try await requireImport(id)
    }

    /// What is wrong with an import, by line and column.
    public func faults(
        of id: ImportID, afterLine line: Int = 0, limit: Int = 200, by actor: Actor
    ) async throws -> [ImportFault] {
        try AccessPolicy.require(.importRoster, actor)
        _ = try await requireImport(id)
        return try await store.faults(of: id, afterLine: line, limit: limit)
    }

    // MARK: Taking back

    /// Puts back what an import brought (S-131): whoever came with it goes, whoever was changed is as before.
    ///
    /// Refused as a whole, with their numbers, when somebody has been changed since. Taken up again where it stopped
    /// when it was interrupted. The evidence of the import stays.
    public func undo(_ id: ImportID, reason: String, by actor: Actor) async throws {
        try AccessPolicy.require(.importRoster, actor)
        let standing = try await requireImport(id)
        if let fault = Wording.reasonFault(reason) {
            throw PeopleError(
                .invalid, "the import was not undone", faults: [.init(field: "reason", message: fault)])
        }
        let entries = try await store.entries(of: id)
        if standing.state != .undoing {
            guard standing.state == .done || standing.state == .applying else {
                throw PeopleError(.conflict, "the import is \(standing.state.rawValue); there is nothing to undo")
            }
            for entry in entries {
                let changed = try await store.changedSince(entry: entry)
                guard changed.isEmpty else {
                    throw PeopleError(
                        .conflict,
                        "\(changed.prefix(20).joined(separator: ", ")) were changed after the import; "
                            + "undo that first, or correct them by hand")
                }
            }
            let act = try acts.act(
                .rosterImportUndone, by: actor, about: [Subject(.rosterImport, id)], ["reason": .string(reason)])
            guard try await store.move(id, from: standing.state, to: .undoing, acts: [act]) else {
                throw PeopleError(.conflict, "the import has just moved on; look again")
            }
        }
        for entry in entries {
            let people = try await store.people(of: entry)
            let act = try acts.act(
                .rosterImportUndone, by: actor,
                about: [Subject(.rosterImport, id)] + people.map { .employee($0) },
                ["entry": .string(entry), "reason": .string(reason)], isOurs: true)
            try await store.putBack(entry: entry, of: id, acts: [act])
        }
        _ = try await store.move(id, from: .undoing, to: .undone, acts: [])
    }
}
