import ArgumentParser
import Evidence
import Foundation

/// One leg of ours; `songda-bench` starts itself with this, so that each leg has a process of its own.
struct OneLeg: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One leg of Songda's side; prints JSON. Also what a profiler is to be pointed at.",
        shouldDisplay: false)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case mail, append, acceptance, roster, punches, risk, lists
        case sign, verify
        case bodies, audit
        case bundles, verifyBundles = "verify-bundles"
        case tokens
        case papers
        case waiters
        case footprint
        case texts
        case dispatch
    }

    @Argument var kind: Kind
    @Option var directory: String
    @Option var count: Int
    @Option var root = "."
    @Option(help: "mail, texts, bundles, footprint: the port of the sink; mail: the file into which it counts.")
    var port = 0
    @Option var counter = ""
    @Option(help: "roster, punches, bodies: the file.") var file = ""
    @Option(help: "dispatch: the database, empty.") var conninfo = ""
    @Option(help: "lists: how often each question is asked.") var rounds = 1_000
    @Option(help: "mail: another window of the dispatcher than the default.") var inFlight: Int?

    func run() async throws {
        var leg = try await measure()
        leg.facts["peak RSS MiB"] = try Self.peakMemory()
        print(String(decoding: try JSONEncoder().encode(leg), as: UTF8.self))
    }

    private func measure() async throws -> Leg {
        switch kind {
        case .mail:
            try await MailLeg(
                directory: directory, root: root, count: count, port: port, counter: counter, inFlight: inFlight
            ).run()
        case .append: try await AppendLeg(directory: directory, count: count).run()
        case .acceptance: try await AcceptanceLeg(directory: directory, root: root, count: count).run()
        case .roster: try await RosterLeg(directory: directory, root: root, count: count, file: file).run()
        case .punches: try await PunchLeg(directory: directory, root: root, count: count, file: file).run()
        case .risk: try await RiskLeg(directory: directory, root: root, count: count).run()
        case .lists: try await ListsLeg(directory: directory, root: root, count: count, rounds: rounds).run()
        case .sign: try SealLeg(count: count).sign()
        case .verify: try SealLeg(count: count).verify()
        case .bodies: try await AuditLeg(directory: directory, count: count, file: file).writeBodies()
        case .audit: try await AuditLeg(directory: directory, count: count, file: file).run()
        case .bundles: try await BundleLeg(directory: directory, root: root, count: count, port: port).write()
        case .verifyBundles: try BundleLeg(directory: directory, root: root, count: count, port: port).verify()
        case .tokens: try await TokenLeg(directory: directory, count: count).run()
        case .papers: try await PaperLeg(directory: directory, root: root, count: count).run()
        case .waiters: try await WaiterLeg(directory: directory, count: count).run()
        case .footprint: try await FootprintLeg(directory: directory, root: root, count: count, port: port).run()
        case .texts: try await TextLeg(directory: directory, root: root, count: count, port: port).run()
        case .dispatch: try await DispatchLeg(root: root, count: count, conninfo: conninfo).run()
        }
    }

    /// The most memory this process ever had resident.
    private static func peakMemory() throws -> Double {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return (kibibytes / 1024).rounded(to: 1)
    }
}
