import TestSupport
import Testing

@testable import Evidence

struct BundleTests {
    @Test func `a bundle verifies with the reader's own roots`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let report = fixture.verify(try await fixture.bundle(try await fixture.contents()))
        #expect(report.faults.isEmpty, "\(report.text(.english))")
        #expect(report.notice == "N-1")
        #expect(report.origin == "log.example/test")
        #expect(report.entryCount == 11)
        // The built-in authority is never passed off as independent.
        #expect(report.verdict == .soundWithWarnings)
        #expect(Set(report.checks.filter { $0.status == .warning }.map(\.name)) == ["timestamp-independence"])
    }

    @Test func `a bundle with its own roots only says loudly that nothing is pinned`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents())
        let report = fixture.verify(bundle, pinned: false)
        #expect(report.faults.isEmpty && !report.isSound && report.verdict == .issuerNotEstablished)
        #expect(report.json["verdict"] == "issuer-not-established" && report.json["issuerEstablished"] == false)
        for language in VerificationReport.Language.allCases {
            let last = report.text(language).split(separator: "\n").last ?? ""
            #expect(last.contains("VERDICT: ISSUER NOT ESTABLISHED") && !last.contains("SOUND"))
        }
        #expect(fixture.verify(bundle).json["issuerEstablished"] == true)
        #expect(
            report.checks.contains { $0.name == "trust" && $0.status == .warning && $0.english.hasPrefix("NOT PINNED") }
        )
        // Whoever verifies is told whose roots were used: those of an installation are nothing of the reader's.
        let givers = [(true, "certificates of this installation"), (false, "certificates given by the reader")]
        for (isOurs, words) in givers {
            let trust = BundleVerifier.Trust(roots: [fixture.issuer.certificate], isOfInstallation: isOurs)
            let checks = BundleVerifier(trust: trust, now: fixture.log.clock.now).verify(bundle).checks
            #expect(checks.contains { $0.name == "trust" && $0.english.contains(words) })
        }
        let strange = try BundleFixture()
        let trust = BundleVerifier.Trust(roots: [strange.issuer.certificate])
        let refused = BundleVerifier(trust: trust, now: fixture.log.clock.now).verify(bundle)
        #expect(refused.verdict == .notSound)
        #expect(Set(refused.faults.map(\.name)).isSuperset(of: ["signature", "timestamp", "entry-key", "seal"]))
    }

    @Test func `a bundle of a notice that was never sealed says that it was not sent`() async throws {
        let fixture = try BundleFixture()
        try await fixture.record([.noticeIssued])
        var contents = try await fixture.contents()
        contents.documents = []
        let bundle = try await fixture.bundle(contents)
        let report = fixture.verify(bundle)
        #expect(report.checks.contains { $0.name == "sealed" && $0.status == .warning }, "\(report.text(.english))")
        let script = try ScriptRun(try ZipReader.members(of: bundle), roots: fixture.issuer.certificate)
        #expect(script.output.contains("was not sealed and not sent"), "\(script.output)")
        #expect(script.isSound == report.isSound)
        try await fixture.record([.documentSealed])
        let sealed = fixture.verify(try await fixture.bundle(try await fixture.contents()))
        #expect(!sealed.checks.contains { $0.name == "sealed" })
    }

    @Test func `a bundle of another log than the reader knows is refused`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents())
        let trust = BundleVerifier.Trust(
            roots: [fixture.issuer.certificate], logKeys: [try LogFixture().signer.key])
        let report = BundleVerifier(trust: trust, now: fixture.log.clock.now).verify(bundle)
        #expect(report.faults.contains { $0.name == "checkpoint" })
    }

    @Test func `what awaits its timestamp says so and nothing stands in for it`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live(lastStamped: false)
        let report = fixture.verify(try await fixture.bundle(try await fixture.contents()))
        #expect(report.isSound, "\(report.text(.english))")
        #expect(report.checks.filter { $0.name == "timestamp" && $0.status == .warning }.count == 1)
        #expect(report.checks.filter { $0.name == "timestamp" && $0.status == .ok }.count == 2)
    }

    @Test func `an erased entry is shown as erased`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let contents = try await fixture.contents(erased: ["ContentOpened"])
        let report = fixture.verify(try await fixture.bundle(contents))
        #expect(report.isSound, "\(report.text(.english))")
        #expect(report.checks.contains { $0.subject == "entries/0010-erased" && $0.status == .ok })
    }

    @Test func `an entry that claims a time after its timestamp puts the clock in doubt`() async throws {
        let fixture = try BundleFixture()
        fixture.log.clock.advance(by: .seconds(600))
        try await fixture.log.store.stage([
            fixture.log.recorder.sign(
                EvidenceDraft(
                    event: .noticeIssued, subject: EvidenceSubject(notice: "N-1"),
                    happenedAt: .ours(fixture.log.clock.now), facts: BundleFixture.facts(.noticeIssued)))
        ])
        fixture.log.clock.advance(by: .seconds(-600))
        try await fixture.record([.documentSealed])
        let report = fixture.verify(try await fixture.bundle(try await fixture.contents()))
        #expect(report.isSound, "\(report.text(.english))")
        #expect(report.checks.contains { $0.name == "clock" && $0.status == .warning })
    }

    @Test func `a document's seal is judged at the time of the bundle's timestamp, long after its certificate expired`()
        async throws
    {
        let fixture = try BundleFixture()
        try await fixture.live()
        var contents = try await fixture.contents()
        contents.documents[1] = .init(
            name: "notice.pdf.p7s", mediaType: "application/pkcs7-signature",
            bytes: try CAdES.sign(detached: BundleFixture.pdf, with: fixture.seal, at: fixture.log.clock.now),
            isEvidenced: false)
        let bundle = try await fixture.bundle(contents)
        let unstamped = try await BundleWriter(identity: fixture.seal, authority: nil, clock: fixture.log.clock)
            .write(contents)
        fixture.log.clock.advance(by: .seconds(40 * 365 * 86_400))
        let report = fixture.verify(bundle)
        #expect(report.isSound, "\(report.text(.english))")
        #expect(fixture.verify(unstamped.bytes).faults.contains { $0.name == "seal" })
    }

    @Test func `a bundle without an answer from the authority is written and says so`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let written = try await BundleWriter(identity: fixture.seal, authority: nil, clock: fixture.log.clock)
            .write(try await fixture.contents())
        #expect(written.timestampFault != nil)
        let report = fixture.verify(written.bytes)
        #expect(report.isSound)
        #expect(report.checks.contains { $0.name == "signature-timestamp" && $0.status == .warning })
    }

    @Test func `the same members give the same archive`() throws {
        let members = [
            (name: "mimetype", bytes: Array("x".utf8)), (name: "a/b.json", bytes: Array(repeating: 7, count: 9000)),
        ]
        #expect(try ZipWriter.archive(members) == ZipWriter.archive(members))
    }

    @Test func `the mimetype is the first member, stored, where other programs look for it`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents())
        #expect(Array(bundle[0..<4]) == [0x50, 0x4B, 0x03, 0x04])
        #expect(Array(bundle[8..<10]) == [0, 0])
        #expect(Array(bundle[28..<30]) == [0, 0])
        #expect(String(decoding: bundle[30..<69], as: UTF8.self) == "mimetypeapplication/vnd.etsi.asic-e+zip")
    }

    @Test func `a bundle is refused when the log cannot prove what is stored`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        try fixture.log.store.tamper { contents in
            let id = try #require(contents.leaves[3])
            let old = try #require(contents.entries[id])
            let other = Array("{}".utf8)
            contents.entries[id] = SignedEntry(
                id: old.id, event: old.event, subject: EvidenceSubject(notice: "N-1"), learntAt: old.learntAt,
                body: other, signature: old.signature, keyID: old.keyID, commitment: SHA256.hash(other))
        }
        await #expect(throws: EvidenceError(.notIncluded, "")) { try await fixture.contents() }
    }
}

struct BundleTamperTests {
    private func repack(_ members: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
        try ZipWriter.archive(members)
    }

    @Test func `flipping one byte in any member is noticed and named`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live(lastStamped: false)
        let members = try ZipReader.members(
            of: try await fixture.bundle(try await fixture.contents(erased: ["ContentOpened"])))
        #expect(members.count > 50)
        for (place, member) in members.enumerated() {
            for position in Set([0, member.bytes.count / 2, member.bytes.count - 1]) where position >= 0 {
                var changed = members
                changed[place].bytes[position] ^= 0x01
                let report = fixture.verify(try repack(changed))
                #expect(!report.isSound, "\(member.name), byte \(position)")
                if !member.name.hasPrefix("META-INF"), member.name != "mimetype" {
                    #expect(report.faults.contains { $0.subject == member.name }, "\(member.name)")
                }
            }
        }
    }

    /// Also the bits that unpacking programs do not look at: the mark of a last block, and what fills up a last byte.
    @Test func `each bit of a container, packed members included, is one that is looked at`() throws {
        let words = "解除劳动合同通知书，送达回执。\n"
        let archive = try repack([
            ("mimetype", Array("application/vnd.etsi.asic-e+zip".utf8)), ("long.txt", Array((words + words).utf8)),
            ("short.txt", Array("ok\n".utf8)), ("empty.txt", []),
        ])
        let members = try ZipReader.members(of: archive)
        #expect(members.count == 4 && ZipPackaging.fault(in: archive) == nil)
        for position in archive.indices {
            for bit in 0..<8 {
                var changed = archive
                changed[position] ^= UInt8(1 << bit)
                let isSeen = ZipPackaging.fault(in: changed) != nil || (try? ZipReader.members(of: changed)) == nil
                // A name or a size in both places would be another bundle, which the signed list does not fit.
                #expect(isSeen, "byte \(position), bit \(bit)")
            }
        }
    }

    @Test func `removing, adding or renaming a member is noticed`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        for place in members.indices {
            var fewer = members
            fewer.remove(at: place)
            #expect(!fixture.verify(try repack(fewer)).isSound, "without \(members[place].name)")
        }
        #expect(!fixture.verify(try repack(members + [("extra.txt", [0x41])])).isSound)
        var renamed = members
        renamed[10].name += "x"
        #expect(!fixture.verify(try repack(renamed)).isSound)
    }

    /// An insider seals again after editing: only the entries' own signatures and the log stand against that.
    @Test(arguments: [
        "event", "facts", "happenedAt", "happenedClock", "id", "learntAt", "notice", "recipient", "salt", "key",
        "delivery", "v",
    ])
    func `changing any field of an entry is noticed even when the bundle is sealed again`(field: String) async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let contents = try await fixture.contents()
        let victim = contents.excerpt.entries[4]
        let original = try #require(victim.body)
        var members = try #require(try JSONValue(parsing: original).object)
        switch field {
        case "facts": members[field] = ["note": "other"]
        case "v": members[field] = 2
        case "salt": members[field] = "AAAAAAAAAAAAAAAAAAAAAA=="
        case "happenedAt", "learntAt": members[field] = "2020-01-01T00:00:00.000000Z"
        default: members[field] = .string("x" + (members[field]?.string ?? ""))
        }
        let body = JSONValue.object(members).canonicalBytes
        let report = try await resealed(
            fixture, contents, members: [".json": body], stem: "entries/0005-\(victim.event)")
        #expect(report.faults.contains { $0.name == "entry" && $0.subject == "entries/0005-\(victim.event)" })
    }

    @Test func `an entry signed anew with a key of the insider's is noticed`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let contents = try await fixture.contents()
        let victim = contents.excerpt.entries[4]
        let forged = try EvidenceRecorder(signer: fixture.log.entryKey, clock: fixture.log.clock).sign(
            EvidenceDraft(
                event: victim.event, subject: EvidenceSubject(notice: "N-1"), happenedAt: .ours(fixture.log.clock.now)))
        let report = try await resealed(
            fixture, contents, members: [".json": forged.body, ".sig": forged.signature],
            stem: "entries/0005-\(victim.event)")
        #expect(report.faults.contains { $0.english.contains("root") || $0.english.contains("path") })
    }

    @Test func `leaving an inconvenient entry out is noticed even when the bundle is sealed again`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let whole = try await fixture.contents()
        let members = try ZipReader.members(of: try await fixture.bundle(whole))
            .filter { !$0.name.contains("ReceiptFailed") }
        let report = fixture.verify(try reseal(fixture, members))
        #expect(report.faults.contains { $0.name == "completeness" })
        #expect(!report.faults.contains { $0.name == "signature" || $0.name == "manifest" })
    }

    private func resealed(
        _ fixture: BundleFixture, _ contents: BundleContents, members changed: [String: [UInt8]], stem: String
    ) async throws -> VerificationReport {
        let members = try ZipReader.members(of: try await fixture.bundle(contents)).map { member in
            let suffix = changed.keys.first { member.name == stem + $0 }
            return (name: member.name, bytes: suffix.flatMap { changed[$0] } ?? member.bytes)
        }
        let report = fixture.verify(try reseal(fixture, members))
        #expect(!report.faults.contains { $0.name == "signature" || $0.name == "manifest" })
        return report
    }

    private func reseal(_ fixture: BundleFixture, _ members: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
        try ZipWriter.archive(try fixture.reseal(members))
    }

    @Test func `a bundle cut short anywhere is refused with a sentence`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents())
        for length in [0, 1, 30, 69, 70, bundle.count / 2, bundle.count - 100, bundle.count - 1] {
            let report = fixture.verify(Array(bundle[..<length]))
            #expect(!report.isSound)
            #expect(report.faults.first?.name == "container")
        }
    }

    @Test func `archives made to harm are refused`() throws {
        let mimetype = (name: "mimetype", bytes: Array(BundleLayout.mimetype.utf8))
        for name in ["../evil", "a/../../evil", "/etc/passwd", "a//b", "a/./b", "c:\\x", "a\nb"] {
            let archive = try ZipWriter.archive([mimetype, (name, [1])])
            #expect(throws: EvidenceError(.malformed, ""), "\(name)") { try ZipReader.members(of: archive) }
        }
        let bomb = try ZipWriter.archive([mimetype, ("bomb", Array(repeating: 0, count: 8 << 20))])
        #expect(throws: EvidenceError(.tooLarge, "")) { try ZipReader.members(of: bomb) }
        let many = try ZipWriter.archive([mimetype] + (0..<50).map { ("f\($0)", [1]) })
        #expect(throws: EvidenceError(.tooLarge, "")) { try ZipReader.members(of: many, limits: .init(members: 50)) }
        #expect(throws: EvidenceError(.tooLarge, "")) { try ZipReader.members(of: many, limits: .init(totalBytes: 60)) }
        #expect(throws: EvidenceError(.malformed, "")) {
            try BundleReader(try ZipWriter.archive([("a", [1]), mimetype]))
        }
    }
}
