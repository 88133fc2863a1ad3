import ArgumentParser
import Evidence
import Foundation
import Notices
import SQL

/// `songda demo`: the whole job on this machine, from request to verified proof.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issue, deliver and prove a dismissal, a batch of client notices and a risk alert, in a sandbox.",
        discussion: """
            Everything is real but the last hop: SMTP, the SMS gateway's HTTP and the bounce mailbox are servers on this
            machine that give nothing to anybody. Exits 0 when every bundle was verified, by our verifier and by openssl.
            """)

    @Option(help: "Where everything is put; an earlier demo there is moved aside.")
    var directory = "var/demo"
    @Option(help: "The port; 0 for any free one.")
    var port = 0
    @Flag(help: "Keep serving afterwards.")
    var serve = false
    @Option(help: "Use this PostgreSQL database instead of SQLite.")
    var database: String?
    @Option(help: "How many clients are told of their new contact.")
    var clients = 20

    func run() async throws {
        guard (1...5000).contains(clients) else { throw Failure("--clients \(clients): give 1 to 5000") }
        try moveAside()
        let logger = makeLogger(level: .warning)
        let clock = SystemClock()
        var configuration = Configuration()
        configuration.database = database ?? "sqlite:\(directory)/songda.db"
        configuration.keyDirectory = "\(directory)/keys"
        configuration.witness = "\(directory)/songda.witness"
        configuration.isRehearsal = true
        configuration.http.port = port
        configuration.http.portal = "演练门户 (rehearsal portal)"
        let maker = KeyMaker(directory: configuration.keyDirectory, clock: clock)
        try maker.makeMissing(logOrigin: configuration.logOrigin)
        try maker.makeSeal(
            issuer: DemoStory.issuer, organisation: DemoStory.issuerName, creditCode: DemoStory.creditCode)
        let rehearsal = try await Rehearsal.start(directory: "\(directory)/rehearsal", logger: logger)
        configuration = try await rehearsal.routing(configuration)
        let application = try await Application.build(configuration, clock: clock, logger: logger)
        print("SANDBOX 演练环境：no mail and no text message leaves this machine.\n")
        let story = DemoStory(directory: directory, clients: clients, rehearsal: rehearsal, clock: clock)
        let keepsServing = serve
        try await Server(application: application, rehearsal: rehearsal).run { port in
            try await story.tell(application: application, port: port)
            if keepsServing {
                try await story.furnish(application: application, port: port)
                print("\nServing http://127.0.0.1:\(port) until ctrl-C.")
            }
            return !keepsServing
        }
        try await rehearsal.stop()
    }

    /// An earlier demo is kept under another name: somebody may still be looking at its bundles.
    private func moveAside() throws {
        let files = FileManager.default
        if files.fileExists(atPath: directory) {
            try requireNobodyServes()
            let old = "\(directory).\(SystemClock().now.rfc3339.prefix(19).filter { $0.isNumber })"
            try files.moveItem(atPath: directory, toPath: old)
        }
        try files.createDirectory(
            atPath: "\(directory)/proofs", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// A demo that still serves would go on writing into what was moved away under it.
    private func requireNobodyServes() throws {
        guard let holder = SQLiteDatabase.holder(of: "\(directory)/songda.db") else { return }
        throw Failure(
            "\(directory) is in use by a demo that still serves (\(holder)); stop it, or give another "
                + "--directory")
    }
}
