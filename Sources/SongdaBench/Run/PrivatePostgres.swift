import Foundation
import Glibc

/// A PostgreSQL server of our own on the disk to be measured, with its settings as installed but for memory and socket.
///
/// It is started at its first use, runs as an unprivileged user, listens on a socket in its own directory alone, and goes with
/// its owner.
final class PrivatePostgres {
    // touched on the one thread that runs benchmarks
    private var started: (child: ChildProcess, directory: String)?
    private var databases = 0

    deinit {
        guard let started else { return }
        started.child.stop()
        // What is left behind is a directory of its own.
        try? FileManager.default.removeItem(atPath: started.directory)
    }

    /// Makes an empty database and returns how to connect to it.
    func createDatabase(_ bench: Workbench) throws -> String {
        let directory = try started?.directory ?? start(bench)
        databases += 1
        let conninfo = "host=\(directory) user=songda"
        _ = try ask(
            "CREATE DATABASE bench_\(databases) ENCODING 'UTF8' TEMPLATE template0", of: "\(conninfo) dbname=postgres")
        return "\(conninfo) dbname=bench_\(databases)"
    }

    /// Runs statements, separated by semicolons, and returns what the last one printed.
    func ask(_ statements: String, of conninfo: String) throws -> String {
        let words = statements.split(separator: ";").flatMap { ["-c", String($0)] }
        return try ChildProcess.run(
            [try Self.program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo] + words
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func start(_ bench: Workbench) throws -> String {
        let directory = "\(bench.directory)/pg-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let user = try Self.hand(directory)
        let data = directory + "/data"
        let made = try ChildProcess(
            user + [
                try Self.program("initdb"), "-D", data, "-A", "trust", "-U", "songda", "-E", "UTF8", "--locale=C",
                "--no-instructions",
            ], errors: directory + "/initdb.err")
        guard made.wait() == 0 else { throw BenchError("initdb failed; see \(directory)/initdb.err") }
        let child = try ChildProcess(
            user + [
                try Self.program("postgres"), "-D", data, "-c", "listen_addresses=", "-c",
                "unix_socket_directories=\(directory)", "-c", "shared_buffers=128MB",
            ], errors: directory + "/postgres.err")
        started = (child, directory)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline, child.isRunning {
            let ready = try ChildProcess([try Self.program("pg_isready"), "-q", "-h", directory, "-U", "songda"])
            if ready.wait() == 0 { return directory }
            usleep(50_000)
        }
        throw BenchError("PostgreSQL did not start; see \(directory)/postgres.err")
    }

    /// Gives the directory to an unprivileged user and returns the words that run a program as that user.
    private static func hand(_ directory: String) throws -> [String] {
        guard geteuid() == 0 else { return [] }
        guard let setpriv = ChildProcess.find("setpriv"), let entry = getpwnam("postgres"),
            chown(directory, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0
        else {
            throw BenchError(
                "PostgreSQL does not run as root, and there is no user postgres; apt install postgresql-15")
        }
        return [setpriv, "--reuid=postgres", "--regid=postgres", "--init-groups"]
    }

    /// A program of the newest server that is installed.
    private static func program(_ name: String) throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let newest = versions.compactMap(Int.init).max() else {
            throw BenchError("there is no PostgreSQL server in \(root); apt install postgresql-15")
        }
        return "\(root)/\(newest)/bin/\(name)"
    }
}
