import Foundation
import Glibc
import TestSupport

/// One of our programs, or one of the machine's, running as a process of its own.
///
/// It is started by a small shell that ends it when this process goes; it is only ever signalled by its own number.
struct Program: Sendable {
    /// What became of it.
    struct Ending: Sendable {
        let code: Int
        let out: String
        let err: String

        /// Both streams, for a test that asks what the user was told.
        var said: String { out + err }
    }

    private let shell: ServerProcess

    /// Our program, as it was built beside these tests.
    static var songda: String { built("songda") }
    /// The verifier, likewise.
    static var verifier: String { built("songda-verify") }

    private static func built(_ name: String) -> String {
        // The tests are one executable beside the programs of the package.
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (tests as NSString).deletingLastPathComponent + "/" + name
    }

    /// Starts a program; the first word is its path or name.
    static func start(
        _ words: [String], in directory: String, environment: [String: String] = [:]
    ) async throws -> Program {
        let scratch = try ServerProcess.makeDirectory("run")
        let command = words.map(quoted).joined(separator: " ")
        let variables = environment.sorted { $0.key < $1.key }.map { quoted("\($0.key)=\($0.value)") }
        let shell = try ServerProcess(
            directory: scratch,
            start: """
                here=$(pwd)
                {
                    ( cd \(quoted(directory)) && exec env \(variables.joined(separator: " ")) \(command) ) >out 2>err &
                    echo $! >pid.new && mv pid.new pid
                    wait $!
                    echo $? >"$here/code.new" && mv "$here/code.new" "$here/code"
                } &
                watch=$!
                """, stop: "[ -e code ] || kill -9 $(cat pid); wait $watch")
        try await shell.wait(for: "a process number") { !shell.text(of: "pid").isEmpty }
        return Program(shell: shell)
    }

    /// Runs a program to its end.
    static func run(
        _ words: [String], in directory: String, environment: [String: String] = [:],
        within limit: Duration = .seconds(120)
    ) async throws -> Ending {
        let program = try await start(words, in: directory, environment: environment)
        let ending = try await program.end(within: limit)
        await program.shell.stop()
        return ending
    }

    private static func quoted(_ word: String) -> String {
        "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// Its process number.
    var pid: pid_t { pid_t(shell.text(of: "pid").trimmingCharacters(in: .newlines)) ?? -1 }

    /// Whether it is `strace`, which follows the program that is meant.
    var isTracer: Bool {
        // Gone already: then there is nobody to follow.
        let name = (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)) ?? ""
        return name.hasPrefix("strace")
    }

    /// Whether it still runs.
    var isRunning: Bool { shell.text(of: "code").isEmpty }

    /// What it has written so far, both streams.
    var said: String { shell.text(of: "out") + shell.text(of: "err") }

    /// Sends a signal, to this one process.
    func signal(_ number: Int32) {
        let pid = pid
        if isRunning, pid > 1 { _ = Glibc.kill(pid, number) }
    }

    /// Waits until it has ended by itself or by a signal; then 128 and the signal is the code.
    @discardableResult
    func end(within limit: Duration = .seconds(60)) async throws -> Ending {
        try await shell.wait(for: "the end of a program that said\n\(said.suffix(2000))", within: limit) { !isRunning }
        let code = Int(shell.text(of: "code").trimmingCharacters(in: .newlines)) ?? -1
        return Ending(code: code, out: shell.text(of: "out"), err: shell.text(of: "err"))
    }

    /// Waits for something, and fails at once with its words when the program ends before.
    func wait(for what: String, within limit: Duration = .seconds(60), until holds: () async throws -> Bool)
        async throws
    {
        try await shell.wait(for: "\(what); the program said\n\(said.suffix(2000))", within: limit) {
            if try await holds() { return true }
            guard isRunning else { throw TestSupportError("it ended before \(what):\n\(said.suffix(2000))") }
            return false
        }
    }

    /// Ends the shell, and with it whatever still runs.
    func discard() async { await shell.stop() }
}
