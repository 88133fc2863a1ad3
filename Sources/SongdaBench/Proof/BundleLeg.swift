import Evidence
import Foundation
import Notices

/// Bundles of notices that were served, written by one process and verified by another that knows only whom to trust.
struct BundleLeg {
    static let ecdsa = "ECDSA signatures a bundle"
    static let ed25519 = "Ed25519 signatures a bundle"

    let directory: String
    let root: String
    let count: Int
    /// Of the mail sink, for writing.
    let port: Int

    /// Serves the notices and writes a bundle of each; counts the signatures in them.
    func write() async throws -> Leg {
        let start = ContinuousClock.now
        let gateway = try await BenchGateway(directory: directory, root: root, port: port, connections: 16)
        try await gateway.addPeople(count)
        try await concurrently(count, width: 64) { try await gateway.issue($0, to: $0) }
        try await gateway.serveAll()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try gateway.keys.root.pem.write(toFile: directory + "/roots.pem", atomically: true, encoding: .utf8)
        try gateway.logKey.description.write(toFile: directory + "/log.key", atomically: true, encoding: .utf8)
        let verifier = try verifier()
        let desk = try gateway.proof()
        let reader = Principal(id: "key-bench", kind: .apiKey, method: "api-key")
        var signatures = Signatures()
        var bytes = 0
        let notices = try await gateway.notices()
        for notice in notices {
            let bundle = try await desk.bundle(of: notice, for: reader).bundle
            try Data(bundle.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(notice.rawValue).asice"))
            signatures.add(verifier.verify(bundle.bytes))
            bytes += bundle.bytes.count
        }
        try await gateway.close()
        let each = Double(max(1, notices.count))
        return Leg(
            seconds: (ContinuousClock.now - start).inSeconds, units: notices.count,
            facts: [
                Self.ecdsa: (Double(signatures.ecdsa) / each).rounded(to: 2),
                Self.ed25519: (Double(signatures.ed25519) / each).rounded(to: 2),
                "KiB a bundle": (Double(bytes) / each / 1024).rounded(to: 1),
            ],
            fault: notices.count == count ? nil : "\(notices.count) notices on record of \(count) issued")
    }

    /// Verifies each; then alters one in several places, which must be seen.
    func verify() throws -> Leg {
        let verifier = try verifier()
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        var spent = Duration.zero
        var processor = 0.0
        var notices: Set<String> = []
        var unsound: String?
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")))
            let before = ProcessorTime.seconds
            let start = ContinuousClock.now
            let report = verifier.verify(bytes)
            spent += ContinuousClock.now - start
            processor += ProcessorTime.seconds - before
            guard report.isSound, let notice = report.notice else {
                unsound = unsound ?? report.faults.first?.english ?? "\(report.verdict)"
                continue
            }
            notices.insert(notice)
        }
        let unseen = try unseenAlterations(of: files.first, verifier)
        let isSound = files.count == count && notices.count == count && unseen == 0
        return Leg(
            seconds: spent.inSeconds, units: count,
            facts: ["CPU µs each": (processor * 1e6 / Double(max(1, count))).rounded()],
            fault: isSound
                ? nil
                : "\(notices.count) of \(count) bundles are sound (\(unsound ?? "all that are there")), "
                    + "\(unseen) alterations went unseen")
    }

    private var folder: String { directory + "/bundles" }

    private func verifier() throws -> BundleVerifier {
        BundleVerifier(
            trust: .init(
                roots: try Certificate.read(file: directory + "/roots.pem"),
                logKeys: [try NoteKey(parsing: String(contentsOfFile: directory + "/log.key", encoding: .utf8))]),
            now: SystemClock().now)
    }

    /// How many of eight flipped bits leave a bundle sound.
    private func unseenAlterations(of file: String?, _ verifier: BundleVerifier) throws -> Int {
        guard let file else { return 1 }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")))
        return (1...8).count(where: { part in
            var altered = bytes
            altered[bytes.count * part / 9] ^= 0x10
            return verifier.verify(altered).isSound
        })
    }

    /// What a reader of a bundle has to verify, by the checks that held.
    private struct Signatures {
        var ecdsa = 0
        var ed25519 = 0

        mutating func add(_ report: VerificationReport) {
            for check in report.checks where check.status == .ok {
                switch check.name {
                case "entry", "seal", "signature", "signature-timestamp", "timestamp": ecdsa += 1
                case "checkpoint": ed25519 += 1
                default: break
                }
            }
        }
    }
}
