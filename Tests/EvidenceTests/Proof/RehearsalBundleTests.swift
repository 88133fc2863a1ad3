import Foundation
import TestSupport
import Testing

@testable import Evidence

/// Both verifiers say of a rehearsal that it is one, in the same words, and nobody takes the mark off.
struct RehearsalBundleTests {
    private static let whole = "VERDICT: SOUND (REHEARSAL, NO LEGAL EFFECT 演练，无法律效力)\n"

    @Test func `a rehearsal is named by both verifiers and in both explanations`() async throws {
        let fixture = try BundleFixture(isRehearsal: true)
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents(erased: ["ContentOpened"]))
        let report = fixture.verify(bundle)
        #expect(report.isSound && report.verdict == .soundWithWarnings && report.rehearsal == .whole)
        #expect(report.text(.english).hasSuffix(Self.whole))
        #expect(report.json["rehearsal"] == true)
        let members = try ZipReader.members(of: bundle)
        let script = try ScriptRun(members, roots: fixture.issuer.certificate)
        #expect(script.isSound && script.output.hasSuffix(Self.whole), "\(script.output)")
        let readmes = members.filter { $0.name.hasPrefix("README") }.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(readmes.count == 2)
        // Several bundles may lie beside each other: each command names one.
        #expect(readmes.allSatisfy { $0.contains("unzip ../NAME.asice\n") && !$0.contains("*.asice") })
        #expect(readmes.contains { $0.contains("**REHEARSAL, NO LEGAL EFFECT.** 10 of the 11 entries") })
        #expect(readmes.contains { $0.contains("**演练，无法律效力。** 11 条记录中有 10 条") })
    }

    @Test func `entries that a rehearsing server added to a notice that was meant are counted`() async throws {
        let fixture = try BundleFixture()
        try await fixture.record([.noticeIssued, .documentSealed])
        let rehearsing = EvidenceRecorder(signer: fixture.log.entryKey, clock: fixture.log.clock, isRehearsal: true)
        let opened = try rehearsing.sign(
            EvidenceDraft(
                event: .contentOpened, subject: EvidenceSubject(notice: "N-1", recipient: "P-1", delivery: "D-1"),
                happenedAt: .ours(fixture.log.clock.now)))
        try await fixture.log.store.stage([opened])
        try await fixture.record([.acknowledged])
        let bundle = try await fixture.bundle(try await fixture.contents())
        let report = fixture.verify(bundle)
        #expect(report.isSound && report.rehearsal == .part(1, of: 4))
        let verdict = "VERDICT: SOUND (1 of 4 entries are of a REHEARSAL 含演练记录)\n"
        #expect(report.text(.english).hasSuffix(verdict))
        let script = try ScriptRun(try ZipReader.members(of: bundle), roots: fixture.issuer.certificate)
        #expect(script.isSound && script.output.hasSuffix(verdict), "\(script.output)")
    }

    @Test func `words in a fact do not make a rehearsal, and a mark taken off breaks the signature`() async throws {
        let meant = try BundleFixture()
        try await meant.record([.noticeIssued])
        let entry = try meant.log.recorder.sign(
            EvidenceDraft(
                event: .objectionReceived, subject: EvidenceSubject(notice: "N-1"),
                happenedAt: .ours(meant.log.clock.now),
                facts: ["rehearsal": true, "words": #","rehearsal":true,"salt":"x""#]))
        try await meant.log.store.stage([entry])
        try await meant.record([.documentSealed])
        let bundle = try await meant.bundle(try await meant.contents())
        #expect(meant.verify(bundle).rehearsal == .none)
        let script = try ScriptRun(try ZipReader.members(of: bundle), roots: meant.issuer.certificate)
        #expect(script.output.hasSuffix("VERDICT: SOUND\n"), "\(script.output)")

        let rehearsed = try BundleFixture(isRehearsal: true)
        try await rehearsed.record([.noticeIssued, .documentSealed])
        var members = try ZipReader.members(of: try await rehearsed.bundle(try await rehearsed.contents()))
        for index in members.indices where members[index].name.hasSuffix("NoticeIssued.json") {
            let text = String(decoding: members[index].bytes, as: UTF8.self)
            members[index].bytes = Array(text.replacing(#","rehearsal":true"#, with: "").utf8)
        }
        // Whoever holds the seal can sign the list again, not the entry.
        let resealed = try rehearsed.reseal(members)
        #expect(!rehearsed.verify(try ZipWriter.archive(resealed)).isSound)
        #expect(!(try ScriptRun(resealed, roots: rehearsed.issuer.certificate).isSound))
    }
}
