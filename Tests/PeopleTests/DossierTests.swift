import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Evidence

/// What legal takes to court, and what a stranger finds when checking it.
struct DossierTests {
    /// Members of staff, a resignation, a half-done handover, a frozen account, a notice.
    private func story(_ gateway: TestGateway) async throws -> PersonID {
        gateway.mail.alwaysAccepts()
        gateway.sms.alwaysAccepts()
        let person = try await gateway.employee()
        let today = CivilDate(inChina: gateway.clock.now)
        let acts = ActRecorder(recorder: gateway.recorder, clock: gateway.clock)
        func record(_ event: String, _ kind: String, _ facts: [String: JSONValue]) async throws {
            try await gateway.peopleStore.record([
                try acts.act(
                    EvidenceEvent(rawValue: event), by: .hr,
                    about: [.employee(person), Subject(kind: .init(rawValue: kind), id: "c-1")], facts)
            ])
            gateway.pass(.seconds(60))
        }
        try await record("RiskAlertRaised", "alert", ["rule": "performance-drop", "version": 3])
        _ = try await gateway.people.roster.resign(
            "N-p-zhangsan", noticeOn: today, lastDay: nil, reason: "个人原因", by: .hr)
        gateway.pass(.seconds(60))
        try await record("HandoverItemReturned", "handover", ["item": "客户清单", "reason": "缺少应收账款", "loss": "12000.00"])
        try await gateway.people.access.setFreeze(person, frozen: true, reason: "逾期未交接", by: .hr)
        gateway.pass(.seconds(60))
        _ = try await gateway.people.sender.send(
            NoticeSender.Order(
                kind: "risk-alert", recipients: [person],
                fields: [
                    "employee": "张三", "pattern": "absence", "count": 2, "signals": ["2026年11月19日无打卡记录"],
                    "rule": "attendance-absence 第3版",
                ], subjects: [.employee(person)], occasion: "dossier-test"), by: .hr)
        try await gateway.settle()
        try await gateway.sequence()
        return person
    }

    private func verify(_ bundle: [UInt8], _ gateway: TestGateway) -> VerificationReport {
        BundleVerifier(
            trust: .init(roots: [gateway.keys.issuer.certificate], logKeys: [gateway.keys.log.key]),
            now: gateway.clock.now
        ).verify(bundle)
    }

    @Test(arguments: Backend.allCases)
    func `S-121 one dossier holds resignation, handover and permissions in order, and verifies offline`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await story(gateway)
            let (name, bundle) = try await gateway.people.dossiers.bundle(
                about: Subject(kind: .employee, id: "N-p-zhangsan"), by: .hr)
            #expect(name == "dossier-employee-p-zhangsan.asice")
            let report = verify(bundle.bytes, gateway)
            #expect(report.isSound, "\(report.text(.english))")
            #expect(report.notice == "employee:\(person)")
            let members = try BundleReader(bundle.bytes).members
            let data = try JSONValue(parsing: try #require(members["dossier.json"]))
            let items = try #require(data["items"]?.array)
            #expect(items.map { $0["number"]?.integer } == (1...Int64(items.count)).map { $0 })
            let names = items.compactMap { $0["name"]?["zh"]?.string }
            let order = ["劳动关系状态变更", "权限变更", "退回交接事项", "账号冻结", "发出通知"].map { wanted in
                names.firstIndex { $0.contains(wanted) } ?? -1
            }
            #expect(order == order.sorted() && !order.contains(-1), "\(names)")
            // What speaks against us is there as well, and every piece has its page and its hash.
            #expect(items.allSatisfy { ($0["page"]?.integer ?? 0) >= 1 && $0["sha256"]?.string?.count == 64 })
            #expect(members["documents/evidence-list.pdf"]?.starts(with: Array("%PDF".utf8)) == true)
            #expect(members["documents/materials.pdf"]?.starts(with: Array("%PDF".utf8)) == true)
        }
    }

    @Test func `S-79 a handover's record is a chain that a changed byte breaks, and openssl alone agrees`() async throws
    {
        try await TestGateway.with(.sqlite) { gateway in
            _ = try await story(gateway)
            let bundle = try await gateway.people.dossiers.bundle(
                about: Subject(kind: .employee, id: "p-zhangsan"), by: .hr
            ).bundle.bytes
            #expect(try script(bundle, gateway).hasSuffix("VERDICT: SOUND\n"))
            let members = try BundleReader(bundle).members
            let entry = try #require(
                members.keys.first { $0.contains("HandoverItemReturned") && $0.hasSuffix(".json") })
            var changed = try #require(members[entry])
            let place = try #require(changed.firstIndex(of: UInt8(ascii: "1")))
            changed[place] = UInt8(ascii: "2")
            var broken = members
            broken[entry] = changed
            #expect(try script(broken, gateway).contains("VERDICT: NOT SOUND"))
            // A bundle that leaves an entry out does not hold either, and neither does one about somebody else.
            var shortened = members
            for name in members.keys where name.hasPrefix(String(entry.dropLast(5))) { shortened[name] = nil }
            #expect(try script(shortened, gateway).contains("VERDICT: NOT SOUND"))
        }
    }

    @Test func `S-81 unfinished items and the loss they led to stand in the dossier`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let person = try await story(gateway)
            let list = try await gateway.people.dossiers.list(about: .employee(person), by: .hr)
            let item = try #require(list.items.first { $0.name.zh == "退回交接事项" })
            #expect(item.lines.contains("loss：12000.00") && item.lines.contains("reason：缺少应收账款"))
        }
    }

    @Test func `S-23 one view links the alert before, the handover meanwhile and the notice afterwards`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let person = try await story(gateway)
            let list = try await gateway.people.dossiers.list(about: .employee(person), by: .hr)
            func phase(_ part: String) -> Dossier.Phase? { list.items.first { $0.name.zh.contains(part) }?.phase }
            #expect(phase("RiskAlertRaised") == .before && phase("退回交接事项") == .during)
            #expect(list.items.contains { $0.phase == .after && $0.file?.hasSuffix(".asice") == true })
            // The case itself has a dossier of its own.
            let alert = try await gateway.people.dossiers.list(
                about: Subject(kind: .init(rawValue: "alert"), id: "c-1"), by: .hr)
            #expect(alert.items.count == 1)
        }
    }

    @Test func `characters that no font has or that hide are printed by their code points, and the dossier stands`()
        async throws
    {
        try await TestGateway.with(.sqlite) { gateway in
            let person = try await story(gateway)
            try await gateway.people.access.setFreeze(
                person, frozen: false, reason: "已处理 \u{1F9FE} | 反向\u{202E}文字 ## 假标题", by: .hr)
            try await gateway.sequence()
            let bundle = try await gateway.people.dossiers.bundle(about: .employee(person), by: .hr).bundle.bytes
            #expect(verify(bundle, gateway).isSound)
        }
    }

    struct Signed: DossierSource {
        func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial] {
            [("agreement.pdf", "客户归属确认书（已签署）"), ("orders.csv", "名下客户订单记录")].map { file, name in
                DossierMaterial(
                    name: BilingualText(zh: name, en: file), source: "协议与订单",
                    proves: BilingualText(zh: "约定", en: "terms"),
                    phase: .before, happenedAt: .ours(Timestamp(microseconds: 0)), file: file,
                    mediaType: file.hasSuffix("pdf") ? "application/pdf" : "text/csv", bytes: Array(name.utf8))
            }
        }
    }

    @Test func `S-97 the signed agreement and the order records are in one dossier`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let person = try await story(gateway)
            let desk = DossierDesk(
                store: gateway.peopleStore, notices: gateway.store, prove: gateway.pipeline.prove,
                documents: DocumentMaker(typesetter: try TestResources.typesetter()), sources: [Signed()],
                sender: gateway.people.sender,
                acts: ActRecorder(recorder: gateway.recorder, clock: gateway.clock))
            let bundle = try await desk.bundle(about: .employee(person), by: .hr).bundle.bytes
            let members = try BundleReader(bundle).members
            #expect(members["documents/agreement.pdf"] != nil && members["documents/orders.csv"] != nil)
            #expect(verify(bundle, gateway).isSound)
        }
    }

    @Test(arguments: Backend.allCases)
    func `reading a dossier is evidence, and it is for HR and legal alone`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await story(gateway)
            let manager = try await gateway.employee("李经理", id: "p-li", unit: "hq")
            try await gateway.unit("hq", manager: manager)
            for actor in [try await gateway.actor(manager), .administrator, .integration] {
                let error = try await refusal {
                    _ = try await gateway.people.dossiers.list(about: .employee(person), by: actor)
                }
                #expect(error.code == .forbidden)
            }
            let legal = try await gateway.employee("赵律师", id: "p-zhao", roles: [.legal])
            _ = try await gateway.people.dossiers.bundle(about: .employee(person), by: try await gateway.actor(legal))
            let last = try await gateway.people.acts.acts(about: .employee(person)).last
            #expect(last?.entry.event == .dossierRead)
            let error = try await refusal {
                _ = try await gateway.people.dossiers.list(about: Subject(kind: .employee, id: "nobody"), by: .hr)
            }
            #expect(error.code == .notFound)
        }
    }

    // MARK: The shell check

    private func script(_ bundle: [UInt8], _ gateway: TestGateway) throws -> String {
        try script(try BundleReader(bundle).members, gateway)
    }

    private func script(_ members: [String: [UInt8]], _ gateway: TestGateway) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dossier-\(SecureRandom.uuid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in members {
            let file = folder.appendingPathComponent("b/" + name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        let roots = folder.appendingPathComponent("roots.pem")
        try Data(gateway.keys.issuer.certificate.pem.utf8).write(to: roots)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [folder.appendingPathComponent("b/verify.sh").path, roots.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
