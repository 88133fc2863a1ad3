import Hummingbird
import Synchronization

/// What travels with one request.
public struct ConsoleContext: RequestContext {
    /// The framework's own part.
    public var coreContext: CoreRequestContextStorage
    /// The address of whoever is connected to us, without the port; empty if unknown.
    let peer: String
    /// What the access log will say, filled in on the way.
    let trace = Trace()

    /// Begins a request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress ?? ""
    }

    /// Facts for the one line that the access log writes; nothing secret, nobody's address.
    final class Trace: Sendable {
        struct Facts: Sendable {
            var route: String?
            var key: String?
            var notice: String?
            var delivery: String?
            var problem: String?
            var incident: String?
        }

        private let state = Mutex(Facts())

        var facts: Facts { state.withLock { $0 } }

        func note(_ change: (inout Facts) -> Void) { state.withLock { change(&$0) } }
    }
}
