import Evidence
import Notices
import TestSupport
import Testing

@Suite struct StopTests {
    @Test(arguments: Backend.allCases)
    func `told to stop, a dispatcher finishes what is under way and begins nothing new (F7)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(
            backend, { $0.limits = .init(inFlight: 2, batch: 2, idlePoll: .milliseconds(20)) }
        ) { gateway in
            gateway.mail.always(.hold)
            var notices: [NoticeID] = []
            for _ in 0..<5 { notices.append(try await gateway.sealedClientNotice()) }
            let stop = StopSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.dispatcher(.email).run(until: stop) }
                await gateway.mail.waitForParcels(2)
                stop.stop()
                gateway.mail.release()
                try await group.waitForAll()
            }
            #expect(gateway.mail.parcels.count == 2)
            let untouched = try await gateway.untouched(notices)
            #expect(untouched.count == 3)
            #expect(untouched.allSatisfy { $0.state == .queued && ($0.dueAt ?? .latest) <= gateway.clock.now })
            var accepted = 0
            for id in notices where try await gateway.only(.email, of: id).state == .accepted { accepted += 1 }
            #expect(accepted == 2)
            gateway.sms.alwaysAccepts()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a dispatcher that cannot record what it did stops instead of going on (F12)`(_ backend: Backend) async throws
    {
        let faulty = Box<FaultyDatabase?>(nil)
        try await TestGateway.staffed(
            backend,
            {
                $0.wrap = { base in
                    let wrapped = FaultyDatabase(base)
                    faulty.store(wrapped)
                    return wrapped
                }
                $0.limits = .init(inFlight: 1, batch: 1, idlePoll: .milliseconds(20))
            }, checks: false
        ) { gateway in
            gateway.acceptsAll()
            for _ in 0..<5 { _ = try await gateway.sealedClientNotice() }
            faulty.load()?.fail(.notPersisted, writing: "UPDATE attempts SET")
            let stop = StopSignal()
            await #expect(throws: (any Error).self) { try await gateway.pipeline.run(until: stop) }
            #expect(stop.isStopped)
            #expect(gateway.mail.parcels.count + gateway.sms.parcels.count < 10)
            try await gateway.dispatcher(.email).recover(isStart: true)
            try await gateway.dispatcher(.sms).recover(isStart: true)
            try await gateway.check()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a backlog drains through a small window, in order of urgency, each once`(_ backend: Backend) async throws {
        try await TestGateway.staffed(
            backend, { $0.limits = .init(inFlight: 4, batch: 3, idlePoll: .milliseconds(20)) }
        ) { gateway in
            gateway.acceptsAll()
            for _ in 0..<40 { _ = try await gateway.sealedClientNotice() }
            let stop = StopSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.pipeline.run(until: stop) }
                await gateway.mail.waitForParcels(40)
                await gateway.sms.waitForParcels(40)
                stop.stop()
                try await group.waitForAll()
            }
            #expect(Set(gateway.mail.parcels.map(\.delivery)).count == 40)
            let counts = try await gateway.store.counts()
            #expect(counts.deliveries[.email] == [.accepted: 40])
            #expect(counts.notices == [.closed: 40])
            #expect(counts.oldestDue == nil)
        }
    }
}
