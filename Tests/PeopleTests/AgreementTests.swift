import Evidence
import Notices
import People
import TestSupport
import Testing

struct AgreementTests {
    @Test(arguments: Backend.allCases)
    func `S-60 putting a salesperson on the roster serves the agreements of that role`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            let today = CivilDate(inChina: gateway.clock.now)
            let seller = try await gateway.employee(state: .onboarding, hiredOn: today)
            let clerk = try await gateway.employee(
                "李四", id: "p-lisi", position: "会计", state: .onboarding, hiredOn: today)
            let desk = gateway.people.agreements
            #expect(try await desk.runDue() == [])
            let served = try await desk.agreements(with: seller, by: .hr)
            #expect(
                Set(served.map(\.kind)) == ["confidentiality", "loss-compensation", "client-ownership", "non-compete"])
            #expect(
                Set(try await desk.agreements(with: clerk, by: .hr).map(\.kind)) == [
                    "confidentiality", "loss-compensation",
                ])
            #expect(served.allSatisfy { $0.state == .offered && $0.signBy == today.adding(days: 7) })
            // Each is a notice of the gateway, which names the bytes that will be signed.
            func notices() async throws -> [Notice] {
                try await gateway.store.notices(
                    NoticeFilter(kind: "agreement-to-sign", person: seller), before: nil, limit: 50)
            }
            var hashes: Set<String> = []
            for notice in try await notices() {
                let stored = try #require(try await gateway.store.content(of: notice.id))
                let content = try NoticeContent(stored: stored, expecting: notice.contentHash)
                hashes.insert(content.fields["agreementHash"]?.string ?? "")
            }
            #expect(hashes == Set(served.map(\.documentHash.hex)))
            #expect(try await desk.runDue() == [])
            #expect(try await desk.offerSet(to: seller, by: .hr) == [])
            #expect(try await notices().count == 4, "served once, however often it is looked at")
        }
    }

    @Test func `S-89 the library has client ownership, non-compete and confidentiality with fields and versions`()
        throws
    {
        let library = try AgreementLibrary(directory: TestResources.root + "/templates/agreements")
        #expect(library.kinds == ["client-ownership", "confidentiality", "loss-compensation", "non-compete"])
        for kind in library.kinds {
            let template = try #require(library.template(kind: kind))
            #expect(template.version == 1 && template.isPublished && library.versions(of: kind) == [1])
            #expect(template.fields.contains { $0.name == "position" })
            let context = RenderContext(
                number: "AG-1", issuer: "上海示例科技有限公司", issuerCode: "91310000MA1FL0000N", issuerContact: "人事",
                recipient: "张三",
                issueDate: CivilDate(dayNumber: 20_778), portal: "", smsSignature: "示例")
            for language in NoticeLanguage.allCases {
                let values = Dictionary(
                    template.fields.map { ($0.name, $0.example[language] ?? .null) }, uniquingKeysWith: { a, _ in a })
                let text = try template.fill(values, language: language, context: context).markdown
                #expect(text.contains("张三") && !text.contains("{{"))
                for clause in template.clauses {
                    #expect(text.contains(clause.text.text(language)), "\(kind) \(clause.id)")
                }
            }
            #expect(throws: RenderFailure.self) { try template.fill([:], language: .chinese, context: context) }
        }
        let nonCompete = try #require(library.template(kind: "non-compete"))
        #expect(nonCompete.fields.map(\.name) == ["position", "months", "compensationShare", "competitors"])
    }

    private static func files() throws -> [String: String] {
        try TemplateLibrary.read(TestResources.root + "/templates/agreements")
    }

    @Test(arguments: [
        ("client-ownership/1/zh-CN.md", "，均属公司资产，", "，归双方共有，", 11, "clients-are-company-assets was changed"),
        (
            "client-ownership/1/en.md", "After leaving, the employee does not solicit",
            "After leaving, the employee may solicit", 17, "no-soliciting was changed"
        ),
        (
            "confidentiality/1/zh-CN.md", "不得复制、导出或者向他人提供。", "不得复制、导出或者向他人提供。但乙方另有需要的除外。", 15,
            "client-data-is-confidential was changed"
        ),
    ])
    func `S-90 a mandatory clause cannot be changed`(
        _ file: String, _ old: String, _ new: String, _ line: Int, _ reason: String
    ) throws {
        var files = try Self.files()
        files[file] = try #require(files[file]).replacingOnce(old, new)
        // Even where somebody publishes the change, as an author who means harm would.
        files[TemplateManifest.fileName] = TemplateManifest.text(publishing: files)
        let error = try #require(throws: TemplateError.self) { try AgreementLibrary(files: files) }
        let fault = try #require(error.faults.first { $0.reason.contains(reason) }, "\(error)")
        #expect(fault.file == file && fault.line == line)
    }

    @Test func `S-90 a mandatory clause cannot be removed, hidden, or taken off the list`() throws {
        let clause = "员工离职后不得利用在职期间掌握的客户信息招揽公司客户，也不得协助他人招揽。"
        let file = "client-ownership/1/zh-CN.md"
        var removed = try Self.files()
        removed[file] = try #require(removed[file]).replacingOnce(clause + "\n", "")
        removed[TemplateManifest.fileName] = nil
        let missing = try #require(throws: TemplateError.self) { try AgreementLibrary(files: removed) }
        #expect(missing.faults.map(\.file) == [file] && missing.description.contains("no-soliciting"))
        var hidden = try Self.files()
        hidden[file] = try #require(hidden[file]).replacingOnce(
            clause, "{{^position}}\n\n\(clause)\n\n{{/position}}")
        hidden[TemplateManifest.fileName] = nil
        let fault = try #require(throws: TemplateError.self) { try AgreementLibrary(files: hidden) }
        #expect(fault.description.contains("stands in a section that can be left out"))
        var unlisted = try Self.files()
        unlisted["mandatory.yaml"] = try #require(unlisted["mandatory.yaml"]).replacingOnce(
            "  no-soliciting:", "  some:")
        let listed = try #require(throws: TemplateError.self) { try AgreementLibrary(files: unlisted) }
        #expect(
            listed.faults.contains {
                $0.file == "mandatory.yaml" && $0.reason.contains("was changed after publication")
            })
    }

    @Test func `a published agreement never changes, a new version may`() throws {
        var files = try Self.files()
        files["confidentiality/1/en.md", default: ""] += "\nOne more sentence.\n"
        let error = try #require(throws: TemplateError.self) { try AgreementLibrary(files: files) }
        #expect(error.faults.map(\.file) == ["confidentiality/1/en.md"])
        files = try Self.files()
        for name in ["agreement.yaml", "zh-CN.md", "en.md"] {
            files["confidentiality/2/\(name)"] = files["confidentiality/1/\(name)"]?.replacingIfThere(
                "version: 1", "version: 2")
        }
        let library = try AgreementLibrary(files: files)
        #expect(library.versions(of: "confidentiality") == [1, 2])
        #expect(
            library.template(kind: "confidentiality")?.version == 1, "a version that is not published is not offered")
    }

    @Test(arguments: Backend.allCases)
    func `S-91 onboarding cannot be completed with an unsigned mandatory agreement`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let today = CivilDate(inChina: gateway.clock.now)
            let person = try await gateway.employee(position: "销售代表", state: .onboarding, hiredOn: today)
            let desk = gateway.people.agreements
            func complete() async throws {
                _ = try await gateway.people.roster.move(
                    "N-p-zhangsan", EmploymentMove(to: .active, on: today, reason: "入职完成"), by: .hr)
            }
            let unserved = try await #require(throws: PeopleError.self) { try await complete() }
            #expect(unserved == PeopleError(.locked, "") && unserved.reason.contains("confidentiality"))
            let served = try await desk.offerSet(to: person, by: .hr)
            for agreement in served where agreement.isMandatory {
                await #expect(throws: PeopleError(.locked, "")) { try await complete() }
                try await gateway.sign(agreement)
            }
            // The optional one is still open.
            #expect(served.contains { !$0.isMandatory })
            try await complete()
            #expect(try await gateway.peopleStore.require(person).state == .active)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-91 whoever comes on record days late begins with onboarding all the same`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            gateway.sms.alwaysAccepts()
            try await gateway.unit("sales")
            let roster = gateway.people.roster
            let first = try #require(CivilDate("2026-11-02"))
            let error = try await #require(throws: PeopleError.self) {
                _ = try await roster.upsert(gateway.draft(hiredOn: first, state: .active), by: .hr)
            }
            #expect(error.faults.map(\.field) == ["state"] && error.faults[0].message.contains("hired-from"))
            let person = try await roster.upsert(gateway.draft(hiredOn: first), by: .hr).employee
            #expect(person.state == .onboarding)
            _ = try await gateway.people.agreements.runDue()
            #expect(try await gateway.people.agreements.agreements(with: person.id, by: .hr).count >= 2)
            // Those who were there before Songda came are on record as they stand, and are offered nothing by itself.
            let before = try #require(CivilDate("2025-12-31"))
            _ = try await roster.upsert(gateway.draft("E2", hiredOn: before, state: .active), by: .hr)
            let old = try await roster.upsert(gateway.draft("E3", hiredOn: before), by: .hr).employee
            _ = try await gateway.people.agreements.runDue()
            #expect(try await gateway.people.agreements.agreements(with: old.id, by: .hr) == [])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-92 identity, hash, intent and time of a signature are in the evidence`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let desk = gateway.people.agreements
            let offered = try await desk.offer(
                "client-ownership", to: person, values: [:], isMandatory: true, by: .hr)
            let actor = try await gateway.actor(person)
            let (_, shown) = try await desk.document(of: offered.id, by: actor)
            #expect(SHA256.hash(shown.bytes) == offered.documentHash && shown.bytes.starts(with: Array("%PDF".utf8)))
            _ = try await desk.askToSign(offered.id, channel: .email, by: actor)
            let code = try gateway.lastCode()
            func sign(_ code: String, hash: Digest? = nil, intent: String? = nil, by who: Actor? = nil) async throws {
                _ = try await desk.sign(
                    offered.id, code: code, documentHash: hash ?? offered.documentHash,
                    intent: intent ?? offered.intent,
                    by: who ?? actor)
            }
            let other = try await #require(throws: PeopleError.self) {
                try await sign(code, hash: SHA256.hash([1]), intent: "好的")
            }
            #expect(other.faults.map(\.field) == ["documentHash", "intent"])
            await #expect(throws: NoticeError(.credential, "")) {
                try await sign(code == "000000" ? "000001" : "000000")
            }
            await #expect(throws: PeopleError(.forbidden, "")) { try await sign(code, by: .hr) }
            #expect(try await gateway.peopleStore.agreement(offered.id)?.state == .offered)
            try await sign(code)
            let signed = try #require(try await gateway.peopleStore.agreement(offered.id))
            #expect(signed.state == .signed && signed.signedAt == gateway.clock.now)
            let act = try #require(
                try await gateway.people.acts.acts(about: .employee(person)).last { $0.entry.event == .agreementSigned }
            )
            let body = try EntryBody(parsing: try #require(act.entry.body))
            #expect(body.facts["documentHash"]?.string == offered.documentHash.hex)
            #expect(body.facts["signedHash"]?.string == offered.documentHash.hex)
            #expect(body.facts["intent"]?.string == "我已阅读并理解《客户资源归属协议》全文，自愿签署")
            #expect(body.facts["method"]?.string == "one-time-code" && body.facts["channel"]?.string == "email")
            #expect(body.facts["address"]?.string == "p-zhangsan@example.com")
            #expect(body.facts["by"]?["person"]?.string == person.rawValue)
            #expect(act.learntAt == signed.signedAt)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-92 nobody signs a document that they were not shown, and the code is not spent`(
        backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let desk = gateway.people.agreements
            let offer = try await desk.offer("client-ownership", to: person, values: [:], isMandatory: true, by: .hr)
            let actor = try await gateway.actor(person)
            _ = try await desk.askToSign(offer.id, channel: .email, by: actor)
            let code = try gateway.lastCode()
            func sign() async throws -> Agreement {
                try await desk.sign(
                    offer.id, code: code, documentHash: offer.documentHash, intent: offer.intent, by: actor)
            }
            // That others have looked is no reading of the person's.
            _ = try await desk.document(of: offer.id, by: .hr)
            let unread = try await #require(throws: PeopleError.self) { _ = try await sign() }
            #expect(unread == PeopleError(.locked, "") && unread.reason.contains("read it, and then sign"))
            #expect(try await gateway.peopleStore.agreement(offer.id)?.state == .offered)
            _ = try await desk.document(of: offer.id, by: actor)
            #expect(try await sign().state == .signed)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-93 a search by employee returns the signed file and its proof`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let desk = gateway.people.agreements
            let offer = try await desk.offer("client-ownership", to: person, values: [:], isMandatory: true, by: .hr)
            _ = try await desk.offer("confidentiality", to: person, values: [:], isMandatory: true, by: .hr)
            try await gateway.sign(offer)
            try await gateway.sequence()
            let proof = try #require(try await desk.proofs(of: person, by: .hr).first)
            #expect(try await desk.proofs(of: person, by: .hr).count == 1, "an offer proves nothing")
            #expect(proof.agreement.number == offer.number)
            #expect(SHA256.hash(proof.file.bytes) == offer.documentHash)
            let seal = try #require(proof.file.seal)
            func verdict(_ bytes: [UInt8]) -> CAdESVerdict {
                CAdES.verify(
                    cms: seal.signature, over: bytes, roots: [gateway.keys.issuer.certificate], asOf: gateway.clock.now)
            }
            #expect(verdict(proof.file.bytes).isValid)
            #expect(!verdict(proof.file.bytes + [0]).isValid)
            #expect(proof.file.signature?.hash == offer.documentHash)
            let signed = try #require(proof.acts.last { $0.entry.event == .agreementSigned })
            #expect(signed.entry.leafIndex != nil, "it stands in the log")
            #expect(try await desk.proof(number: offer.number, by: .hr).agreement == proof.agreement)
            let events = try await gateway.people.acts.acts(about: .employee(person)).map(\.entry.event)
            #expect(events.filter { $0 == .evidenceRead }.count == 3)
            let stranger = try await gateway.actor(try await gateway.employee("李四", id: "p-lisi"))
            await #expect(throws: PeopleError(.forbidden, "")) { _ = try await desk.proofs(of: person, by: stranger) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-97 the signed agreement is found by the employee, as a dossier asks for it`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let offer = try await gateway.people.agreements.offer(
                "client-ownership", to: person, values: [:], isMandatory: true, by: .hr)
            try await gateway.sign(offer)
            let acts = try await gateway.people.acts.acts(about: .employee(person))
            let about = Subject(.agreement, offer.id)
            #expect(
                acts.filter { $0.subjects.contains(about) }.map(\.entry.event) == [
                    .agreementOffered, .noticeOrdered, .agreementShown, .agreementCodeSent, .agreementSigned,
                ])
            let clauses = try await gateway.peopleStore.signedClauses(of: person)
            #expect(clauses.map(\.clause) == ["clients-are-company-assets", "no-soliciting"])
            #expect(clauses.allSatisfy { $0.documentHash == offer.documentHash && $0.number == offer.number })
        }
    }

    @Test(arguments: Backend.allCases)
    func `F49 of a signature and a withdrawal at once one holds`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            gateway.mail.alwaysAccepts()
            let person = try await gateway.employee()
            let desk = gateway.people.agreements
            let actor = try await gateway.actor(person)
            let offers = await TrainingTests.together(3) {
                try await desk.offer("client-ownership", to: person, values: [:], isMandatory: true, by: .hr)
            }
            #expect(offers == 1)
            let offer = try #require(try await desk.agreements(with: person, by: .hr).first)
            _ = try await desk.document(of: offer.id, by: actor)
            _ = try await desk.askToSign(offer.id, channel: .email, by: actor)
            let code = try gateway.lastCode()
            let done = await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await
                        (try? desk.sign(
                            offer.id, code: code, documentHash: offer.documentHash, intent: offer.intent, by: actor))
                        != nil
                }
                for _ in 0..<2 {
                    group.addTask { await (try? desk.withdraw(offer.id, reason: "条款有误", by: .hr)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(done == 1)
            let events = try await gateway.people.acts.acts(about: Subject(.agreement, offer.id)).map(\.entry.event)
            #expect(events.filter { $0 == .agreementSigned || $0 == .agreementWithdrawn }.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an offer that cannot be is refused with its place and leaves nothing`(backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let person = try await gateway.employee()
            let desk = gateway.people.agreements
            let long = try await #require(throws: PeopleError.self) {
                _ = try await desk.offer(
                    "non-compete", to: person,
                    values: ["months": 25, "compensationShare": 30, "competitors": ["同行"]], isMandatory: true,
                    signBy: CivilDate(dayNumber: 20_000), by: .hr)
            }
            #expect(long.faults.map(\.field) == ["signBy", "values.months"])
            #expect(long.faults.last?.message.contains("劳动合同法 第二十四条") == true)
            let empty = try await #require(throws: PeopleError.self) {
                _ = try await desk.offer(
                    "non-compete", to: person, values: ["colour": "red"], isMandatory: true, by: .hr)
            }
            #expect(
                Set(empty.faults.map(\.field)) == [
                    "values.months", "values.compensationShare", "values.competitors", "values.colour",
                ])
            await #expect(throws: PeopleError(.invalid, "")) {
                _ = try await desk.offer("marriage", to: person, values: [:], isMandatory: true, by: .hr)
            }
            let actor = try await gateway.actor(person)
            await #expect(throws: PeopleError(.forbidden, "")) {
                _ = try await desk.offer("confidentiality", to: person, values: [:], isMandatory: true, by: actor)
            }
            #expect(try await desk.agreements(with: person, by: .hr) == [])
        }
    }
}

extension String {
    /// The text with a passage replaced wherever it stands.
    func replacingIfThere(_ old: String, _ new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
