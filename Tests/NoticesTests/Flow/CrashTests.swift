import Evidence
import Notices
import SQL
import TestSupport
import Testing

/// The process dies at the worst moments; nothing is lost, nothing is guessed, nothing goes out twice unrecorded.
@Suite struct CrashTests {
    @Test(arguments: Backend.allCases)
    func `mail under way in a crash is called unknown and sent once more, byte for byte (F2, F3)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend, checks: false) { first in
            first.mail.next(.hold)
            let id = try await first.sealedClientNotice()
            let mail = try await first.only(.email, of: id)
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Its outcome finds no database any more.
                group.addTask {
                    await #expect(throws: (any Error).self) { try await first.dispatcher(.email).runOnce() }
                }
                await first.mail.waitForParcels(1)
                let second = try await first.crashed()
                #expect(try await second.dispatcher(.email).recover(isStart: true) == 1)
                let unknown = try await second.only(.email, of: id)
                #expect(unknown.state == .unknown)
                #expect(try await second.facts(.outcomeUnknown, of: id).map { $0.facts["recovered"] } == [.bool(true)])
                // Not at once: the retry keeps to the schedule.
                #expect(try await second.dispatcher(.email).runOnce() == 0)
                second.mail.alwaysAccepts()
                second.pass(.seconds(361))
                #expect(try await second.dispatcher(.email).runOnce() == 1)
                #expect(try await second.only(.email, of: id).state == .accepted)
                first.mail.release()
                try await group.waitForAll()
                let parcels = second.mail.parcels
                #expect(parcels.count == 2)
                #expect(parcels[0].messageKey == parcels[1].messageKey && parcels[0].messageKey == mail.messageKey)
                #expect(parcels[0].content == parcels[1].content)
                #expect(parcels[0].date == parcels[1].date)
                #expect(parcels.map(\.attempt) == [1, 2])
                second.sms.alwaysAccepts()
                try await second.settle()
                let standing = try await second.pipeline.prove.standing(of: id)
                #expect(standing.timeline.doubts.contains { $0.en.contains("unknown") })
                try await second.check()
                await second.close()
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `mail that ends unknown a second time is not sent a third time (F25)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.always(.outcome(.unknown(reason: "lost after the end of data")))
            gateway.sms.alwaysAccepts()
            let id = try await gateway.sealedClientNotice()
            for _ in 0..<6 { try await gateway.settle(after: .seconds(3600)) }
            #expect(gateway.mail.parcels.count == 2)
            #expect(try await gateway.only(.email, of: id).state == .unknown)
            #expect(try await gateway.only(.email, of: id).dueAt == nil)
            #expect(try await gateway.facts(.outcomeUnknown, of: id).count == 2)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a text message under way in a crash is never sent again (F2, F35)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend, checks: false) { first in
            first.sms.next(.hold)
            let id = try await first.sealedClientNotice()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await #expect(throws: (any Error).self) { try await first.dispatcher(.sms).runOnce() } }
                await first.sms.waitForParcels(1)
                let second = try await first.crashed()
                second.mail.alwaysAccepts()
                #expect(try await second.dispatcher(.sms).recover(isStart: true) == 1)
                for _ in 0..<4 { try await second.settle(after: .seconds(7200)) }
                #expect(second.sms.parcels.count == 1)
                let sms = try await second.only(.sms, of: id)
                #expect(sms.state == .unknown && sms.dueAt == nil)
                // The provider can still be asked.
                let awaiting = try await second.store.takeSilent(
                    now: second.clock.now, since: second.options.start, limit: 5)
                #expect(awaiting.map(\.delivery.id) == [sms.id])
                first.sms.release()
                try await group.waitForAll()
                try await second.check()
                await second.close()
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `what was claimed and not begun goes out after a crash, at once and once (F2)`(_ backend: Backend) async throws
    {
        try await TestGateway.staffed(backend, checks: false) { first in
            let id = try await first.sealedClientNotice()
            let lease = Lease(owner: "one", now: first.clock.now, until: first.clock.now.adding(.seconds(1200)))
            #expect(try await first.store.claimDue(lease, channels: [.email], limit: 10).count == 1)
            let second = try await first.crashed()
            second.acceptsAll()
            #expect(try await second.dispatcher(.email).recover(isStart: true) == 0)
            try await second.settle()
            #expect(second.mail.parcels.count == 1)
            #expect(try await second.only(.email, of: id).state == .accepted)
            #expect(try await second.store.notice(id)?.state == .closed)
            try await second.check()
            await second.close()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a delivery that crashes us three times is set aside and the others go out (F8)`(_ backend: Backend)
        async throws
    {
        let crasher = Box<String>("")
        try await TestGateway.staffed(
            backend, { $0.crashes(writing: "INSERT INTO attempts", about: crasher) }, checks: false
        ) { first in
            var notices: [NoticeID] = []
            for _ in 0..<4 { notices.append(try await first.sealedClientNotice()) }
            let poison = try await first.only(.email, of: notices[0]).id
            crasher.store(poison.rawValue)
            first.acceptsAll()
            var gateway = try await first.crashed()
            var crashes = 0
            while crashes < 10 {
                do {
                    _ = try await gateway.dispatcher(.email).recover(isStart: true)
                    while try await gateway.dispatcher(.email).runOnce() > 0 {}
                    if try await gateway.events(of: notices[0]).contains(.quarantined) { break }
                } catch is SQLError {
                    crashes += 1
                    gateway = try await gateway.crashed()
                }
            }
            #expect(crashes == 3)
            #expect(!gateway.mail.parcels.map(\.delivery).contains(poison))
            try await gateway.settle()
            for id in notices.dropFirst() {
                #expect(try await gateway.only(.email, of: id).state == .accepted, "an innocent one was taken along")
                #expect(try await gateway.events(of: id).contains(.quarantined) == false)
            }
            let entry = try #require(try await gateway.facts(.quarantined, of: notices[0]).first)
            #expect(entry.facts["reason"]?.string?.contains("3 times") == true, "\(entry.facts)")
            try await gateway.check()
            await gateway.close()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a notice that crashes the sealer three times is set aside and the others are sealed (F8)`(_ backend: Backend)
        async throws
    {
        let crasher = Box<String>("")
        try await TestGateway.staffed(
            backend, { $0.crashes(writing: "INSERT INTO documents", about: crasher) }, checks: false
        ) { first in
            var notices: [NoticeID] = []
            for _ in 0..<4 { notices.append(try await first.issue(first.clientContactChange())) }
            crasher.store(notices[2].rawValue)
            first.acceptsAll()
            var gateway = try await first.crashed()
            var crashes = 0
            while crashes < 10 {
                do {
                    try await gateway.store.releaseSealClaims(of: "one", now: gateway.clock.now)
                    while try await gateway.pipeline.seal.runOnce() > 0 {}
                    break
                } catch is SQLError {
                    crashes += 1
                    gateway = try await gateway.crashed()
                }
            }
            #expect(crashes == 3)
            try await gateway.settle()
            for id in notices where id != notices[2] {
                #expect(try await gateway.store.notice(id)?.state == .closed, "an innocent one was taken along")
            }
            #expect(try await gateway.store.notice(notices[2])?.state == .quarantined)
            #expect(try await gateway.events(of: notices[2]) == [.noticeIssued, .quarantined])
            try await gateway.check()
            await gateway.close()
        }
    }

    /// Which write fails, how, and what must be true after the restart (F12, F44).
    static let faults: [(words: String, fault: FaultyDatabase.Fault, parcels: Int, state: DeliveryState)] = [
        ("INSERT INTO attempts", .notPersisted, 1, .accepted), ("INSERT INTO attempts", .persisted, 1, .accepted),
        ("UPDATE attempts SET", .notPersisted, 2, .accepted), ("UPDATE attempts SET", .persisted, 1, .accepted),
        ("claims = claims + 1", .notPersisted, 1, .accepted), ("claims = claims + 1", .persisted, 1, .accepted),
    ]

    @Test(arguments: Backend.allCases, faults.indices)
    func `a write that fails stops the dispatcher, and after a restart the truth is told (F12, F44)`(
        _ backend: Backend, _ index: Int
    ) async throws {
        let (words, fault, parcels, state) = Self.faults[index]
        let faulty = Box<FaultyDatabase?>(nil)
        try await TestGateway.staffed(
            backend,
            {
                $0.wrap = { base in
                    let wrapped = FaultyDatabase(base)
                    faulty.store(wrapped)
                    return wrapped
                }
            }, checks: false
        ) { first in
            first.acceptsAll()
            let id = try await first.sealedClientNotice()
            faulty.load()?.fail(fault, writing: words)
            await #expect(throws: SQLError.self) { try await first.dispatcher(.email).runOnce() }
            #expect(faulty.load()?.isArmed == false)
            // Whatever was not on disk as an intent did not leave.
            if words != "UPDATE attempts SET" { #expect(first.mail.parcels.isEmpty) }

            let second = try await first.crashed()
            let recovered = try await second.dispatcher(.email).recover(isStart: true)
            #expect(
                recovered
                    == ((words, fault) == ("UPDATE attempts SET", .notPersisted)
                        || (words, fault) == ("INSERT INTO attempts", .persisted) ? 1 : 0))
            try await second.settle()
            try await second.settle(after: .seconds(400))
            #expect(second.mail.parcels.count == parcels)
            #expect(try await second.only(.email, of: id).state == state)
            // As many copies too many as there are unknown outcomes on record, at most (I3).
            let unknown = try await second.facts(.outcomeUnknown, of: id).count
            #expect(second.mail.parcels.count - 1 <= unknown)
            try await second.check()
            await second.close()
        }
    }

    @Test(arguments: Backend.allCases, FaultyDatabase.Fault.allCases)
    func `a notice whose acceptance was not answered is asked for again with its key (F12, F44, F48)`(
        _ backend: Backend, _ fault: FaultyDatabase.Fault
    ) async throws {
        let faulty = Box<FaultyDatabase?>(nil)
        try await TestGateway.staffed(
            backend,
            {
                $0.wrap = { base in
                    let wrapped = FaultyDatabase(base)
                    faulty.store(wrapped)
                    return wrapped
                }
            }
        ) { gateway in
            let key = IdempotencyClaim(principal: "p", key: "k", requestHash: SHA256.hash([1]))
            faulty.load()?.fail(fault, writing: "INSERT INTO notices")
            await #expect(throws: SQLError.self) {
                _ = try await gateway.issue(gateway.clientContactChange(), idempotency: key)
            }
            let again = try await gateway.pipeline.issue.issue(
                gateway.clientContactChange(), by: .author, idempotency: key)
            let notices = try await gateway.store.notices(NoticeFilter(), before: nil, limit: 10)
            #expect(notices.count == 1)
            #expect(again == (fault == .persisted ? .replayed(notices[0].id) : .accepted(notices[0].id)))
        }
    }
}

extension TestGateway.Options {
    /// Whoever writes this about what the box names by then loses the database at COMMIT.
    fileprivate mutating func crashes(writing statement: String, about crasher: Box<String>) {
        wrap = { base in
            let faulty = FaultyDatabase(base)
            faulty.alwaysFail(.notPersisted, writing: statement, about: crasher.load())
            return faulty
        }
    }
}
