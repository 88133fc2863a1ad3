import Evidence
import Notices

extension RosterDesk {
    /// Takes the next part of the file; the last one says so.
    ///
    /// It is durable when this returns. A part that was taken before is answered again, so that a caller who lost the answer repeats it. The part behind the
    /// next may come while that is being taken: it is read and sealed meanwhile, and stored after it. An import of all or
    /// nothing reads the whole file twice: the first time nothing is changed, and if nothing was wrong it asks for the
    /// same parts again from 0.
    public func take(
        _ bytes: [UInt8], part index: Int, isLast: Bool, of id: ImportID, by actor: Actor
    ) async throws -> RosterImport {
        try AccessPolicy.require(.importRoster, actor)
        let isInHand = line.enter(index, id)
        return try await take(bytes, index, isInHand: isInHand, isLast: isLast, of: id, by: actor)
    }

    /// Takes the parts of a file one after the other, each read and sealed while the one before it is being stored.
    ///
    /// What the parts before a refused one brought stays as it would if they had been sent one by one.
    ///
    /// - Parameter next: the next part of the file, the first being number 0, and whether it is the last; nil when there is
    ///   none.
    public func takeAll(
        of id: ImportID, by actor: Actor, _ next: () async throws -> (bytes: [UInt8], isLast: Bool)?
    ) async throws -> RosterImport {
        try AccessPolicy.require(.importRoster, actor)
        return try await withThrowingTaskGroup(of: (index: Int, after: RosterImport).self) { group in
            var (last, standing) = (-1, try await requireImport(id))
            func keep(_ done: (index: Int, after: RosterImport)) { if done.index > last { (last, standing) = done } }
            var index = 0
            while standing.isOpen, let part = try await next() {
                if index >= 2, let done = try await group.next() { keep(done) }
                // Here and not in the task: whoever comes later must find this one in line.
                let (number, isInHand) = (index, line.enter(index, id))
                group.addTask {
                    (
                        number,
                        try await take(part.bytes, number, isInHand: isInHand, isLast: part.isLast, of: id, by: actor)
                    )
                }
                index += 1
            }
            while let done = try await group.next() { keep(done) }
            return standing
        }
    }

    private func take(
        _ bytes: [UInt8], _ index: Int, isInHand: Bool, isLast: Bool, of id: ImportID, by actor: Actor
    ) async throws -> RosterImport {
        defer { if isInHand { line.leave(index, id) } }
        let hash = SHA256.hash(bytes)
        // Whoever was faster with one of the numbers makes one more look necessary, not more.
        for _ in 0..<3 {
            let ahead = isInHand ? await line.ahead(of: index, id) : nil
            try Task.checkCancellation()
            let standing: RosterImport
            if let ahead { standing = ahead.after } else { standing = try await requireImport(id) }
            if standing.isOpen, index < standing.nextPart, try await store.hash(ofPart: index, of: id) == hash {
                return standing
            }
            try await check(standing, index, hash)
            let part = PartInHand(
                bytes: bytes, index: index, hash: hash, isLast: isLast, isInHand: isInHand, ahead: ahead)
            do {
                return try await take(part, standing, actor)
            } catch let error as PeopleError where error.code == .conflict {
                if isInHand { line.set(nil, index, id) }
            }
        }
        throw PeopleError(.conflict, "the roster keeps changing under part \(index); send it again")
    }

    /// A part as it came, and what it builds on.
    private struct PartInHand: Sendable {
        let bytes: [UInt8]
        let index: Int
        let hash: Digest
        let isLast: Bool
        let isInHand: Bool
        let ahead: ImportLine.Ahead?
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

    private func take(_ given: PartInHand, _ standing: RosterImport, _ actor: Actor) async throws -> RosterImport {
        var part = try await read(given.bytes, given.index, given.hash, standing, named: given.ahead?.numbers ?? [:])
        part.after.nextPart = given.index + 1
        var moved: [Act] = []
        if given.isLast { moved = try finish(&part, actor) }
        if standing.state == .checking { part.entries = [] }
        if standing.mode == .allOrNothing, standing.state == .applying, let fault = part.faults.first {
            // The roster changed between the two readings: nothing is what was promised.
            try await requireStored(before: given, standing)
            try await undo(standing.id, reason: "全有或全无：第\(fault.line)行已不再适用", by: actor)
            throw PeopleError(
                .conflict, "line \(fault.line) no longer fits (\(fault.message)); nothing was imported")
        }
        let write = try await store.prepare(part, acts: try acts(of: part, by: actor) + moved)
        if given.isInHand {
            let numbers = Dictionary(part.numbers.map { ($0.number, $0.line) }) { first, _ in first }
            line.set(.init(after: part.after, numbers: numbers), given.index, standing.id)
        }
        // The next part is in memory beside this one: what is sealed is not kept a second time.
        (part.entries, part.numbers) = ([], [])
        try await requireStored(before: given, standing)
        try await write()
        return part.after
    }

    /// Waits for the part before, and looks whether it left the import as was foreseen.
    private func requireStored(before part: PartInHand, _ standing: RosterImport) async throws {
        guard part.ahead != nil else { return }
        await line.stored(before: part.index, standing.id)
        guard try await requireImport(standing.id) == standing else {
            throw PeopleError(
                .conflict, "part \(part.index - 1) was not stored as planned; send part \(part.index) again")
        }
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
}
