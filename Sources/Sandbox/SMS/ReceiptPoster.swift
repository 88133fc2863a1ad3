import NIOCore
import NIOHTTP1
import NIOPosix

/// Posts receipts to a call-back address on this machine, and to no other.
enum ReceiptPoster {
    /// A call-back address that was found to be loopback.
    struct Address: Sendable {
        let host: String
        let port: Int
        let target: String

        /// Reads `http://127.0.0.1:8080/path?query`; nil for every other scheme and host.
        init?(_ url: String) {
            guard url.hasPrefix("http://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
            let rest = url.dropFirst("http://".count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard pieces.first == "127.0.0.1", pieces.count <= 2 else { return nil }
            guard let port = pieces.count == 2 ? Int(pieces[1]) : 80, (1...65535).contains(port) else { return nil }
            let target = rest.dropFirst(authority.count).prefix { $0 != "#" }
            self.host = "127.0.0.1"
            self.port = port
            self.target = target.hasPrefix("/") ? String(target) : "/\(target)"
        }
    }

    /// Posts once; the status, or nil when nobody answered within 5 seconds.
    static func post(
        _ body: [UInt8], headers: [(String, String)], to address: Address, on loop: any EventLoop
    ) -> EventLoopFuture<Int?> {
        let answer = loop.makePromise(of: Int?.self)
        let connected = ClientBootstrap(group: loop).connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(StatusReader(answer: answer))
                }
            }
            .connect(host: address.host, port: address.port)
        connected.whenComplete { result in
            guard case .success(let channel) = result else { return answer.succeed(nil) }
            channel.closeFuture.whenComplete { _ in answer.succeed(nil) }
            loop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
            var fields = HTTPHeaders(headers)
            fields.add(name: "Host", value: "\(address.host):\(address.port)")
            fields.add(name: "X-Songda-Sandbox", value: SandboxIdentity.notice)
            fields.add(name: "Content-Length", value: String(body.count))
            fields.add(name: "Connection", value: "close")
            let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: address.target, headers: fields)
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        }
        return answer.futureResult
    }
}

/// Waits for the status line of one answer; touched on its event loop only.
private final class StatusReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<Int?>

    init(answer: EventLoopPromise<Int?>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): answer.succeed(Int(head.status.code))
        case .body: break
        case .end: context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
