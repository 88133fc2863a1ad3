import Evidence
import Notices
import SQL
import Store
import Synchronization
import TestSupport
import Testing

/// The hot queries walk along an index however full the tables are; each is taken from the store as it really runs.
@Suite struct QueryPlanTests {
    /// Runs a verb of the store and returns the plans of the statements it sent, those with some words in them.
    static func plans(
        _ gateway: TestGateway, containing words: String,
        of verb: @Sendable (SQLNoticeStore, SQLEvidenceLogStore) async throws -> Void
    ) async throws -> [String] {
        let spy = SpyingDatabase(gateway.database)
        let (notices, log) = SQLNoticeStore.stores(in: spy, vault: gateway.keys.vault, clock: gateway.clock)
        try await verb(notices, log)
        let statements = spy.statements.load().filter { $0.text.contains(words) }
        try #require(!statements.isEmpty, "no statement with \(words) was sent")
        return try await gateway.database.write { tx in
            // With tables this small PostgreSQL would read and sort them whole; what is asked is whether
            // it can do otherwise.
            if tx.dialect == .postgres {
                for way in ["enable_seqscan", "enable_bitmapscan", "enable_sort"] {
                    try tx.execute(Query(stringLiteral: "SET LOCAL \(way) = off"))
                }
            }
            return try statements.map { statement in
                let explain: Query = tx.dialect == .sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN "
                return try tx.query(explain + statement).map { row in
                    try row.get(tx.dialect == .sqlite ? "detail" : "QUERY PLAN", as: String.self)
                }.joined(separator: "\n")
            }
        }
    }

    static func filled(_ backend: Backend, _ body: (TestGateway) async throws -> Void) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.person()
            for _ in 0..<20 { _ = try await gateway.issue(gateway.riskAlert()) }
            try await gateway.settle()
            for _ in 0..<3 { _ = try await gateway.queuedMail() }
            if backend == .postgres {
                try await gateway.database.write { tx in try tx.execute("ANALYZE") }
            }
            try await body(gateway)
        }
    }

    /// Each line that reads a table names an index, and no line sorts.
    static func expect(
        _ plans: [String], uses index: String, sorts: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for plan in plans {
            #expect(plan.contains(index), "\(plan)", sourceLocation: sourceLocation)
            #expect(!plan.contains("Seq Scan"), "\(plan)", sourceLocation: sourceLocation)
            for line in plan.split(separator: "\n") where line.hasPrefix("SCAN") {
                #expect(line.contains("INDEX") || line.contains("due"), "\(plan)", sourceLocation: sourceLocation)
            }
            if !sorts {
                #expect(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "\(plan)", sourceLocation: sourceLocation)
                #expect(!plan.contains("Sort Key"), "\(plan)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test(arguments: Backend.allCases) func `asking for destroyed keys does not read all keys`(_ backend: Backend)
        async throws
    {
        try await Self.filled(backend) { gateway in
            let plans = try await Self.plans(gateway, containing: "wrapped IS NULL") { store, _ in
                _ = try await store.people(after: nil, limit: 1)
            }
            Self.expect(plans, uses: "data_keys_destroyed")
        }
    }

    @Test(arguments: Backend.allCases) func `claiming deliveries walks along what is due`(_ backend: Backend)
        async throws
    {
        try await Self.filled(backend) { gateway in
            let lease = gateway.lease()
            let plans = try await Self.plans(gateway, containing: "claims = claims + 1") { store, _ in
                _ = try await store.claimDue(lease, channels: [.email], limit: 2)
            }
            Self.expect(plans, uses: "deliveries_due")
        }
    }

    @Test(arguments: Backend.allCases) func `claiming for sealing walks along what is due`(_ backend: Backend)
        async throws
    {
        try await Self.filled(backend) { gateway in
            _ = try await gateway.issue(gateway.clientContactChange())
            let lease = gateway.lease()
            let plans = try await Self.plans(gateway, containing: "claims = claims + 1") { store, _ in
                _ = try await store.claimForSealing(lease, limit: 2)
            }
            Self.expect(plans, uses: "notices_due")
        }
    }

    @Test(arguments: Backend.allCases) func `to erase a person reads what was given to them, and no table whole`(
        _ backend: Backend
    ) async throws {
        try await Self.filled(backend) { gateway in
            let person = PersonID("p-zhangsan")
            let later = gateway.clock.now.adding(.seconds(1))
            let entry = try gateway.recorder.entry(
                .erasureRun, at: gateway.clock.now, ["person": .string(person.rawValue), "basis": "期满"])
            let plans = try await Self.plans(gateway, containing: " WHERE ") { store, _ in
                try await store.erase(person, keepAfter: later, evidence: [entry])
            }
            #expect(plans.count >= 9)
            // The few keys that were destroyed are read along their own index.
            for plan in plans where !plan.contains("data_keys_destroyed") {
                #expect(!plan.contains("Seq Scan") && !plan.contains("SCAN"), "\(plan)")
                // A walk along a whole index with a filter is no better than the table.
                #expect(backend == .sqlite || plan.contains("Index Cond"), "\(plan)")
            }
        }
    }

    @Test(arguments: Backend.allCases) func `staged entries are found by the index of those without a leaf`(
        _ backend: Backend
    ) async throws {
        try await Self.filled(backend) { gateway in
            let plans = try await Self.plans(gateway, containing: "leaf_index IS NULL") { _, log in
                _ = try await log.stagedEntries(limit: 100)
            }
            Self.expect(plans, uses: "evidence_entries_staged")
        }
    }

    @Test(arguments: Backend.allCases) func `an inbox reads one person's items`(_ backend: Backend) async throws {
        try await Self.filled(backend) { gateway in
            let plans = try await Self.plans(gateway, containing: "channel = 'inbox'") { store, _ in
                _ = try await store.items(of: PersonID("p-zhangsan"), after: nil, limit: 20).items
            }
            // Unread first: one person's items are sorted.
            Self.expect(plans, uses: "deliveries_inbox", sorts: true)
        }
    }

    @Test(arguments: Backend.allCases) func `a page of notices is one walk along an index, whatever is asked for`(
        _ backend: Backend
    ) async throws {
        try await Self.filled(backend) { gateway in
            let filters: [(NoticeFilter, String)] = [
                (NoticeFilter(), backend == .sqlite ? "sqlite_autoindex_notices_1" : "notices_pkey"),
                (NoticeFilter(state: .dispatching), "notices_state"),
                (NoticeFilter(kind: "risk-alert"), "notices_kind"),
                (NoticeFilter(batch: "b"), "notices_batch"),
                (NoticeFilter(person: PersonID("p-zhangsan")), "notice_recipients_person"),
            ]
            for (filter, index) in filters {
                for cursor in [nil, NoticeID("zzz")] {
                    let plans = try await Self.plans(gateway, containing: "DESC LIMIT") { store, _ in
                        _ = try await store.notices(filter, before: cursor, limit: 20)
                    }
                    // Statistics of twenty rows may favour the primary key; a person's page may be sorted.
                    if backend == .sqlite {
                        Self.expect(plans, uses: index)
                    } else {
                        Self.expect(plans, uses: "Index", sorts: true)
                    }
                }
            }
        }
    }

    @Test(arguments: Backend.allCases) func `what is overdue, interrupted, open or referred to is found by an index`(
        _ backend: Backend
    ) async throws {
        try await Self.filled(backend) { gateway in
            let (now, lease) = (gateway.clock.now, gateway.lease())
            let cases: [(String, String, Bool, @Sendable (SQLNoticeStore) async throws -> Void)] = [
                (
                    "expect_by <=", "deliveries_expected", false,
                    { _ = try await $0.overdueReceipts(now: now, limit: 9) }
                ),
                ("r.settled_at IS NULL", "rungs_turn", false, { _ = try await $0.dueRungs(now: now, limit: 9) }),
                (
                    "a.finished_at IS NULL", "attempts_open", true,
                    { _ = try await $0.interruptedAttempts(lease, channels: [.email], limit: 9) }
                ),
                (
                    "AND reference =", "attempts_reference", true,
                    { _ = try await $0.delivery(matching: .reference(route: RouteID("relay-a"), "r")) }
                ),
                (
                    "received_at <", "unmatched_receipts_open", false,
                    { _ = try await $0.unmatched(before: now, limit: 9) }
                ),
                ("try_at <=", "unmatched_receipts_turn", false, { _ = try await $0.takeUnmatched(now: now, limit: 9) }),
                (
                    "d.ask_at <=", "deliveries_ask", false,
                    { _ = try await $0.takeSilent(now: now, since: now, limit: 9) }
                ),
                (
                    "more > 0", "forgery_hours_open", false,
                    { _ = try await $0.unreportedForgeries(before: now, limit: 9) }
                ),
                ("ask_at <=", "receipts_ask", false, { _ = try await $0.takeDueClaims(now: now, limit: 9) }),
                ("link_hash =", "link_hash", false, { _ = try await $0.link(SHA256.hash([1])) }),
            ]
            for (words, index, sorts, verb) in cases {
                let plans = try await Self.plans(gateway, containing: words) { store, _ in try await verb(store) }
                let name = backend == .sqlite && index == "link_hash" ? "sqlite_autoindex_deliveries_2" : index
                Self.expect(plans, uses: name, sorts: sorts)
            }
        }
    }
}

/// The real database; it only remembers the statements it was sent.
struct SpyingDatabase: SQLDatabase {
    let base: any SQLDatabase
    let statements = Box<[Query]>([])

    init(_ base: any SQLDatabase) { self.base = base }

    var dialect: SQLDialect { base.dialect }
    var statistics: SQLStatistics { base.statistics }
    func close() async { await base.close() }

    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        try await base.read { tx in try body(Spy(base: tx, statements: statements)) }
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLTransaction) throws -> T) async throws -> T {
        try await base.write { tx in try body(Spy(base: tx, statements: statements)) }
    }

    struct Spy: SQLTransaction {
        let base: any SQLTransaction
        let statements: Box<[Query]>

        var dialect: SQLDialect { base.dialect }
        func execute(_ query: Query) throws(SQLError) -> Int {
            statements.store(statements.load() + [query])
            return try base.execute(query)
        }
        func query(_ query: Query) throws(SQLError) -> [Row] {
            statements.store(statements.load() + [query])
            return try base.query(query)
        }
        func executeBatch(_ queries: [Query]) throws(SQLError) -> [Int] { try base.executeBatch(queries) }
        func attempt<T>(_ body: () throws -> T) throws -> T { try base.attempt(body) }
    }
}
