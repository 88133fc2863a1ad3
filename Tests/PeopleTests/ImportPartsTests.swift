import Evidence
import Notices
import People
import SQL
import Synchronization
import TestSupport
import Testing

/// Parts of an import that follow each other closely: one is read while the one before is being stored.
struct ImportPartsTests {
    /// What happened, in order.
    final class Record: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }

        func wait(for line: String) async throws {
            while !all.contains(line) { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    /// What a gateway was given in the place of its database.
    final class Wrapped<Database: SQLDatabase>: Sendable {
        private let kept = Mutex<Database?>(nil)
        var one: Database? { kept.withLock { $0 } }

        func keep(_ database: Database) -> Database {
            kept.withLock { $0 = database }
            return database
        }
    }

    /// The real database; writes wait at a gate, so that a test sees what goes on meanwhile.
    final class GatedDatabase: SQLDatabase {
        private let base: any SQLDatabase
        private let record: Record
        private let isOpen = Mutex(true)

        init(_ base: any SQLDatabase, _ record: Record) { (self.base, self.record) = (base, record) }

        var dialect: SQLDialect { base.dialect }
        var statistics: SQLStatistics { base.statistics }
        func close() async { await base.close() }
        func set(isOpen: Bool) { self.isOpen.withLock { $0 = isOpen } }

        func read<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
            try await base.read(body)
        }

        func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
            if !isOpen.withLock({ $0 }) {
                record.add("writing")
                while !isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            }
            let value = try await base.write(body)
            record.add("written")
            return value
        }
    }

    /// Hears of everybody who is planned to be active.
    struct Ear: OnboardingGate {
        let record: Record
        func missingAgreements(of employee: Employee) async throws -> [String] { [] }
        func bindsNewcomers(hiredOn: CivilDate) -> Bool {
            record.add("planned \(hiredOn)")
            return false
        }
    }

    static let header = "number,name,unit,position,hiredOn,state\n"

    /// Part number `index`: so many people hired in the year 2000 + index.
    static func part(_ index: Int, people: Int = 3, more: String = "") -> [UInt8] {
        let rows = (0..<people).map { "E\(index)-\($0),员工\(index)之\($0),sales,销售,20\(10 + index)-01-02,active\n" }
        return Array(((index == 0 ? header : "") + rows.joined() + more).utf8)
    }

    static func all(_ count: Int) -> [(bytes: [UInt8], isLast: Bool)] {
        (0..<count).map { (part($0), $0 == count - 1) }
    }

    private func desk(_ gateway: TestGateway, _ record: Record) throws -> RosterDesk {
        var hooks = RosterHooks()
        hooks.gate = Ear(record: record)
        return RosterDesk(
            store: gateway.peopleStore, addresses: gateway.addresses, directory: gateway.store,
            law: try TestResources.law(), hooks: hooks,
            acts: ActRecorder(recorder: gateway.recorder, clock: gateway.clock), clock: gateway.clock)
    }

    private func takeAll(
        _ parts: [(bytes: [UInt8], isLast: Bool)], _ mode: ImportMode, _ desk: RosterDesk
    ) async throws -> RosterImport {
        let begun = try await desk.beginImport("parts.csv", mode: mode, by: .hr)
        var rest = parts[...]
        return try await desk.takeAll(of: begun.id, by: .hr) { rest.popFirst() }
    }

    @Test(.timeLimit(.minutes(2)), arguments: Backend.allCases)
    func `a part is read while the one before is being stored, and never two of them`(_ backend: Backend) async throws {
        let record = Record()
        let gate = Wrapped<GatedDatabase>()
        var options = TestGateway.Options()
        options.wrap = { gate.keep(GatedDatabase($0, record)) }
        try await TestGateway.with(backend, options) { gateway in
            let gated = try #require(gate.one)
            try await gateway.unit("sales")
            let desk = try desk(gateway, record)
            let begun = try await desk.beginImport("parts.csv", mode: .eachRow, by: .hr)
            gated.set(isOpen: false)
            let done = try await withThrowingTaskGroup(of: RosterImport?.self) { group in
                group.addTask {
                    var rest = Self.all(4)[...]
                    return try await desk.takeAll(of: begun.id, by: .hr) { rest.popFirst() }
                }
                group.addTask {
                    try await record.wait(for: "writing")
                    // Part 0 is on its way to the disk: part 1 is read all the same.
                    try await record.wait(for: "planned 2011-01-02")
                    #expect(try await desk.rosterImport(begun.id, by: .hr).nextPart == 0)
                    record.add("opened")
                    gated.set(isOpen: true)
                    return nil
                }
                return try await group.reduce(nil) { $0 ?? $1 }
            }
            #expect(done?.state == .done && done?.added == 12 && done?.read == 12)
            let all = record.all
            let opened = try #require(all.firstIndex(of: "opened"))
            #expect(!all[..<opened].contains("planned 2012-01-02"))
            // Each is read before the one before it is over, or after; the one behind it never.
            for index in 2..<4 {
                let read = try #require(all.firstIndex(of: "planned 20\(10 + index)-01-02"))
                #expect(all[opened..<read].count { $0 == "written" } >= index - 1)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `parts that follow closely come to what they come to one by one`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.unit("sales")
            let desk = gateway.people.roster
            // A number that the part before names, one of its own, and one from the beginning.
            let more = "E1-0,重号,sales,销售,2012-01-02,\nE2-0,重号,sales,销售,2012-01-02,\nE0-2,重号,sales,销售,2012-01-02,\n"
            let parts = [Self.part(0), Self.part(1), Self.part(2, more: more), Self.part(3, people: 500), Self.part(4)]
            let done = try await takeAll(
                parts.enumerated().map { ($1, $0 == parts.count - 1) }, .eachRow, desk)
            #expect([done.read, done.added, done.faulty] == [515, 512, 3] && done.state == .done)
            let faults = try await desk.faults(of: done.id, by: .hr)
            #expect(faults.map(\.line) == [11, 12, 13])
            #expect(faults[0].message.contains("line 5 already") && faults[1].message.contains("line 8 already"))
            #expect(faults[2].message.contains("line 4 already"))
            let one = try await desk.employee("E3-499", by: .hr)
            #expect(one.name == "员工3之499")
            #expect(
                try await gateway.people.acts.acts(about: .employee(one.id)).map(\.entry.event) == [.employeesImported])
            try await desk.undo(done.id, reason: "测试", by: .hr)
            #expect(try await desk.employees(by: .hr).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `all or nothing reads parts that follow closely twice, and brings all or nobody`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.unit("sales")
            let desk = gateway.people.roster
            var parts = Self.all(5)
            let first = try await takeAll(parts, .allOrNothing, desk)
            #expect(first.state == .applying && first.nextPart == 0 && first.added == 0)
            #expect(try await desk.employees(by: .hr).isEmpty)
            var rest = parts[...]
            let second = try await desk.takeAll(of: first.id, by: .hr) { rest.popFirst() }
            #expect(second.state == .done && second.added == 15 && second.read == 15)
            // A row in the middle that is wrong, or that the part before has: nobody comes.
            for row in ["F1,,sales,销售,2012-01-02,active", "E1-2,重号,sales,销售,2012-01-02,active"] {
                parts[2].bytes = Self.part(2, more: row + "\n")
                let refused = try await takeAll(parts, .allOrNothing, desk)
                #expect(refused.state == .refused && refused.faulty == 1 && refused.read == 16)
            }
            let dry = try await takeAll(parts, .dryRun, desk)
            #expect(dry.state == .refused && dry.unchanged == 15 && dry.faulty == 1)
            #expect(try await desk.employees(limit: 100, by: .hr).count == 15)
        }
    }

    @Test(arguments: Backend.allCases)
    func `the numbers of a file are forgotten at its end, however many there are, and those of others are not`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.unit("sales")
            let desk = gateway.people.roster
            let other = try await desk.beginImport("other.csv", mode: .eachRow, by: .hr)
            let begun = try await desk.beginImport("parts.csv", mode: .eachRow, by: .hr)
            // More than are deleted in one statement, and then some.
            let numbers = (0..<9_000).map { index -> Query in
                "INSERT INTO roster_import_numbers (import, number, line) VALUES (\(begun.id.rawValue), \("x\(index)"), 1)"
            }
            try await gateway.database.write { tx in
                try tx.executeBatch(numbers)
                try tx.execute(
                    "INSERT INTO roster_import_numbers (import, number, line) VALUES (\(other.id.rawValue), 'x1', 1)")
            }
            var rest = Self.all(2)[...]
            let done = try await desk.takeAll(of: begun.id, by: .hr) { rest.popFirst() }
            #expect(done.state == .done)
            let left = try await gateway.database.read { tx in
                try tx.query("SELECT import FROM roster_import_numbers").map { try $0.get("import", as: String.self) }
            }
            #expect(left == [other.id.rawValue])
        }
    }

    @Test(arguments: Backend.allCases, FaultyDatabase.Fault.allCases)
    func `a part that fails stops those behind it, and the import goes on where it stopped`(
        _ backend: Backend, _ fault: FaultyDatabase.Fault
    ) async throws {
        let faulty = Wrapped<FaultyDatabase>()
        var options = TestGateway.Options()
        options.wrap = { faulty.keep(FaultyDatabase($0)) }
        try await TestGateway.with(backend, options) { gateway in
            let database = try #require(faulty.one)
            try await gateway.unit("sales")
            let desk = gateway.people.roster
            let begun = try await desk.beginImport("parts.csv", mode: .eachRow, by: .hr)
            database.alwaysFail(fault, writing: "INSERT INTO employees", about: "E2-1")
            await #expect(throws: SQLError.self) {
                var rest = Self.all(5)[...]
                _ = try await desk.takeAll(of: begun.id, by: .hr) { rest.popFirst() }
            }
            // Of a commit whose reply was lost everything is there, of another nothing; never a part of it.
            let standing = try await desk.rosterImport(begun.id, by: .hr)
            let stored = try await desk.employees(limit: 100, by: .hr).map(\.number)
            #expect(standing.state == .applying && stored.count == 3 * standing.nextPart)
            #expect(standing.added == stored.count)
            if fault == .notPersisted { #expect(standing.nextPart == 2) } else { #expect(standing.nextPart >= 3) }
            database.disarm()
            var rest = Self.all(5)[...]
            let done = try await desk.takeAll(of: begun.id, by: .hr) { rest.popFirst() }
            #expect(done.state == .done && done.added == 15 && done.read == 15 && done.faulty == 0)
            #expect(try await desk.employees(limit: 100, by: .hr).count == 15)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a part that runs ahead of a missing one is refused, and taken when its turn has come`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            try await gateway.unit("sales")
            let desk = gateway.people.roster
            let begun = try await desk.beginImport("parts.csv", mode: .eachRow, by: .hr)
            for index in [1, 2, 7, -1, .min, .max] {
                let error = try await refusal {
                    _ = try await desk.take(Self.part(1), part: index, isLast: false, of: begun.id, by: .hr)
                }
                #expect(error.code == .invalid && error.reason.contains("part 0"))
            }
            // However they arrive, each is taken once: whoever is too early comes again.
            let answers = try await withThrowingTaskGroup(of: RosterImport.self) { group in
                for (index, part) in Self.all(4).enumerated().reversed() {
                    group.addTask {
                        while true {
                            do {
                                return try await desk.take(
                                    part.bytes, part: index, isLast: part.isLast, of: begun.id, by: .hr)
                            } catch let error as PeopleError where error.code == .invalid {
                                try await Task.sleep(for: .milliseconds(1))
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.nextPart)) == [1, 2, 3, 4])
            #expect(Set(answers.map(\.added)) == [3, 6, 9, 12])
            #expect(try await desk.rosterImport(begun.id, by: .hr).state == .done)
        }
    }

    @Test(arguments: Backend.allCases)
    func `of many newcomers whose numbers one is taken meanwhile, none comes on record before a second look`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            try await gateway.unit("sales")
            let desk = gateway.people.roster
            let part = Self.part(0, people: 300)
            let begun = try await desk.beginImport("parts.csv", mode: .eachRow, by: .hr)
            let today = CivilDate(inChina: gateway.clock.now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await desk.take(part, part: 0, isLast: true, of: begun.id, by: .hr) }
                group.addTask {
                    _ = try? await desk.upsert(
                        gateway.draft("E0-150", name: "先到", hiredOn: today.adding(days: -400), state: .active),
                        by: .hr)
                }
                try await group.waitForAll()
            }
            let done = try await desk.rosterImport(begun.id, by: .hr)
            #expect(done.state == .done && done.added + done.changed + done.unchanged + done.faulty == 300)
            #expect(try await desk.employees(limit: 500, by: .hr).count == 300)
            let keys: Int? = try await gateway.database.read { tx in
                try tx.first(
                    "SELECT count(*) AS n FROM employees m JOIN data_keys k ON k.owner = m.person WHERE k.wrapped IS NOT NULL"
                )?.get("n")
            }
            #expect(keys == 300)
        }
    }
}
