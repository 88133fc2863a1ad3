import Evidence
import Foundation

/// Fetches proof bundles and verifies each twice: with our verifier, and with the script inside that uses only openssl.
struct DemoProofs: Sendable {
    let directory: String
    let rootFile: String
    let clock: any WallClock

    /// Fetches one bundle, verifies it, and makes sure that a flipped byte is noticed.
    func fetchAndVerify(_ id: String, client: Client) async throws {
        let number = try DemoStory.text(try await client.json("GET", "/v1/notices/\(id)"), "number")
        let bytes = try await client.send("GET", "/v1/notices/\(id)/proof").body
        let path = "\(directory)/\(number).asice"
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        let roots = try Certificate.all(
            pem: String(decoding: try KeyFile.readPublic(rootFile), as: UTF8.self), origin: rootFile)
        let verifier = BundleVerifier(trust: .init(roots: roots), now: clock.now)
        let report = verifier.verify(bytes)
        guard report.checks.allSatisfy({ $0.status != .failed }) else {
            let failed = report.checks.filter { $0.status == .failed }.map(\.english)
            throw Failure("\(path) does not verify: \(failed.joined(separator: "; "))")
        }
        var flipped = bytes
        flipped[try Self.insideDocument(bytes)] ^= 1
        guard verifier.verify(flipped).checks.contains(where: { $0.status == .failed }) else {
            throw Failure("\(path): a flipped byte was not noticed")
        }
        try verifyWithScript(path)
    }

    /// A byte of the document itself: the packaging of a ZIP has bytes that mean nothing.
    private static func insideDocument(_ bytes: [UInt8]) throws -> Int {
        let name = Array("documents/notice".utf8)
        guard let start = bytes.firstRange(of: name) else { throw Failure("the bundle has no document") }
        return start.upperBound + 100
    }

    /// Unpacks the bundle and runs its own script, which knows nothing but openssl and the usual tools.
    private func verifyWithScript(_ path: String) throws {
        let scratch = path + ".unpacked"
        let unzip = try Tool.run("unzip", ["-q", "-o", path, "-d", scratch])
        guard unzip.code == 0 else { throw Failure("\(path) cannot be unzipped: \(unzip.output.prefix(300))") }
        defer { try? FileManager.default.removeItem(atPath: scratch) }  // only a copy of what is in the bundle
        let roots = URL(fileURLWithPath: rootFile).path
        let check = try Tool.run("sh", ["verify.sh", roots], in: scratch)
        guard check.code == 0 else {
            throw Failure("\(path): openssl does not confirm it:\n\(check.output.suffix(600))")
        }
    }
}
