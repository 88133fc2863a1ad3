import Foundation

/// `songda serve` with fresh keys on an empty SQLite file.
final class ServerUnderTest {
    let port: Int
    /// From the start of the process to the first 200 of /readyz.
    let secondsToReady: Double
    let configuration: String
    private let child: ChildProcess

    /// Makes keys, runs `prepare` (given the configuration file) and starts the server.
    init(songda: String, root: String, directory: String, prepare: (String) throws -> Void = { _ in }) throws {
        port = try ChildProcess.freePort()
        configuration = directory + "/songda.yaml"
        try """
        instance: bench
        database: "sqlite:\(directory)/songda.db"
        witness: \(directory)/songda.witness
        keys: \(directory)/keys
        trust: \(directory)/trust
        templates: \(root)/templates/notices
        pages: \(root)/templates/console
        rules: \(root)/config/rules/service-law.yaml
        calendars: \(root)/config/calendars
        fonts: \(root)/var/fonts
        log: bench.songda.example/log
        rehearsal: false
        http: { host: 127.0.0.1, port: \(port) }
        timestamps: { built-in: true }

        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        _ = try ChildProcess.run([songda, "keygen", "--config", configuration])
        try prepare(configuration)
        let log = directory + "/serve.log"
        let start = ContinuousClock.now
        child = try ChildProcess([songda, "serve", "--config", configuration], output: log, errors: log + ".err")
        var ready: Double?
        while ready == nil, child.isRunning, ContinuousClock.now - start < .seconds(30) {
            if Self.isReady(port) { ready = (ContinuousClock.now - start).inSeconds } else { usleep(2_000) }
        }
        guard let ready else {
            let said = (try? String(contentsOfFile: log + ".err", encoding: .utf8)) ?? ""
            throw BenchError("songda serve is not ready after 30 s: \(said.suffix(600))")
        }
        secondsToReady = ready
    }

    /// A line of the server's /proc/…/status, as it is now.
    func mebibytes(_ name: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(child.id)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }

    func stop() { child.stop() }

    /// One request over a socket of our own: a library would cost more than what is measured.
    private static func isReady(_ port: Int) -> Bool {
        guard let answer = LoopbackHTTP.get("/readyz", port: port) else { return false }
        return answer.hasPrefix("HTTP/1.1 200")
    }
}
