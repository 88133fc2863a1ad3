import Glibc
import NIOCore

/// Joins one connection to its `SMTPSession`: frames lines, waits where the script says so.
///
/// touched on its event loop only.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: SMTPSession
    private var lines = LineReader(limit: 65_536)
    private var pending: [SMTPSession.Step] = []
    private var data: [UInt8]?
    private var isTooLarge = false
    private var isWaiting = false
    private var isClosed = false

    init(session: SMTPSession) {
        self.session = session
    }

    func channelActive(context: ChannelHandlerContext) {
        perform([.reply(SMTPSession.greeting)], context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lines.append(unwrapInboundIn(data).readableBytesView)
        readOn(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Consumes lines until one asks for a wait; the lines after it stay in the reader.
    private func readOn(_ context: ChannelHandlerContext) {
        while !isWaiting, !isClosed, let line = lines.next() {
            switch line {
            case .tooLong:
                perform([.reply("500 5.5.6 line too long"), .close], context)
            case .complete(let bytes) where data != nil:
                readData(bytes, context)
            case .complete(let bytes):
                perform(session.consume(line: bytes), context)
            }
        }
        context.flush()
    }

    private func readData(_ line: [UInt8], _ context: ChannelHandlerContext) {
        if line == [0x2E] {
            let message = data ?? []
            data = nil
            perform(session.finish(data: message, tooLarge: isTooLarge), context)
            return
        }
        let text = line.first == 0x2E ? line.dropFirst() : line[...]
        if isTooLarge || (data?.count ?? 0) + text.count + 2 > session.office.maximumSize {
            isTooLarge = true
        } else {
            data?.append(contentsOf: text)
            data?.append(contentsOf: [0x0D, 0x0A])
        }
    }

    private func perform(_ steps: [SMTPSession.Step], _ context: ChannelHandlerContext) {
        pending += steps
        while !pending.isEmpty, !isWaiting, !isClosed {
            switch pending.removeFirst() {
            case .reply(let text, let wait) where wait > .zero:
                isWaiting = true
                context.flush()
                context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(wait)) {
                    self.isWaiting = false
                    guard !self.isClosed else { return }
                    self.pending.insert(.reply(text), at: 0)
                    self.perform([], context)
                    self.readOn(context)
                }
            case .reply(let text, _):
                context.write(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
            case .readData:
                data = []
                isTooLarge = false
            case .close:
                isClosed = true
                context.flush()
                context.close(promise: nil)
            case .drop:
                isClosed = true
                Self.reset(context)
            }
        }
        context.flush()
    }

    /// Closes with a reset, as after a crash, and not with an orderly end.
    static func reset(_ context: ChannelHandlerContext) {
        let channel = context.channel
        let lingering = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        (lingering ?? context.eventLoop.makeSucceededVoidFuture()).whenComplete { _ in channel.close(promise: nil) }
    }
}
