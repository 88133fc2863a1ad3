import Foundation
import Synchronization
import TestSupport

/// A proxy before a PostgreSQL server that can lose the COMMIT, or the reply to it.
///
/// Blocking, one thread a connection, on a free port of the loopback address.
final class ReplyThief: Sendable {
    enum Theft: Sendable {
        /// Passes everything.
        case nothing
        /// Hangs up when the client says COMMIT, before the server hears it.
        case commit
        /// Lets the server commit, and hangs up instead of passing the reply on.
        case reply
        /// As `reply`, and takes no more connections afterwards.
        case replyAndServer
    }

    private struct State {
        var theft = Theft.nothing
        var thefts = 0
        var isShut = false
    }

    let port: UInt16
    private let listener: Int32
    private let server: String
    private let state = Mutex(State())

    /// Listens; `server` is the path of the server's socket.
    init(server: String) throws {
        self.server = server
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isBound else { throw TestSupportError("cannot listen on the loopback address") }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                if state.withLock({ $0.isShut }) {
                    close(client)
                } else {
                    Thread.detachNewThread { [self] in serve(client) }
                }
            }
        }
    }

    /// Steals at the next COMMIT, once.
    func arm(_ theft: Theft) { state.withLock { $0.theft = theft } }

    /// How often something was stolen.
    var thefts: Int { state.withLock { $0.thefts } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32) {
        defer { close(client) }
        guard let upstream = connectToServer() else { return }
        defer { close(upstream) }
        var awaitsReply = false
        while true {
            var polls = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polls, 2, -1) > 0 else { return }
            if polls[0].revents != 0 {
                guard let bytes = receive(client) else { return }
                if !awaitsReply, contains(bytes, "COMMIT\0") {
                    switch take() {
                    case .nothing: break
                    case .commit: return
                    case .reply, .replyAndServer: awaitsReply = true
                    }
                }
                guard deliver(bytes, to: upstream) else { return }
            }
            if polls[1].revents != 0 {
                guard let bytes = receive(upstream) else { return }
                // The server has committed when its reply says so; that reply ends here.
                if awaitsReply {
                    if contains(bytes, "COMMIT\0") { return }
                } else {
                    guard deliver(bytes, to: client) else { return }
                }
            }
        }
    }

    private func take() -> Theft {
        state.withLock { state in
            defer { state.theft = .nothing }
            if case .nothing = state.theft { return .nothing }
            state.thefts += 1
            if case .replyAndServer = state.theft { state.isShut = true }
            return state.theft
        }
    }

    private func connectToServer() -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: server.utf8) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        if !isConnected { close(descriptor) }
        return isConnected ? descriptor : nil
    }

    private func receive(_ descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    private func deliver(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        bytes.firstRange(of: Array(text.utf8)) != nil
    }
}
