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

    func requireImport(_ id: ImportID) async throws -> RosterImport {
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
