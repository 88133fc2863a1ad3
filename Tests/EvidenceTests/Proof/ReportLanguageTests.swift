import Foundation
import TestSupport
import Testing

@testable import Evidence

/// The Chinese report says what the English one says, in Chinese.
struct ReportLanguageTests {
    /// Examines every finding, and returns how many different failures there were.
    private func examine(_ reports: [VerificationReport]) -> Int {
        var failures: Set<String> = []
        for check in Set(reports.flatMap(\.checks)) {
            #expect(SentencePair(check).faults == [], "\(check.subject)")
            if check.status == .failed { failures.insert(check.chinese) }
        }
        for report in reports {
            let words = report.text(.chinese).split(separator: "\n").compactMap {
                SentencePair.englishWords(in: String($0))
            }
            #expect(words == [])
        }
        return failures.count
    }

    private func altered(
        _ fixture: BundleFixture, _ members: TamperCorpusTests.Members, isSealedAgain: Bool
    ) throws -> [VerificationReport] {
        var reports: [VerificationReport] = []
        for (place, member) in members.enumerated() {
            for position in Set([0, member.bytes.count / 2, member.bytes.count - 1]) where position >= 0 {
                var changed = members
                changed[place].bytes[position] ^= 0x01
                if isSealedAgain { changed = try fixture.reseal(changed) }
                reports.append(fixture.verify(try ZipWriter.archive(changed)))
            }
        }
        return reports
    }

    @Test func `a sound bundle is described in one language at a time`() async throws {
        for isRehearsal in [false, true] {
            let fixture = try BundleFixture(isRehearsal: isRehearsal)
            try await fixture.live(lastStamped: false)
            let bundle = try await fixture.bundle(try await fixture.contents(erased: ["ContentOpened"]))
            #expect(examine([fixture.verify(bundle), fixture.verify(bundle, pinned: false)]) == 0)
            #expect(fixture.verify(bundle).text(.chinese).contains("演练，无法律效力") == isRehearsal)
        }
    }

    @Test(arguments: [false, true]) func `a changed byte is described in both languages alike`(
        isSealedAgain: Bool
    ) async throws {
        let fixture = try BundleFixture()
        try await fixture.live(lastStamped: false)
        let members = try ZipReader.members(
            of: try await fixture.bundle(try await fixture.contents(erased: ["ContentOpened"])))
        #expect(examine(try altered(fixture, members, isSealedAgain: isSealedAgain)) > 40)
    }

    @Test func `what an insider edits is described in both languages alike`() async throws {
        let (fixture, members) = try await TamperCorpusTests.bundle()
        var reports = try TamperCorpusTests.corpus.map { one in
            fixture.verify(try ZipWriter.archive(try fixture.reseal(try one.edit(members))))
        }
        for (_, stranger) in try fixture.strangers() {
            reports.append(fixture.verify(try ZipWriter.archive(try fixture.reseal(members, by: stranger))))
        }
        for place in members.indices {
            var fewer = members
            fewer.remove(at: place)
            reports.append(fixture.verify(try ZipWriter.archive(fewer)))
            reports.append(fixture.verify(try ZipWriter.archive(try fixture.reseal(fewer))))
        }
        #expect(examine(reports) > 25)
    }

    @Test func `strange roots, a strange log and an expired certificate are described in both languages alike`()
        async throws
    {
        let fixture = try BundleFixture()
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents())
        let unstamped = try await BundleWriter(identity: fixture.seal, authority: nil, clock: fixture.log.clock)
            .write(try await fixture.contents())
        let strange = try BundleFixture()
        let now = fixture.log.clock.now
        let trust = BundleVerifier.Trust(
            roots: [strange.issuer.certificate], logKeys: [try LogFixture(origin: "log.example/other").signer.key])
        let refused = BundleVerifier(trust: trust, now: now).verify(bundle)
        #expect(refused.faults.contains { $0.chinese.contains("找不到签发该证书的上级证书（OpenSSL：unable to get") })
        fixture.log.clock.advance(by: .seconds(40 * 365 * 86_400))
        let late = fixture.verify(unstamped.bytes)
        #expect(late.faults.contains { $0.chinese.contains("不在有效期内") })
        #expect(examine([refused, late]) > 5)
    }

    @Test func `a damaged container is described in both languages alike`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents())
        var reports = [0, 1, 30, 69, 70, bundle.count / 2, bundle.count - 1].map {
            fixture.verify(Array(bundle[..<$0]))
        }
        for place in Array(stride(from: 0, to: bundle.count, by: bundle.count / 150))
            + Array(bundle.indices.suffix(120))
        {
            var flipped = bundle
            flipped[place] ^= 0x01
            reports.append(fixture.verify(flipped))
        }
        reports.append(fixture.verify([UInt8]("PK".utf8) + bundle))
        reports.append(fixture.verify(bundle + [0]))
        #expect(examine(reports) > 8)
    }

    @Test func `the parts of a bundle that are no files are named in Chinese too`() {
        let report = BundleVerifier(now: Timestamp(microseconds: 0)).verify([])
        #expect(report.text(.chinese).hasPrefix("不成立 证据包: 无法读取：这不是证据包"))
        #expect(report.text(.english).hasPrefix("FAULT  bundle: malformed: this is no proof bundle"))
    }
}
