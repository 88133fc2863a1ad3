import Foundation
import SQL
import Synchronization

/// A PostgreSQL server for tests: started as an unprivileged user in a directory of its own, gone when this process is.
///
/// A small shell waits beside it with one end of a pipe. However this process ends, the pipe closes, and the shell stops the
/// server by its own data directory and removes it.
public final class PostgresServer: Sendable {
    /// Connects to the server's maintenance database.
    public let conninfo: String
    private let isBorrowed: Bool
    /// The directory with the data and the socket; nil for a server that is not ours.
    private let directory: String?
    private let numbers = Atomic(0)
    /// Our end of the watchman's pipe, open as long as this process lives.
    private let pipe: Int32

    private static let shared = Result { try fromEnvironment() ?? PostgresServer() }

    /// The one server of this test process, started at its first use.
    public static func ofThisProcess() throws -> PostgresServer { try shared.get() }

    /// Starts a server of one's own, for tests that change its settings (`name = value` lines) or stop it.
    public init(settings: [String] = []) throws {
        let binaries = try Self.binaries()
        // Memory, where there is enough: the server keeps fsync on, as the driver demands, and still is quick.
        let directory = try TemporaryDirectory.make("songda-pg", in: Self.roomyParent())
        let user = try Self.hand(directory)
        let data = directory + "/data"
        try Self.run(
            user + [
                "\(binaries)/initdb", "-D", data, "-A", "trust", "-U", "songda", "-E", "UTF8",
                "--locale=C", "--no-sync", "--no-instructions",
            ])
        let lines = [
            "listen_addresses = ''", "unix_socket_directories = '\(directory)'", "max_connections = 1200",
            "shared_buffers = 32MB", "fsync = on", "full_page_writes = off", "max_wal_size = 256MB", "autovacuum = off",
            "logging_collector = off",
        ]
        let append = "printf '%s\\n' \"$@\" >> '\(data)/postgresql.conf'"
        try Self.run(user + ["sh", "-c", append, "sh"] + lines + settings)
        pipe = try Self.startWatchman(user, binaries, directory)
        try Self.run(user + ["\(binaries)/pg_ctl", "start", "-w", "-t", "60", "-D", data, "-l", "\(directory)/log"])
        self.directory = directory
        conninfo = "host=\(directory) user=songda dbname=postgres"
        isBorrowed = false
    }

    private init(borrowed conninfo: String) {
        self.conninfo = conninfo
        directory = nil
        pipe = -1
        isBorrowed = true
    }

    deinit {
        // The watchman sees the end of its pipe and stops the server.
        if pipe >= 0 { _ = Glibc.close(pipe) }
    }

    /// The path of the server's socket; nil for a borrowed server.
    public var socket: String? { directory.map { $0 + "/.s.PGSQL.5432" } }

    /// Makes a database, empty or as another one that nobody is using, and returns its conninfo.
    public func createDatabase(copying original: String? = nil) throws -> String {
        let template = original?.split(separator: "=").last ?? "template0"
        let number = numbers.add(1, ordering: .relaxed).newValue
        let name = "songda_test_\(getpid())_\(number)"
        try execute("CREATE DATABASE \(name) TEMPLATE \(template) ENCODING 'UTF8'")
        return "\(conninfo) dbname=\(name)"
    }

    /// Drops a database made by `createDatabase`, on a borrowed server only: ours goes away as a whole.
    func dropDatabase(_ conninfo: String) throws {
        guard isBorrowed, let name = conninfo.split(separator: "=").last else { return }
        try execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    /// Runs a statement as the server's owner, outside any transaction, by the psql command.
    public func execute(_ statement: String) throws {
        let binaries = (try? Self.binaries()).map { $0 + "/" } ?? ""
        try Self.run(["\(binaries)psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", statement])
    }

    /// Sends a signal to the server and to each process of its, for a server of one's own.
    public func signal(_ number: Int32) throws {
        guard let directory,
            let file = try? String(contentsOfFile: directory + "/data/postmaster.pid", encoding: .utf8),
            let server = file.split(separator: "\n").first.flatMap({ pid_t($0) })
        else { throw TestSupportError("the PostgreSQL server is not one of this process, or does not run") }
        let children = try String(contentsOfFile: "/proc/\(server)/task/\(server)/children", encoding: .utf8)
        for process in [server] + children.split(separator: " ").compactMap({ pid_t($0) }) { kill(process, number) }
    }

    private static func fromEnvironment() -> PostgresServer? {
        ProcessInfo.processInfo.environment["SONGDA_TEST_POSTGRES"].map { PostgresServer(borrowed: $0) }
    }

    /// Where PostgreSQL's programs are, the newest if there are several.
    public static func binaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let newest = versions.compactMap(Int.init).max() else {
            throw TestSupportError("no PostgreSQL server in \(root); install postgresql-15 or set SONGDA_TEST_POSTGRES")
        }
        return "\(root)/\(newest)/bin"
    }

    /// Memory, where there is enough of it; else the system's temporary directory.
    public static func roomyParent() -> String {
        var space = statvfs()
        let isRoomy = statvfs("/dev/shm", &space) == 0 && UInt64(space.f_bavail) * UInt64(space.f_frsize) > 2 << 30
        return isRoomy ? "/dev/shm" : NSTemporaryDirectory()
    }

    /// Gives the directory to an unprivileged user and returns the words that run a command as that user.
    public static func hand(_ directory: String) throws -> [String] {
        guard geteuid() == 0 else { return [] }
        for name in ["postgres", "nobody"] {
            guard let entry = getpwnam(name) else { continue }
            guard chown(directory, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else { continue }
            return ["runuser", "-u", name, "--"]
        }
        throw TestSupportError("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")
    }

    private static func startWatchman(_ user: [String], _ binaries: String, _ directory: String) throws -> Int32 {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0, fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0
        else { throw TestSupportError("cannot make a pipe") }
        let script = """
            read nothing
            '\(binaries)/pg_ctl' stop -m immediate -D '\(directory)/data'
            rm -rf '\(directory)'
            """
        // A session of its own: Ctrl-C at the tests must not end the one who cleans up after them. And no child of ours: a
        // dead one that nobody waits for keeps swift-testing from ever seeing the end of an exit test.
        try run(["setsid", "--fork"] + user + ["sh", "-c", script], input: ends[0])
        _ = Glibc.close(ends[0])
        return ends[1]
    }

    private static func run(_ words: [String], input: Int32? = nil) throws {
        let process = try spawn(words, input: input)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw TestSupportError("\(words.joined(separator: " ")): lost") }
        }
        guard status == 0 else {
            throw TestSupportError(
                "\(words.joined(separator: " ")) failed (status \(status)); run it by hand to see why")
        }
    }

    /// Starts a program with its output thrown away: an inherited pipe would keep `swift test` waiting for ever.
    private static func spawn(_ words: [String], input: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        arguments.append(nil)
        var environment: [UnsafeMutablePointer<CChar>?] = ProcessInfo.processInfo.environment.map {
            strdup("\($0)=\($1)")
        }
        defer { environment.forEach { free($0) } }
        environment.append(nil)
        // Our threads block most signals, and a child would inherit that: it could not be stopped.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var process: pid_t = 0
        let problem = posix_spawnp(&process, words[0], &actions, &attributes, arguments, environment)
        guard problem == 0 else {
            throw TestSupportError("cannot start \(words[0]): \(String(cString: strerror(problem)))")
        }
        return process
    }
}
