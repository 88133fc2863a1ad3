import Evidence
import Notices
import TestSupport
import Testing

/// Peers may say more than an entry holds; what they did must be on record all the same.
@Suite struct LongReplyTests {
    /// The most that our SMTP client takes as one reply.
    private static let long = String(repeating: "很长的回答\u{1}\"", count: 30_000)

    @Test(arguments: Backend.allCases)
    func `a long reply keeps its outcome, its beginning and the hash of the whole`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.sms.alwaysAccepts()
            gateway.mail.answer(.accepted(reference: "250 2.0.0 OK " + Self.long))
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let mail = try await gateway.only(.email, of: id)
            #expect(mail.state == .accepted && mail.dueAt == nil)
            let entry = try #require(
                try await gateway.facts(.attemptAccepted, of: id).first { $0.subject.delivery == mail.id.rawValue })
            let reason = try #require(entry.facts["reason"]?.string)
            #expect(reason.hasPrefix("250 2.0.0 OK 很长的回答") && reason.utf8.count <= PeerWords.maximumBytes)
            #expect(
                entry.facts["reasonHash"]?.string == SHA256.hash(Array(("250 2.0.0 OK " + Self.long).utf8)).hex)
            // Once: an outcome that is lost would be called unknown, and the mail sent again.
            try await gateway.settle(after: .seconds(7200))
            #expect(gateway.mail.parcels.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a report that names a long reference finds the message that was accepted under it`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.answer(.accepted(reference: Self.long + "\0"))
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let parser = ScriptedParser([
                "report": .delivered(.reference(route: RouteID("sms-a"), Self.long + "\0"), at: gateway.clock.now)
            ])
            let tally = try await gateway.pipeline.receive.take(Array("report".utf8), by: parser)
            #expect(tally.recorded == 1)
            #expect(try await gateway.only(.sms, of: id).state == .delivered)
        }
    }

    @Test(arguments: Backend.allCases)
    func `facts that no entry can hold raise an alarm and do not take the outcome along`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.sms.alwaysAccepts()
            gateway.mail.next(.outcome(.accepted(reference: "250 ok"), facts: ["size": .integer(.max)]))
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            #expect(try await gateway.only(.email, of: id).state == .accepted)
            #expect(gateway.alarms.sentences.contains { $0.contains("is not in its entry") })
        }
    }
}
