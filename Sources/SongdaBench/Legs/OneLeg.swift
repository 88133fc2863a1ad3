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
        case preload, questions
        case load
        case instructions
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

    @Option(help: "mail, load: the port of a provider that takes connections and never answers.") var hole: Int?
    @Option(help: "preload: what the notices are.") var fill = Preloader.Kind.served
    @Option(help: "questions: how many notices each store holds, separated by commas.") var sizes = ""
    @Option(help: "load: notices a second.") var rate = 0.0
    @Option(help: "load: for how long.") var seconds = 0

    func run() async throws {
        var leg = try await measure()
        // A leg that tells its own peak has left out what came before it.
        let peak = try ProcessStatus.own.mebibytes("VmHWM").rounded(to: 1)
        leg.facts[Consumption.peak] = leg.facts[Consumption.peak] ?? peak
        print(String(decoding: try JSONEncoder().encode(leg), as: UTF8.self))
    }

    private func measure() async throws -> Leg {
        switch kind {
        case .mail:
            try await MailLeg(
                directory: directory, root: root, count: count, port: port, counter: counter, inFlight: inFlight,
                hole: hole
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
        case .preload: try await PreloadLeg(directory: directory, root: root, count: count, kind: fill).run()
        case .questions:
            try await QuestionsLeg(
                directory: directory, root: root, sizes: sizes.split(separator: ",").compactMap { Int($0) },
                rounds: rounds
            ).run()
        case .load:
            try await LoadLeg(
                directory: directory, root: root, port: port, counter: counter, rate: rate, seconds: seconds,
                hole: hole
            ).run()
        case .instructions: try await InstructionLeg(directory: directory, root: root, count: count).run()
        case .dispatch: try await DispatchLeg(root: root, count: count, conninfo: conninfo).run()
        }
    }
}
