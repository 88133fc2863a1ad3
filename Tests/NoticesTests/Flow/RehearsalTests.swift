import Evidence
import Foundation
import Notices
import Store
import TestSupport
import Testing

/// A rehearsal is visibly one in everything that comes out of it, and stays one.
@Suite struct RehearsalTests {
    @Test(arguments: Backend.allCases)
    func `mail, text, document, inbox and every entry of a rehearsal say that it is one`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend, { $0.isRehearsal = true }) { gateway in
            gateway.acceptsAll()
            let formal = try await gateway.approvedDismissal()
            let message = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            for parcel in gateway.mail.parcels {
                #expect(parcel.content.subject.hasPrefix("[演练 REHEARSAL] "))
                #expect(parcel.content.emailMarkdown.contains("演练，无法律效力 / REHEARSAL, NO LEGAL EFFECT"))
                for attachment in parcel.content.attachments { #expect(attachment.fileName.hasPrefix("REHEARSAL-SD-")) }
            }
            #expect(!gateway.sms.parcels.isEmpty)
            for parcel in gateway.sms.parcels { #expect(parcel.content.smsText.hasPrefix("[演练，无法律效力]")) }
            // The exact bytes that are sealed: each page of the PDF, and the message that is the notice.
            let pdf = try #require(try await gateway.store.document(of: formal)).bytes
            let pages = try Self.text(of: pdf).split(separator: "\u{0C}").filter { !$0.allSatisfy(\.isWhitespace) }
            #expect(!pages.isEmpty)
            for page in pages {
                #expect(page.drop(while: \.isWhitespace).hasPrefix("演练，无法律效力 / REHEARSAL, NO LEGAL EFFECT"))
                #expect(page.contains("内容 SHA-256"), "the foot of each page says whose hash it shows")
            }
            let sealed = try JSONValue(parsing: try #require(try await gateway.store.document(of: message)).bytes)
            #expect(sealed["rehearsal"] == true)
            let words = try #require(sealed["texts"]?["document"]?.string)
            #expect(words.hasPrefix("# 对接人变更通知\n\n**演练，无法律效力 / REHEARSAL, NO LEGAL EFFECT**\n"))
            let inbox = try await gateway.store.items(of: PersonID("p-zhangsan"), after: nil, limit: 9).items
            #expect(inbox.count == 2 && inbox.allSatisfy { $0.subject.hasPrefix("[演练 REHEARSAL] ") })
            for id in [formal, message] {
                #expect(try await gateway.store.notice(id)?.isRehearsal == true)
                for entry in try await gateway.store.entries(of: id) {
                    let body = try #require(entry.body)
                    #expect(try EntryBody(parsing: body).isRehearsal, "\(entry.event)")
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a bundle of a rehearsal says so in its verdict, its name and its data`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend, { $0.isRehearsal = true }) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let (name, bundle) = try await gateway.pipeline.prove.bundle(of: id, for: .author)
            #expect(name.hasPrefix("REHEARSAL-SD-"))
            let report = Self.verifier(gateway).verify(bundle.bytes)
            #expect(report.isSound && report.rehearsal == .whole)
            #expect(report.text(.english).hasSuffix("VERDICT: SOUND (REHEARSAL, NO LEGAL EFFECT 演练，无法律效力)\n"))
            #expect(report.json["rehearsal"] == true)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what was rehearsed is never sealed or handed over for real, and says why`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, Self.rehearsing, checks: false) { rehearsal in
            try await rehearsal.person()
            let waiting = try await rehearsal.issue(rehearsal.dismissalRequest())
            let hash = try #require(try await rehearsal.store.notice(waiting)).contentHash
            let handed = try await rehearsal.sealedClientNotice()
            let unsealed = try await rehearsal.issue(rehearsal.riskAlert())
            let real = try await rehearsal.restarted { $0.isRehearsal = false }
            try await real.settle()
            for channel in [ChannelKind.email, .sms] {
                let held = try await real.only(channel, of: handed)
                #expect(held.state == .queued && held.attempts == 0 && held.dueAt == nil)
            }
            #expect(try await real.store.notice(unsealed)?.state == .quarantined)
            for id in [handed, unsealed] {
                let aside = try await real.facts(.quarantined, of: id)
                #expect(!aside.isEmpty)
                for one in aside { #expect(one.facts["reason"]?.string?.contains("issued in a rehearsal") == true) }
            }
            await expectRefusal(.conflict, "issued in a rehearsal") {
                _ = try await real.pipeline.issue.approve(waiting, contentHash: hash, by: .approverA)
            }
            await expectRefusal(.conflict, "issued in a rehearsal") {
                _ = try await real.pipeline.issue.edit(waiting, fields: real.dismissalRequest().fields, by: .author)
            }
            // Nor does an operator's release make it go.
            let mail = try await real.only(.email, of: handed)
            _ = try await real.pipeline.operate.release(mail.id, reason: "try again", by: .approverA)
            try await real.settle()
            #expect(try await real.only(.email, of: handed).dueAt == nil)
            #expect(rehearsal.mail.parcels.isEmpty && rehearsal.sms.parcels.isEmpty)
            // The cure that the reason names works: for what waits, for what was set aside, and for what the inbox shows.
            for id in [waiting, handed, unsealed] {
                let withdrawn = try await real.pipeline.issue.cancel(id, reason: "only rehearsed", by: .author)
                #expect(withdrawn.state == .cancelled)
            }
            #expect(try await real.pipeline.operate.quarantinedDeliveries(after: nil, limit: 10).isEmpty)
            #expect(try await real.only(.email, of: handed).state == .cancelled)
            #expect(try await real.only(.inbox, of: handed).state == .available)
            try await real.check()
            await real.close()
        }
    }

    @Test(arguments: Backend.allCases)
    func `no later step of a rehearsed notice starts once the server serves for real`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, Self.rehearsing, checks: false) { rehearsal in
            try await rehearsal.person()
            rehearsal.acceptsAll()
            let id = try await rehearsal.issue(rehearsal.riskAlert())
            try await rehearsal.settle()
            let given = rehearsal.mail.parcels.count + rehearsal.sms.parcels.count
            let real = try await rehearsal.restarted { $0.isRehearsal = false }
            try await real.settle(after: .seconds(3 * 86_400))
            let escalated = try await real.facts(.escalated, of: id)
            #expect(!escalated.isEmpty && escalated.allSatisfy { $0.facts["started"] == .bool(false) })
            #expect(escalated.first?.facts["reason"]?.string?.contains("issued in a rehearsal") == true)
            #expect(rehearsal.mail.parcels.count + rehearsal.sms.parcels.count == given)
            try await real.check()
            await real.close()
        }
    }

    @Test(arguments: Backend.allCases)
    func `what is meant waits while the server rehearses, and goes out afterwards`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, checks: false) { meant in
            try await meant.person()
            meant.acceptsAll()
            let id = try await meant.sealedClientNotice()
            let rehearsal = try await meant.restarted { $0.isRehearsal = true }
            try await rehearsal.settle(after: .seconds(3600))
            #expect(meant.mail.parcels.isEmpty && meant.sms.parcels.isEmpty)
            let held = try await rehearsal.only(.email, of: id)
            #expect(held.state == .queued && held.attempts == 0)
            #expect(held.stateReason?.contains("rehearses") == true)
            let real = try await rehearsal.restarted { $0.isRehearsal = false }
            try await real.settle(after: .seconds(600))
            #expect(meant.mail.parcels.count == 1 && meant.sms.parcels.count == 1)
            #expect(meant.mail.parcels.first?.content.subject.contains("演练") == false)
            #expect(try await real.only(.email, of: id).state == .accepted)
            try await real.check()
            await real.close()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a request that was rehearsed and then sent for real is another notice`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, Self.rehearsing, checks: false) { rehearsal in
            try await rehearsal.person()
            let claim = IdempotencyClaim(principal: "key-author", key: "same", requestHash: SHA256.hash([1]))
            let first = try await rehearsal.issue(rehearsal.clientContactChange(), idempotency: claim)
            #expect(try await rehearsal.issue(rehearsal.clientContactChange(), idempotency: claim) == first)
            let real = try await rehearsal.restarted { $0.isRehearsal = false }
            let second = try await real.issue(real.clientContactChange(), idempotency: claim)
            #expect(second != first)
            #expect(try await real.store.notice(second)?.isRehearsal == false)
            #expect(try await real.issue(real.clientContactChange(), idempotency: claim) == second)
            await real.close()
        }
    }

    @Test(arguments: Backend.allCases)
    func `a mark taken off by hand is named by the audit`(_ backend: Backend) async throws {
        try await TestGateway.with(backend, Self.rehearsing, checks: false) { gateway in
            try await gateway.person()
            _ = try await gateway.issue(gateway.clientContactChange())
            func findings() async throws -> [StateReport.Finding] {
                try await StateAuditor(gateway.store).audit().findings.filter { $0.table == "notices" }
            }
            #expect(try await findings().isEmpty)
            try await gateway.database.write { tx in
                _ = try tx.execute("UPDATE notices SET details = replace(details, '\"rehearsal\":true', '\"x\":1')")
            }
            #expect(
                try await findings().contains { $0.sentence.contains("issued in a rehearsal, and passes for meant") })
        }
    }

    @Test func `codes of a rehearsal say so too`() async throws {
        try await TestGateway.staffed(.sqlite, { $0.isRehearsal = true }) { gateway in
            gateway.acceptsAll()
            try await gateway.addresses.challenge(
                PersonID("p-zhangsan"), channel: .sms, issuer: TestGateway.issuer)
            let text = try #require(gateway.sms.parcels.first).content.smsText
            #expect(text.hasPrefix("[演练，无法律效力]您的验证码为"))
        }
    }

    private static var rehearsing: TestGateway.Options {
        var options = TestGateway.Options()
        options.isRehearsal = true
        return options
    }

    private static func verifier(_ gateway: TestGateway) -> BundleVerifier {
        BundleVerifier(
            trust: .init(roots: [gateway.keys.issuer.certificate], logKeys: [gateway.keys.log.key]),
            now: gateway.clock.now)
    }

    /// What a reader who copies the text out of the file gets, a form feed behind each page.
    private static func text(of pdf: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("rehearsal-\(SecureRandom.uuid()).pdf")
        try Data(pdf).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // a temporary file left behind harms nobody
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["pdftotext", "-enc", "UTF-8", "-layout", file.path, "-"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
