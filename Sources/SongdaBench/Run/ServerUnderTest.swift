import Foundation

/// `songda serve` with fresh keys on an empty SQLite file, to be started as often as one likes.
final class ServerUnderTest {
    let port: Int
    let configuration: String
    private let songda: String
    private let log: String
    // touched on the one thread that runs benchmarks
    private var child: ChildProcess?
    /// From the start of the process to the first 200 of /readyz, the last time it was started.
    private(set) var secondsToReady = 0.0

    /// Makes keys, runs `prepare` (given the configuration file) and starts the server.
    ///
    /// - Parameters:
    ///   - templates: another directory of notices than the repository's.
    ///   - relay: the port of a mail relay on loopback; without one no mail leaves.
    init(
        songda: String, root: String, directory: String, templates: String? = nil, relay: Int? = nil,
        prepare: (String) throws -> Void = { _ in }
    ) throws {
        self.songda = songda
        port = try ChildProcess.freePort()
        configuration = directory + "/songda.yaml"
        log = directory + "/serve.log"
        let routes =
            relay.map { "\n    - { name: sink, host: 127.0.0.1, port: \($0), security: clearText }" } ?? " []"
        try """
        instance: bench
        database: "sqlite:\(directory)/songda.db"
        witness: \(directory)/songda.witness
        keys: \(directory)/keys
        trust: \(directory)/trust
        templates: \(templates ?? root + "/templates/notices")
        pages: \(root)/templates/console
        rules: \(root)/config/rules/service-law.yaml
        calendars: \(root)/config/calendars
        fonts: \(root)/var/fonts
        log: bench.songda.example/log
        rehearsal: false
        http: { host: 127.0.0.1, port: \(port) }
        timestamps: { built-in: true }
        mail:
          domain: bench.songda.example
          routes:\(routes)

        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        _ = try ChildProcess.run([songda, "keygen", "--config", configuration])
        try prepare(configuration)
        try start()
    }

    /// Starts it, again perhaps, and waits until it is ready.
    func start() throws {
        let start = ContinuousClock.now
        let child = try ChildProcess(
            [songda, "serve", "--config", configuration], output: log, errors: log + ".err")
        self.child = child
        var ready: Double?
        while ready == nil, child.isRunning, ContinuousClock.now - start < .seconds(60) {
            if Self.isReady(port) { ready = (ContinuousClock.now - start).inSeconds } else { usleep(2_000) }
        }
        guard let ready else {
            let said = (try? String(contentsOfFile: log + ".err", encoding: .utf8)) ?? ""
            throw BenchError("songda serve is not ready after 60 s: \(said.suffix(600))")
        }
        secondsToReady = ready
    }

    /// A line of the server's /proc/…/status, as it is now.
    func mebibytes(_ name: String) throws -> Double {
        guard let child else { throw BenchError("the server does not run") }
        return try ProcessStatus(id: child.id).mebibytes(name)
    }

    /// Asks it to end, and waits until it has.
    func stop() { child?.stop() }

    /// Ends it as a crash would.
    func kill() { child?.kill() }

    /// One request over a socket of our own: a library would cost more than what is measured.
    private static func isReady(_ port: Int) -> Bool {
        guard let answer = LoopbackHTTP.get("/readyz", port: port) else { return false }
        return answer.hasPrefix("HTTP/1.1 200")
    }
}
