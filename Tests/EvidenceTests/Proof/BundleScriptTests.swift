import Foundation
import TestSupport
import Testing

@testable import Evidence

/// The shell check and the verifier must say the same about the same bundle.
struct BundleScriptTests {
    private struct Result {
        let status: Int32
        let output: String
        var isSound: Bool { status == 0 }
    }

    /// Unpacks the members into a fresh folder and runs the script found there, with stock tools only.
    private func run(
        _ members: [(name: String, bytes: [UInt8])], roots: Certificate?
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bundle-\(SecureRandom.uuid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        for member in members {
            let file = folder.appendingPathComponent("b/" + member.name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(member.bytes).write(to: file)
        }
        // The script itself comes from the program: a bundle whose script was altered must not judge itself.
        let script = folder.appendingPathComponent("b/verify.sh")
        let altered = try? Data(contentsOf: script)
        var arguments = [script.path]
        if let roots {
            let file = folder.appendingPathComponent("roots.pem")
            try Data(roots.pem.utf8).write(to: file)
            arguments.append(file.path)
        }
        if altered != Data(BundleScript.text.utf8) { return Result(status: 1, output: "the script was altered") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
    }

    @Test func `openssl alone reaches the verdict of the verifier on a good bundle`() async throws {
        let fixture = try BundleFixture()
        try await fixture.live(lastStamped: false)
        let bundle = try await fixture.bundle(try await fixture.contents(erased: ["ContentOpened"]))
        #expect(fixture.verify(bundle).isSound)
        let result = try run(try ZipReader.members(of: bundle), roots: fixture.issuer.certificate)
        #expect(result.isSound, "\(result.output)")
        #expect(result.output.hasSuffix("VERDICT: SOUND\n"))
        #expect(!result.output.contains("FAULT"))
        #expect(result.output.contains("signature timestamp: 2026-"))
        #expect(try run(try ZipReader.members(of: bundle), roots: nil).output.contains("no roots given"))
        let stranger = try BundleFixture()
        #expect(!(try run(try ZipReader.members(of: bundle), roots: stranger.issuer.certificate).isSound))
    }

    @Test func `openssl alone refuses a bundle with one flipped byte in any member`() async throws {
        let fixture = try BundleFixture()
        try await fixture.record([.noticeIssued, .documentSealed])
        let members = try ZipReader.members(of: try await fixture.bundle(try await fixture.contents()))
        for place in members.indices {
            var changed = members
            changed[place].bytes[changed[place].bytes.count / 2] ^= 1
            let isSound = fixture.verify(try ZipWriter.archive(changed)).isSound
            let result = try run(changed, roots: fixture.issuer.certificate)
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
        let inner = members.filter {
            !$0.name.hasPrefix("META-INF") && $0.name != "mimetype" && !$0.name.contains("AttemptStarted")
        }
        let manifest = Manifest(
            references: inner.map {
                .init(name: $0.name, mediaType: BundleLayout.mediaType(of: $0.name), digest: SHA256.hash($0.bytes))
            })
        let signature = try CAdES.sign(detached: manifest.bytes, with: fixture.seal, at: fixture.log.clock.now)
        cases.append(
            [members[0]] + inner + [(Manifest.name, manifest.bytes), (Manifest.signatureName, signature)])
        for changed in cases {
            #expect(!fixture.verify(try ZipWriter.archive(changed)).isSound)
            let result = try run(changed, roots: fixture.issuer.certificate)
            #expect(!result.isSound, "\(result.output)")
        }
    }
}
