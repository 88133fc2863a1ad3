import Glibc

/// A port on loopback at which connections are taken and nobody ever says anything.
final class BlackHole {
    let port: Int
    private let socket: Int32

    init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = try ChildProcess.bindToAnyPort(socket)
        // Nobody accepts: the kernel completes so many connections by itself.
        guard listen(socket, 1_024) == 0 else { throw BenchError("nothing can listen on port \(port)") }
    }

    deinit { close(socket) }
}
