import Foundation
import TestSupport
import Testing

@testable import Evidence

/// Bundles that an insider edited and sealed again, judged by both checkers.
///
/// The manifest and its signature hold, so only what the bundle says about itself can give the edit away.
struct TamperCorpusTests {
    typealias Members = [(name: String, bytes: [UInt8])]

    /// What the insider does, and which check of the verifier must name it.
    static let corpus: [(what: String, check: String, edit: @Sendable (Members) throws -> Members)] = [
        ("a hash of a consistency proof", "growth", { try change($0, suffix: ".consistency", swapFirstHash) }),
        ("a missing consistency proof", "growth", { $0.filter { !$0.name.hasSuffix(".consistency") } }),
        (
            "a consistency proof with a hash too many", "growth",
            { try change($0, suffix: ".consistency") { $0 + $0.prefix(45) } }
        ),
        (
            "a checkpoint of another log", "checkpoint",
            {
                try change($0, suffix: ".checkpoint") {
                    Array(String(decoding: $0, as: UTF8.self).replacing("a", with: "b").utf8)
                }
            }
        ),
        ("a clock in the time line", "timeline", { try replace($0, in: "timeline.json", "songda", "carrier") }),
        ("an event in the time line", "timeline", { try replace($0, in: "timeline.json", "Acknowledged", "Objected") }),
        ("a leaf in the time line", "timeline", { try replace($0, in: "timeline.json", "\"leaf\":0", "\"leaf\":1") }),
        (
            "the number of entries", "completeness",
            { try replace($0, in: "completeness.json", "\"entries\":", "\"entries\":1") }
        ),
        ("the log's name", "completeness", { try replace($0, in: "bundle.json", "\"origin\":\"", "\"origin\":\"x") }),
        ("another notice", "entry", { try replace($0, in: "bundle.json", "\"notice\":\"N-1\"", "\"notice\":\"N-2\"") }),
        (
            "a document that is not there", "document",
            { try replace($0, in: "bundle.json", "notice.pdf\"", "other.pdf\"") }
        ),
        ("a document nobody recorded", "document", { try change($0, suffix: "notice.pdf") { $0 + [0x0A] } }),
        (
            "the seal of a document", "seal",
            { try change($0, suffix: ".pdf.p7s") { $0.dropLast(1) + [$0[$0.count - 1] ^ 1] } }
        ),
        ("the issue of the key somebody signed in with", "ground", { $0.filter { !$0.name.hasPrefix("related/") } }),
        (
            "an event's name", "entry",
            { members in
                members.map { ($0.name.replacing("-ContentOpened", with: "-Acknowledged2"), $0.bytes) }
            }
        ),
        (
            "a related event's name", "entry",
            { members in
                members.map { ($0.name.replacing("-APIKeyIssued", with: "-ServiceStarted"), $0.bytes) }
            }
        ),
        ("an entry of the same notice left out", "completeness", { $0.filter { !$0.name.contains("ReceiptFailed") } }),
        (
            "the order of two entries", "entry",
            { members in
                members.map {
                    (
                        $0.name.replacing("entries/0001-", with: "entries/0009-").replacing(
                            "entries/0002-", with: "entries/0001-"),
                        $0.bytes
                    )
                }
            }
        ),
    ]

    @Test func `both checkers call the untouched bundle sound, whatever a clock is called`() async throws {
        let (fixture, members) = try await Self.bundle()
        #expect(members.contains { $0.name == "related/0001-APIKeyIssued.json" })
        let report = fixture.verify(try ZipWriter.archive(try fixture.reseal(members)))
        #expect(report.isSound, "\(report.text(.english))")
        let script = try ScriptRun(try fixture.reseal(members), roots: fixture.issuer.certificate)
        #expect(script.isSound, "\(script.output)")
        #expect(script.output.contains("growth: from 3"))
        #expect(script.output.contains("timeline: it follows from the entries"))
        #expect(script.output.contains("left to songda-verify: the packaging"))
    }

    @Test(arguments: corpus.indices) func `both checkers refuse what an insider edited and sealed again`(
        _ index: Int
    ) async throws {
        let one = Self.corpus[index]
        let (fixture, members) = try await Self.bundle()
        let edited = try fixture.reseal(try one.edit(members))
        let report = fixture.verify(try ZipWriter.archive(edited))
        #expect(report.faults.contains { $0.name == one.check }, "\(one.what): \(report.text(.english))")
        #expect(!report.faults.contains { $0.name == "signature" || $0.name == "manifest" })
        let script = try ScriptRun(edited, roots: fixture.issuer.certificate)
        #expect(!script.isSound, "\(one.what): \(script.output)")
        #expect(script.output.contains("signature: sound"))
    }

    @Test func `a key that was issued to somebody else is no ground for an opening`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        try await fixture.openWithKey(of: "P-2")
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        #expect(fixture.verify(try ZipWriter.archive(members)).faults.map(\.name) == ["ground"])
        #expect(!(try ScriptRun(members, roots: fixture.issuer.certificate).isSound))
    }

    @Test func `both checkers note an erased entry that may have named the document`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let bundle = try await fixture.bundle(try await fixture.contents(erased: ["DocumentSealed"]))
        #expect(fixture.verify(bundle).isSound)
        let script = try ScriptRun(try ZipReader.members(of: bundle), roots: fixture.issuer.certificate)
        #expect(script.isSound, "\(script.output)")
        #expect(script.output.contains("note   documents/notice.pdf"))
    }

    /// Another entity under the same root, and whoever holds the key that signs entries, could make up a whole log.
    @Test func `both checkers refuse a bundle that somebody else under the same root has signed`() async throws {
        let (fixture, members) = try await Self.bundle()
        for (who, stranger) in try fixture.strangers() {
            let edited = try fixture.reseal(members, by: stranger)
            let report = fixture.verify(try ZipWriter.archive(edited))
            #expect(report.faults.map(\.name) == ["issuer"], "\(who): \(report.text(.english))")
            let script = try ScriptRun(edited, roots: fixture.issuer.certificate)
            #expect(!script.isSound && script.output.contains("VERDICT: NOT SOUND (1)"), "\(who): \(script.output)")
            #expect(script.output.contains("is not the issuing entity (\(BundleFixture.creditCode))"))
        }
    }

    @Test func `both checkers refuse a document that another entity has sealed`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        for (who, stranger) in try fixture.strangers() {
            var contents = try await fixture.contents()
            contents.documents[1] = .init(
                name: "notice.pdf.p7s", mediaType: "application/pkcs7-signature",
                bytes: try CAdES.sign(detached: BundleFixture.pdf, with: stranger, at: fixture.log.clock.now),
                isEvidenced: false)
            let bundle = try await fixture.bundle(contents)
            let report = fixture.verify(bundle)
            #expect(report.faults.map(\.name) == ["issuer"], "\(who): \(report.text(.english))")
            let script = try ScriptRun(try ZipReader.members(of: bundle), roots: fixture.issuer.certificate)
            #expect(!script.isSound && script.output.contains("VERDICT: NOT SOUND (1)"), "\(who): \(script.output)")
        }
    }

    @Test func `both checkers refuse a notice whose issuing entity no readable entry names`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let erased = try await fixture.bundle(try await fixture.contents(erased: ["NoticeIssued"]))
        let bare = try BundleFixture()
        try await bare.record([.documentSealed])
        for (fixture, bundle) in [(fixture, erased), (bare, try await bare.bundle(try await bare.contents()))] {
            #expect(fixture.verify(bundle).faults.map(\.name) == ["issuer"])
            let script = try ScriptRun(try ZipReader.members(of: bundle), roots: fixture.issuer.certificate)
            #expect(!script.isSound && script.output.contains("VERDICT: NOT SOUND (1)"), "\(script.output)")
        }
    }

    static func bundle() async throws -> (BundleFixture, Members) {
        let fixture = try BundleFixture()
        try await fixture.record([.noticeIssued, .documentSealed])
        try await fixture.record([.attemptStarted, .receiptFailed])
        try await fixture.openWithKey()
        return (fixture, try ZipReader.members(of: try await fixture.bundle(try await fixture.contents())))
    }

    // MARK: Edits

    /// Changes the first member with this suffix.
    private static func change(
        _ members: Members, suffix: String, _ edit: ([UInt8]) throws -> [UInt8]
    ) throws -> Members {
        let place = try #require(members.firstIndex { $0.name.hasSuffix(suffix) }, "\(suffix) is in the bundle")
        var edited = members
        edited[place].bytes = try edit(members[place].bytes)
        #expect(edited[place].bytes != members[place].bytes)
        return edited
    }

    private static func replace(
        _ members: Members, in name: String, _ old: String, _ new: String
    ) throws -> Members {
        try change(members, suffix: name) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let range = try #require(text.firstRange(of: old), "\(old) stands in \(name)")
            return Array(text.replacingCharacters(in: range, with: new).utf8)
        }
    }

    /// Thirty-two other bytes in the form of a hash.
    private static func swapFirstHash(_ bytes: [UInt8]) -> [UInt8] {
        let first = bytes.prefix { $0 != 0x0A }
        return Array(Base64.encode(SHA256.hash(Array(first)).bytes).utf8) + bytes.dropFirst(first.count)
    }
}
