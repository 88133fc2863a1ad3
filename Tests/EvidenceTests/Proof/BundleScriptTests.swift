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
        let unpinned = try ScriptRun(try ZipReader.members(of: bundle), roots: nil)
        #expect(unpinned.output.contains("no roots given") && unpinned.status == 3)
        let last = unpinned.output.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("VERDICT: ISSUER NOT ESTABLISHED"))
        let stranger = try BundleFixture()
        let refused = try ScriptRun(try ZipReader.members(of: bundle), roots: stranger.issuer.certificate)
        #expect(refused.status == 1)
        // What is wrong is whose it is, not what it is over.
        for part in ["signature: ", "notice.pdf.p7s: the seal was refused: "] {
            #expect(refused.output.contains(part + "it fits, but its certificate leads to none of the roots"))
        }
    }

    @Test func `roots of the machine count for nothing beside the reader's own`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        // Under another name: openssl does not look further once it knows a root of the name it looks for.
        let foreign = try CertificateIssuer.root(
            named: "A Foreign Root", key: .generateP256(), from: fixture.issuer.certificate.notBefore)
        let result = try ScriptRun(members, roots: foreign.certificate, machine: fixture.issuer.certificate)
        #expect(result.status == 1, "\(result.output)")
        for part in ["signature: ", "notice.pdf.p7s: the seal was refused: "] {
            #expect(result.output.contains(part + "it fits, but its certificate leads to none of the roots"))
        }
        #expect(result.output.contains("FAULT  keys/"), "entry certificates are judged by the same roots")
    }

    @Test(arguments: ["", "no certificate\n"])
    func `a file that holds no root is the reader's slip, and no verdict on the bundle`(_ roots: String) async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        let result = try ScriptRun(members, rootsFile: Array(roots.utf8))
        #expect(result.status == 2 && result.output.contains("VERDICT: none; no certificate"), "\(result.output)")
    }

    @Test func `a directory that holds no unpacked bundle is the reader's slip, a bundle that lacks a part is not`()
        async throws
    {
        let fixture = try BundleFixture()
        try await fixture.live()
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        let signs = ["bundle.json", "META-INF/ASiCManifest001.xml"]
        let roots = fixture.issuer.certificate
        // The script beside the packed file, and our own copy sent to the wrong directory.
        for isOurs in [false, true] {
            let alone = members.filter { $0.name == "verify.sh" }
            let result = try ScriptRun(alone, roots: roots, fromElsewhere: isOurs)
            #expect(result.status == 2 && result.output.contains("holds no unpacked bundle"), "\(result.output)")
            #expect(result.output.hasPrefix("VERDICT: none; ") && result.output.contains("没有已解压的证据包"))
            #expect(result.output.filter(\.isNewline).count == 1, "one line: \(result.output)")
        }
        for sign in signs {
            let changed = members.filter { $0.name != sign }
            #expect(changed.count == members.count - 1)
            let result = try ScriptRun(changed, roots: roots)
            #expect(result.status == 1 && result.output.contains("VERDICT: NOT SOUND"), "\(result.output)")
        }
    }

    @Test func `a copy of the script from elsewhere checks a bundle whose own script lies`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live()
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        let sound = try ScriptRun(members, roots: fixture.issuer.certificate, fromElsewhere: true)
        #expect(sound.isSound && sound.output.hasSuffix("VERDICT: SOUND\n"), "\(sound.output)")
        let lying = members.map { member in
            member.name == "verify.sh" ? (member.name, Array("echo VERDICT: SOUND\n".utf8)) : member
        }
        let caught = try ScriptRun(lying, roots: fixture.issuer.certificate, fromElsewhere: true)
        #expect(caught.status == 1 && caught.output.contains("manifest: verify.sh was altered"), "\(caught.output)")
    }

    @Test func `openssl alone refuses a bundle with one flipped byte in any member`() async throws {
        let fixture = try BundleFixture()
        try await fixture.record([.noticeIssued, .documentSealed])
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        for place in members.indices {
            var changed = members
            // Of a signature a byte of its certificate: in the middle stands a time stamp, of which openssl reads not all.
            let isSignature = changed[place].name.hasSuffix(".p7s")
            changed[place].bytes[changed[place].bytes.count / (isSignature ? 8 : 2)] ^= 1
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
