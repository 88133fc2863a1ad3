import NIOCore
import NIOPosix
import Synchronization

/// One listening socket with the event loop that serves it; shared by every sandbox server.
final class Listener: Sendable {
    private struct State {
        var group: MultiThreadedEventLoopGroup?
        var channel: (any NIOCore.Channel)?
        var children: [ObjectIdentifier: any NIOCore.Channel] = [:]
    }

    private let state = Mutex(State())

    /// The port in use, or nil before `start` and after `stop`.
    var port: Int? { state.withLock { $0.channel?.localAddress?.port } }

    /// Binds and begins to serve; `configure` is called on the loop for each connection.
    func start(
        host: String, port: Int, configure: @escaping @Sendable (any NIOCore.Channel) throws -> Void
    ) async throws {
        let address = try SandboxIdentity.loopbackAddress(host: host, port: port)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let isFirst = state.withLock { state in
            guard state.group == nil else { return false }
            state.group = group
            return true
        }
        guard isFirst else {
            try await group.shutdownGracefully()
            throw SandboxError(.wrongState, "this sandbox server runs already; stop it before starting it again")
        }
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 256)
                .childChannelInitializer { child in
                    child.eventLoop.makeCompletedFuture {
                        self.track(child)
                        try configure(child)
                    }
                }
                .bind(to: address).get()
            state.withLock { $0.channel = channel }
        } catch {
            state.withLock { $0.group = nil }
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// Closes the socket and every connection, and ends the thread.
    func stop() async throws {
        let (group, channels) = state.withLock { state in
            defer {
                state.group = nil
                state.channel = nil
                state.children = [:]
            }
            return (state.group, [state.channel].compactMap { $0 } + state.children.values)
        }
        for channel in channels {
            try? await channel.close().get()  // already closed by the peer: that is what we want
        }
        try await group?.shutdownGracefully()
    }

    private func track(_ child: any NIOCore.Channel) {
        let id = ObjectIdentifier(child)
        state.withLock { $0.children[id] = child }
        child.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.children.removeValue(forKey: id) }
        }
    }
}
