import ArgumentParser
import Evidence
import Foundation
import Logging

/// The program: `songda <subcommand>`.
struct SongdaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "songda",
        abstract: "Serves formal notices so that nobody can later deny it. 送达：正式通知的送达与存证。",
        discussion: """
            A server is started with `songda serve`; issue, show, approve and prove talk to it with an API key.
            The others work on the database and the key files of this machine.
            """,
        version: Build.version,
        subcommands: [
            Demo.self, Serve.self, Issue.self, Show.self, Approve.self, Prove.self, Audit.self, Migrate.self,
            Employees.self, Units.self, Clients.self, Handover.self, Agreements.self, Training.self, Pay.self,
            Attendance.self, Goals.self, Reviews.self, Risk.self, Dossiers.self,
            Keygen.self, Keys.self, Webhooks.self, Accounts.self, Doctor.self, Backup.self, Restore.self,
        ])
}

/// What was built.
enum Build {
    static let version = "0.1.0"
}

/// Options of commands that read the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: [.long, .short], help: "The configuration file.")
    var config = "config/songda.yaml"

    /// The configuration, or the sentence that says what is wrong with it.
    func read() throws -> Configuration { try Configuration(file: config) }
}

/// Options of commands that print a result.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON for programs instead of text for people.")
    var json = false

    /// Prints one of the two.
    func show(_ value: JSONValue, text: @autoclosure () -> String) {
        print(json ? value.canonicalText : text())
    }
}

/// A sentence for the user; printed without a stack of types around it.
struct Failure: Error, CustomStringConvertible {
    let description: String
    /// The server's own account (RFC 9457), for programs that read it with `--json`.
    let problem: JSONValue?
    init(_ description: String, problem: JSONValue? = nil) {
        self.description = description
        self.problem = problem
    }
}

/// A bar on a terminal, nothing in a pipe.
struct ProgressBar: Sendable {
    private let isShown = isatty(STDERR_FILENO) == 1

    /// Draws the bar at `done` of `total`.
    func update(_ done: Int, of total: Int, _ what: String) {
        guard isShown, total > 0 else { return }
        let width = 32
        let filled = done * width / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        FileHandle.standardError.write(Data("\r\(what) \(bar) \(done)/\(total)".utf8))
        if done == total { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}

/// Logs to standard error, so that standard output stays for results.
func makeLogger(_ label: String = "songda", level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
}
