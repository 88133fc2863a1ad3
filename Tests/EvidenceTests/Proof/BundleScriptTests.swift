import Foundation
import TestSupport
import Testing

@testable import Evidence

/// The shell check and the verifier must say the same about the same bundle.
struct BundleScriptTests {
    @Test func `openssl alone reaches the verdict of the verifier on a good bundle`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live(lastStamped: false)
        let bundle = try await fixture.bundle(try await fixture.contents(erased: ["ContentOpened"]))
        #expect(fixture.verify(bundle).isSound)
        let result = try ScriptRun(try ZipReader.members(of: bundle), roots: fixture.issuer.certificate)
        #expect(result.isSound, "\(result.output)")
        #expect(result.output.hasSuffix("VERDICT: SOUND\n"))
        #expect(!result.output.contains("FAULT"))
        #expect(result.output.contains("signature timestamp: 2026-"))
        #expect(try ScriptRun(try ZipReader.members(of: bundle), roots: nil).output.contains("no roots given"))
        let stranger = try BundleFixture()
        #expect(!(try ScriptRun(try ZipReader.members(of: bundle), roots: stranger.issuer.certificate).isSound))
    }

    @Test func `openssl alone refuses a bundle with one flipped byte in any member`() async throws {
        let fixture = try BundleFixture()
        try await fixture.record([.noticeIssued, .documentSealed])
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        for place in members.indices {
            var changed = members
            changed[place].bytes[changed[place].bytes.count / 2] ^= 1
            let isSound = fixture.verify(try ZipWriter.archive(changed)).isSound
            let result = try ScriptRun(changed, roots: fixture.issuer.certificate)
            #expect(!isSound)
            #expect(!result.isSound, "\(members[place].name): \(result.output)")
        }
    }

    @Test func `openssl alone refuses missing, added and resealed members as the verifier does`() async throws {
        let fixture = try BundleFixture()
        try await fixture.record([.noticeIssued, .documentSealed, .attemptStarted])
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        var cases: [[(name: String, bytes: [UInt8])]] = [members + [("documents/extra.txt", [1])]]
        cases.append(members.filter { $0.name != "notice.json" })
        // An insider drops an entry and seals the rest again.
        cases.append(try fixture.reseal(members.filter { !$0.name.contains("AttemptStarted") }))
        for changed in cases {
            #expect(!fixture.verify(try ZipWriter.archive(changed)).isSound)
            let result = try ScriptRun(changed, roots: fixture.issuer.certificate)
            #expect(!result.isSound, "\(result.output)")
        }
    }
}
