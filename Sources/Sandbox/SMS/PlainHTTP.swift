import NIOCore
import NIOHTTP1

/// A request as the sandbox sees it.
struct PlainRequest: Sendable {
    var method: String
    /// Path and query.
    var target: String
    var headers: HTTPHeaders
    var body: [UInt8]

    var path: String { String(target.prefix { $0 != "?" }) }

    /// A field of the query.
    func query(_ name: String) -> String? {
        guard let mark = target.firstIndex(of: "?") else { return nil }
        return FormFields(Array(target[target.index(after: mark)...].utf8))[name]
    }
}

/// What the sandbox answers with, including the ways in which a real gateway breaks.
enum PlainAnswer: Sendable {
    case whole(status: Int, headers: [(String, String)] = [], body: [UInt8])
    /// Announces the whole length, sends half, and hangs up.
    case half(status: Int, body: [UInt8])
    /// Resets the connection.
    case drop
}

/// The fields of a form or query.
struct FormFields {
    private var fields: [(String, String)] = []

    init(_ bytes: [UInt8]) {
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            fields.append((Self.decoded(halves[0]), halves.count == 2 ? Self.decoded(halves[1]) : ""))
        }
    }

    subscript(name: String) -> String? { fields.first { $0.0 == name }?.1 }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String {
        var out: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                out.append(value)
                rest = rest.dropFirst(2)
            } else {
                out.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Writes fields as a form body.
    static func encode(_ fields: [(String, String)]) -> [UInt8] {
        Array(fields.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&").utf8)
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// Joins one connection to the gateway: gathers a request, sends its answer; touched on its event loop only.
final class PlainHTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    static let maximumBody = 1 << 20

    private let answer: (PlainRequest, any EventLoop) -> EventLoopFuture<PlainAnswer>
    private var request: PlainRequest?

    init(answer: @escaping (PlainRequest, any EventLoop) -> EventLoopFuture<PlainAnswer>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = PlainRequest(method: head.method.rawValue, target: head.uri, headers: head.headers, body: [])
        case .body(let buffer):
            request?.body.append(contentsOf: buffer.readableBytesView)
            if (request?.body.count ?? 0) > Self.maximumBody { context.close(promise: nil) }
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context.eventLoop).assumeIsolated().whenComplete { result in
                // The client may have hung up while we made it wait.
                guard context.channel.isActive else { return }
                switch result {
                case .success(let answer): self.send(answer, context)
                case .failure: context.close(promise: nil)
                }
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func send(_ answer: PlainAnswer, _ context: ChannelHandlerContext) {
        switch answer {
        case .whole(let status, let extra, let body):
            head(status, extra, length: body.count, context)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .half(let status, let body):
            head(status, [], length: body.count, context)
            let half = ByteBuffer(bytes: body.prefix(body.count / 2))
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(half)))).whenComplete { _ in
                channel.close(promise: nil)
            }
        case .drop:
            SMTPHandler.reset(context)
        }
    }

    private func head(_ status: Int, _ extra: [(String, String)], length: Int, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("X-Songda-Sandbox", SandboxIdentity.notice), ("Server", SandboxIdentity.label)])
        if !extra.contains(where: { $0.0 == "Content-Type" }) {
            headers.add(name: "Content-Type", value: "application/json")
        }
        if status != 204 { headers.add(name: "Content-Length", value: String(length)) }
        for (name, value) in extra { headers.replaceOrAdd(name: name, value: value) }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }
}
