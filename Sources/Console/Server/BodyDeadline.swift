import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// Ends a connection whose request body comes too slowly.
///
/// The idle timeout begins anew with every byte, so one byte every twenty seconds would hold a connection for ever. Here the
/// whole body has a time: a grace, and beyond it a pace that any honest line keeps. A slow head is ended by the idle
/// timeout, which counts whole parts only.
final class BodyDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// How slow a body may be.
    struct Patience: Sendable {
        /// What every body may take.
        var grace: Duration = .seconds(60)
        /// What a body that takes longer must have brought, on average, for every second.
        var bytesPerSecond = 8 << 10
    }

    private let patience: Patience
    // touched on the channel's event loop only
    private var startedAt = ContinuousClock.now
    private var received = 0
    private var alarm: Scheduled<Void>?

    init(_ patience: Patience = Patience()) { self.patience = patience }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            startedAt = .now
            received = 0
            schedule(context)
        case .body(let part): received += part.readableBytes
        case .end: cancel()
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    private var deadline: ContinuousClock.Instant {
        startedAt + patience.grace + .seconds(1) * (Double(received) / Double(patience.bytesPerSecond))
    }

    private func schedule(_ context: ChannelHandlerContext) {
        cancel()
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: .init(deadline - .now)) {
            self.alarm = nil
            // What came meanwhile has earned its time.
            if self.deadline > .now { self.schedule(context) } else { context.close(promise: nil) }
        }
    }

    private func cancel() {
        alarm?.cancel()
        alarm = nil
    }
}
