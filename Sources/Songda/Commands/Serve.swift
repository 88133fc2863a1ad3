import ArgumentParser
import Evidence
import Foundation

/// `songda serve`: the server.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server: API, pages, workers. Stops cleanly on SIGTERM or ctrl-C.",
        discussion: """
            Before the first start: `songda keygen`, then `songda doctor`, then `songda keys add` for each caller. One server a
            SQLite file; on PostgreSQL several may share the work, each with its own `instance`. When it says where it
            serves it takes requests; /readyz tells whether it can do its work, and why not.
            """)

    @OptionGroup var source: ConfigurationOptions
    @Option(help: "Another port than the configured one; 0 for any free one.")
    var port: Int?

    func run() async throws {
        var configuration = try source.read()
        if let port { configuration.http.port = port }
        try ListeningAddress(configuration.http).requireFree()
        let logger = makeLogger()
        for gap in configuration.gaps { logger.warning("\(gap)") }
        if let path = DiskSpace.file(of: configuration.database), !FileManager.default.fileExists(atPath: path) {
            logger.notice("there is no database at \(path) yet; a new, empty one is made")
        }
        var rehearsal: Rehearsal?
        if configuration.isRehearsal {
            // Before the sandbox begins: a start that is refused leaves nothing behind.
            _ = try KeyCabinet(
                directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
                logOrigin: configuration.logOrigin, clock: SystemClock())
            let sandbox = try await Rehearsal.start(directory: Rehearsal.directory(for: configuration), logger: logger)
            configuration = try await sandbox.routing(configuration)
            rehearsal = sandbox
        }
        let application = try await Application.build(configuration, logger: logger)
        let mode = configuration.isRehearsal ? "  REHEARSAL: everything goes to the sandbox 演练模式" : ""
        let host = configuration.http.host
        try await Server(application: application, rehearsal: rehearsal).run { port in
            // Standard output is not flushed line by line when it is a file or a pipe.
            FileHandle.standardOutput.write(Data("songda \(Build.version) serves http://\(host):\(port)\(mode)\n".utf8))
            return false
        }
        try await rehearsal?.stop()
    }
}
