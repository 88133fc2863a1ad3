import Evidence
import Notices
import TestSupport
import Testing

@Suite struct FormalNoticeTests {
    @Test(arguments: Backend.allCases)
    func `a dismissal without its mandatory fields is refused with every place that is wrong (S-54)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            do {
                _ = try await gateway.issue(
                    gateway.dismissalRequest(fields: ["facts": .null, "position": .null, "unionNoticeDate": .null]))
                Issue.record("nothing was refused")
            } catch let error as NoticeError {
                #expect(error.code == .invalid)
                let places = error.faults.map(\.field).joined(separator: " ")
                for field in ["facts", "position", "unionNoticeDate"] { #expect(places.contains(field), "\(error)") }
            }
            #expect(try await gateway.store.notices(NoticeFilter(), before: nil, limit: 5).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a dismissal is sealed only after two approvals, and carries its sealed PDF (S-54)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.dismissalRequest())
            try await gateway.settle()
            #expect(gateway.mail.parcels.isEmpty)
            let hash = try #require(try await gateway.store.notice(id)).contentHash
            _ = try await gateway.pipeline.issue.approve(id, contentHash: hash, by: .approverA)
            try await gateway.settle()
            #expect(gateway.mail.parcels.isEmpty)
            _ = try await gateway.pipeline.issue.approve(id, contentHash: hash, by: .approverB)
            try await gateway.settle()
            let parcel = try #require(gateway.mail.parcels.first)
            let document = try #require(try await gateway.store.document(of: id))
            #expect(parcel.content.attachments.map(\.mediaType) == ["application/pdf", "application/pkcs7-signature"])
            #expect(parcel.content.attachments[0].bytes == document.bytes)
            #expect(document.bytes.starts(with: Array("%PDF".utf8)))
            // The ground appears in the document alone.
            for parcel in gateway.mail.parcels + gateway.sms.parcels {
                for words in [parcel.content.subject, parcel.content.smsText] { #expect(!words.contains("解除")) }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a dismissal that the pre-flight check blocks needs a second person's override, which is evidence`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            _ = try await gateway.person("李四", id: "p-lisi", isConfirmed: false)
            var request = gateway.dismissalRequest(to: [PersonID("p-lisi")])
            await expectRefusal(.preflight, "address") { _ = try await gateway.issue(request) }
            request.overrides = [
                PreflightOverride(finding: "address", reason: "另行安排 EMS 送达", confirmedBy: "key-author")
            ]
            await expectRefusal(.preflight, "second person") { _ = try await gateway.issue(request) }
            request.overrides = [PreflightOverride(finding: "address", reason: "另行安排 EMS 送达", confirmedBy: "u-wang")]
            let id = try await gateway.issue(request)
            #expect(try await gateway.events(of: id) == [.noticeIssued, .groundsStated, .preflightOverridden])
        }
    }

    @Test func `characters that no font can print are refused at their field, in the language of the notice`()
        async throws
    {
        try await TestGateway.staffed(.sqlite) { gateway in
            for (language, words) in [("zh-CN", "字体无法显示"), ("en", "no font can show")] {
                var request = gateway.dismissalRequest(fields: ["position": "销售🦄经理"])
                request.language = language
                do {
                    _ = try await gateway.issue(request)
                    Issue.record("it was printed")
                } catch let error as NoticeError {
                    #expect(error.code == .invalid && error.faults.map(\.field) == ["position"])
                    #expect(error.faults.first?.message.contains(words) == true, "\(error)")
                    #expect(error.faults.first?.message.contains("U+1F984") == true)
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `express mail records waybill, content and signer, and shows a proxy as weak (S-55)`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            try await gateway.settle(after: .seconds(2 * 86_400 + 1))
            let ems = try await gateway.only(.ems, of: id)
            #expect(ems.state == .queued && ems.dueAt == nil)
            let desk = gateway.pipeline.postal
            let scan = SHA256.hash(Array("scan".utf8))
            func record(_ what: PostalDesk.Observation) async throws -> ReceiptRecording {
                try await desk.record(
                    what, of: ems.id, happenedAt: gateway.clock.now, scans: [scan], by: .approverA)
            }
            let handed = PostalDesk.Observation.handedOver(waybill: "EB123456789CN", contentName: "解除劳动合同通知书")
            #expect(try await record(handed) == .recorded(.accepted))
            #expect(try await record(handed) == .duplicate)
            gateway.pass(.seconds(86_400))
            #expect(try await record(.signedByProxy(name: "王阿姨", relation: "邻居")) == .recorded(.delivered))
            await expectRefusal(.invalid) {
                _ = try await record(.handedOver(waybill: "", contentName: "x"))
            }
            await expectRefusal(.conflict) {
                let mail = try await gateway.only(.email, of: id)
                _ = try await desk.record(
                    handed, of: mail.id, happenedAt: gateway.clock.now, scans: [], by: .approverA)
            }
            let standing = try await gateway.pipeline.prove.standing(of: id)
            let facts = try #require(standing.timeline.items.first { $0.event == .postalHandedOver }).facts
            #expect(facts["waybill"]?.string == "EB123456789CN")
            #expect(facts["contentName"]?.string == "解除劳动合同通知书")
            #expect(facts["scans"]?.array == [.string(scan.hex)])
            let proxy = try #require(standing.timeline.items.first { $0.event == .proxySigned }).facts
            #expect((proxy["name"]?.string, proxy["relation"]?.string) == ("王阿姨", "邻居"))
            #expect(standing.timeline.doubts.contains { $0.zh.contains("他人代收") })
            // A neighbour is neither the person nor kin living with them: nothing is deemed from it.
            #expect(!standing.deemed.contains { $0.ruleID == "express-mail-signed" })

            #expect(try await record(.signedInPerson(identity: "身份证核对")) == .recorded(.acknowledged))
            let later = try await gateway.pipeline.prove.standing(of: id)
            #expect(later.deemed.contains { $0.ruleID == "express-mail-signed" })
            #expect(later.strength.level >= standing.strength.level)
        }
    }

    @Test(arguments: Backend.allCases)
    func `one bundle is verified by a stranger, and not after any of its bytes was changed (S-56, S-124)`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            let bundle = try await gateway.pipeline.prove.bundle(of: id, for: .author).bundle.bytes
            let verifier = BundleVerifier(
                trust: .init(roots: [gateway.keys.issuer.certificate], logKeys: [gateway.keys.log.key]),
                now: gateway.clock.now)
            #expect(verifier.verify(bundle).isSound, "\(verifier.verify(bundle).text(.english))")
            #expect(try await gateway.events(of: id).last == .evidenceRead)
            var unnoticed: [String] = []
            let files = try ZipFiles.contents(of: bundle)
            #expect(files.count > 10)
            for file in files {
                // Not the first and last byte: there lie the bits that deflate itself does not look at.
                for place in [1, 2, 3].map({ file.place.lowerBound + file.place.count * $0 / 4 }) {
                    var altered = bundle
                    altered[place] ^= 0x10
                    if verifier.verify(altered).isSound {
                        unnoticed.append("\(file.name):\(place - file.place.lowerBound)")
                    }
                }
            }
            #expect(unnoticed.isEmpty, "changed bytes went unnoticed")
        }
    }

    @Test(arguments: Backend.allCases)
    func `the bundle of a message proves the message itself (S-56)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.issue(gateway.clientContactChange())
            try await gateway.settle()
            let bundle = try await gateway.pipeline.prove.bundle(of: id, for: .author).bundle.bytes
            let report = BundleVerifier(
                trust: .init(roots: [gateway.keys.issuer.certificate], logKeys: [gateway.keys.log.key]),
                now: gateway.clock.now
            ).verify(bundle)
            #expect(report.isSound, "\(report.text(.english))")
        }
    }

    @Test(arguments: Backend.allCases)
    func `each record has origin, hash, signature, time and custodian (S-120)`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            let entries = try await gateway.store.entries(of: id)
            #expect(entries.count >= 9)
            for entry in entries {
                let bytes = try #require(entry.body)
                let body = try EntryBody(parsing: bytes)
                #expect(SHA256.hash(bytes) == entry.commitment)
                #expect(gateway.keys.entries.publicKey.isValid(entry.signature, for: bytes))
                #expect(entry.keyID == gateway.keys.entries.keyID, "the custodian's key")
                #expect(body.happenedAt.clock == "songda", "whose clock")
                #expect(body.learntAt >= body.happenedAt.at)
                #expect(entry.leafIndex != nil)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a notice stores the articles relied on, and its evidence names them (S-122)`(_ backend: Backend) async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            let id = try await gateway.issue(gateway.dismissalRequest())
            let basis = try #require(try await gateway.store.notice(id)).legalBasis
            #expect(basis == ["劳动合同法 39(2)", "劳动合同法 43", "劳动合同法 50"])
            let entry = try #require(try await gateway.facts(.groundsStated, of: id).first)
            #expect(entry.subject.recipient == "p-zhangsan", "sealed under the person's key")
            #expect(entry.facts["legalBasis"]?.array?.compactMap(\.string) == basis)
        }
    }

    @Test(arguments: Backend.allCases)
    func
        `a last day before the thirty days of article 37 warns, one before a dismissal's thirty days is refused (S-123)`(
            _ backend: Backend
        ) async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            func resignation(_ lastDay: JSONValue) -> IssueRequest {
                IssueRequest(
                    issuer: TestGateway.issuer, kind: "resignation-accepted", recipients: [PersonID("p-zhangsan")],
                    fields: [
                        "position": "华东区销售经理", "probation": "no", "receivedDate": "2026-11-20", "lastDay": lastDay,
                        "handoverDate": "2026-12-18",
                    ])
            }
            let desk = gateway.pipeline.issue
            let early = try await desk.preview(resignation("2026-12-19"), by: .author)
            #expect(early.rendered.warnings.map(\.field) == ["lastDay"])
            #expect(try await desk.preview(resignation("2026-12-20"), by: .author).rendered.warnings.isEmpty)
            await expectRefusal(.invalid, "finalDate") {
                _ = try await gateway.issue(
                    gateway.dismissalRequest(fields: [
                        "ground": "40-2", "ruleClause": .null, "priorSteps": "培训三个月", "noticeMode": "thirty-days",
                        "protectedCheckDate": "2026-11-17", "compensation": "63200.00", "finalDate": "2026-12-20",
                    ]))
            }
        }
    }
}

/// Where the files of an archive lie; the dates and attributes around them say nothing about a notice.
enum ZipFiles {
    static func contents(of archive: [UInt8]) throws -> [(name: String, place: Range<Int>)] {
        func number(_ place: Int, _ size: Int) -> Int {
            (0..<size).reversed().reduce(0) { $0 << 8 | Int(archive[place + $1]) }
        }
        // APPNOTE 4.3.16: the end record, without a comment, is the last 22 bytes.
        let end = archive.count - 22
        try #require(number(end, 4) == 0x0605_4B50, "the archive has a comment, or is cut off")
        var place = number(end + 16, 4)
        var files: [(name: String, place: Range<Int>)] = []
        for _ in 0..<number(end + 10, 2) {
            try #require(number(place, 4) == 0x0201_4B50)
            let header = number(place + 42, 4)
            let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
            let name = archive[place + 46..<place + 46 + number(place + 28, 2)]
            files.append((String(decoding: name, as: UTF8.self), start..<start + number(place + 20, 4)))
            place += 46 + number(place + 28, 2) + number(place + 30, 2) + number(place + 32, 2)
        }
        return files
    }
}
