import Foundation
import Glibc

/// Why a test server did not come up.
public struct ServerFault: Error, CustomStringConvertible {
    /// The server, what was waited for, and the end of its log.
    public let description: String
}

/// A server under test that cannot outlive the test process.
///
/// A small shell waits on a socket that only this process holds open; when it closes, for whatever reason, the shell runs
/// the stop commands and removes the directory. No process is ever looked up by name.
public final class ServerProcess: @unchecked Sendable {
    // Sendable: the stored values never change but for `lifeline`, which is touched under `lock`.
    /// Everything the server writes goes here; removed with the server.
    public let directory: URL
    private let pid: pid_t
    private var lifeline: Int32
    private let lock = NSLock()

    /// Runs `start` (which must leave the server in the background or exit) and later `stop`, in `directory`.
    public init(directory: URL, start: String, stop: String) throws {
        self.directory = directory
        let script = """
            cd "$1" || exit 1
            { \(start)
            } >>"$1/output.log" 2>&1 </dev/null
            read -r _
            { \(stop)
            } >>"$1/output.log" 2>&1
            cd / && rm -rf "$1"
            """
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ServerFault(description: "no socket pair: errno \(errno)")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: an interrupt from the terminal must not kill the one that cleans up. SIGPIPE, SIGINT and the
        // signal mask of a test thread are not inherited either.
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let texts: [String] = ["/bin/sh", "-c", script, "sh", directory.path]
        var words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child = pid_t()
        let result = posix_spawn(&child, "/bin/sh", &actions, &attributes, &words, environ)
        close(ends[0])
        guard result == 0 else {
            close(ends[1])
            throw ServerFault(description: "cannot start /bin/sh: errno \(result)")
        }
        pid = child
        lifeline = ends[1]
    }

    deinit { letGo() }

    /// Stops the server and waits until it is gone.
    public func stop() async {
        letGo()
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            // The stop itself must finish even when the test was cancelled.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func letGo() {
        lock.withLock {
            if lifeline >= 0 { close(lifeline) }
            lifeline = -1
        }
    }

    /// The text of a file in the directory; empty while there is none.
    public func text(of file: String) -> String {
        // No file yet is the normal case while a server starts.
        guard let data = try? Data(contentsOf: directory.appending(path: file)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Waits until `condition` holds, looking every few milliseconds; throws with the server's log when it never does.
    public func wait(
        for what: String, within limit: Duration = .seconds(60), until condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < end else {
                throw ServerFault(description: "waited \(limit) for \(what)\n\(text(of: "output.log").suffix(2000))")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Makes a directory of its own for a server.
    public static func makeDirectory(_ name: String) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "songda-\(name)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        // Servers that drop privileges must be able to reach what is theirs below.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        return url
    }
}

/// Ports of this machine.
public enum LoopbackPort {
    /// A TCP port of 127.0.0.1 that nobody uses right now.
    public static func free() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ServerFault(description: "no socket: errno \(errno)") }
        defer { close(descriptor) }
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard result == 0 else { throw ServerFault(description: "no free port: errno \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Whether something listens there.
    public static func isOpen(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = loopback(port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
