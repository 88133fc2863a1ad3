import NIOCore

/// A small POP3 server on loopback over a ``SandboxMailbox``.
///
/// It knows one user. Messages marked by DELE go only when the client says QUIT, as with any POP3 server.
public final class SandboxMailboxServer: Sendable {
    private let mailbox: SandboxMailbox
    private let user: String
    private let password: String
    private let host: String
    private let wantedPort: Int
    private let listener = Listener()

    /// Prepares a server; port 0 takes a free one.
    public init(
        mailbox: SandboxMailbox, user: String = "sandbox", password: String = "sandbox", host: String = "127.0.0.1",
        port: Int = 0
    ) {
        self.mailbox = mailbox
        self.user = user
        self.password = password
        self.host = host
        wantedPort = port
    }

    /// The port in use, or nil while stopped.
    public var port: Int? { listener.port }

    /// Binds and serves until ``stop()``.
    public func start() async throws {
        let (mailbox, user, password) = (mailbox, user, password)
        try await listener.start(host: host, port: wantedPort) { channel in
            let session = POP3Session(mailbox: mailbox, user: user, password: password)
            try channel.pipeline.syncOperations.addHandler(POP3Handler(session: session))
        }
    }

    /// Closes the socket and every connection.
    public func stop() async throws {
        try await listener.stop()
    }
}

/// Joins one connection to its `POP3Session`; touched on its event loop only.
private final class POP3Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: POP3Session
    private var lines = LineReader(limit: 512)

    init(session: POP3Session) {
        self.session = session
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: POP3Session.greeting)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lines.append(unwrapInboundIn(data).readableBytesView)
        while let line = lines.next() {
            guard case .complete(let bytes) = line else { return context.close(promise: nil) }
            for step in session.consume(line: bytes) {
                switch step {
                case .send(let bytes): context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
                case .close:
                    context.flush()
                    return context.close(promise: nil)
                }
            }
        }
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
