import Evidence
import Foundation
import Notices

/// Fetches proof bundles and verifies each twice: with our verifier, and with the script inside that uses only openssl.
///
/// Both are given the root from outside the bundle, as a careful stranger would.
struct DemoProofs: Sendable {
    let directory: String
    let rootFile: String
    let clock: any WallClock

    /// Fetches and verifies the bundle of each notice; of the first of each kind both verifiers must notice a flipped byte.
    func fetchAndVerify(_ ids: [String], client: Client) async throws {
        var kinds: Set<String> = []
        for id in ids {
            let notice = try await client.json("GET", "/v1/notices/\(id)")
            let path = "\(directory)/\(try Prove.fileName(notice, suffix: ".asice"))"
            let bytes = try await client.send("GET", "/v1/notices/\(id)/proof").body
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            let isFirst = kinds.insert(try DemoStory.text(notice, "kind")).inserted
            try verify(bytes, path, flipping: isFirst)
            try verifyWithScript(path, flipping: isFirst)
        }
    }

    private func verify(_ bytes: [UInt8], _ path: String, flipping: Bool) throws {
        let roots = try Certificate.all(
            pem: String(decoding: try KeyFile.readPublic(rootFile), as: UTF8.self), origin: rootFile)
        let verifier = BundleVerifier(trust: .init(roots: roots), now: clock.now)
        let report = verifier.verify(bytes)
        guard report.isSound else {
            throw Failure("\(path) does not verify: \(report.faults.map(\.english).joined(separator: "; "))")
        }
        guard report.rehearsal == .whole else { throw Failure("\(path) does not say that it is of a rehearsal") }
        guard flipping else { return }
        var flipped = bytes
        flipped[try Self.insideDocument(bytes)] ^= 1
        guard !verifier.verify(flipped).isSound else { throw Failure("\(path): a flipped byte was not noticed") }
    }

    /// A byte of the document itself: the packaging of a ZIP has bytes that mean nothing.
    private static func insideDocument(_ bytes: [UInt8]) throws -> Int {
        let name = Array("documents/notice".utf8)
        guard let start = bytes.firstRange(of: name) else { throw Failure("the bundle has no document") }
        return start.upperBound + 100
    }

    /// Unpacks the bundle and runs its own script, which knows nothing but openssl and the usual tools.
    private func verifyWithScript(_ path: String, flipping: Bool) throws {
        let scratch = path + ".unpacked"
        let unzip = try Tool.run("unzip", ["-q", "-o", path, "-d", scratch])
        guard unzip.code == 0 else { throw Failure("\(path) cannot be unzipped: \(unzip.output.prefix(300))") }
        defer { try? FileManager.default.removeItem(atPath: scratch) }  // only a copy of what is in the bundle
        let root = URL(fileURLWithPath: rootFile).path
        let check = try Tool.run("sh", ["verify.sh", root], in: scratch)
        guard check.code == 0, check.output.contains("VERDICT: SOUND (REHEARSAL") else {
            throw Failure("\(path): openssl does not confirm it:\n\(check.output.suffix(600))")
        }
        guard flipping else { return }
        try Self.flipDocument(in: "\(scratch)/documents")
        let again = try Tool.run("sh", ["verify.sh", root], in: scratch)
        guard again.code != 0, again.output.contains("VERDICT: NOT SOUND") else {
            throw Failure("\(path): openssl does not notice a flipped byte:\n\(again.output.suffix(600))")
        }
    }

    /// The document that was served, one bit of it turned over.
    private static func flipDocument(in folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        guard let name = names.first(where: { $0.hasSuffix(".pdf") }) ?? names.first(where: { $0.hasSuffix(".json") })
        else { throw Failure("\(folder) holds no document") }
        let file = URL(fileURLWithPath: "\(folder)/\(name)")
        var bytes = Array(try Data(contentsOf: file))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: file)
    }
}
