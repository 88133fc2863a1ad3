import Synchronization

/// The mailbox of a sandbox: receipts arrive here and are fetched over POP3.
public final class SandboxMailbox: Sendable {
    /// One message with the name POP3's UIDL gives it.
    public struct Message: Sendable, Hashable {
        /// Unique among all mailboxes that any start made.
        public let uid: String
        /// The exact bytes, lines ended by CRLF.
        public let bytes: [UInt8]
    }

    private struct State: Sendable {
        var messages: [Message] = []
        var count = 0
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let mark: String

    /// Makes an empty mailbox; beyond `capacity` messages the oldest are dropped.
    ///
    /// - Parameter mark: stands before the number in each name, see ``SandboxIdentity/startMark()``.
    public init(capacity: Int = 10_000, mark: String = SandboxIdentity.startMark()) {
        self.capacity = capacity
        self.mark = mark
    }

    /// The messages, oldest first.
    public var messages: [Message] { state.withLock { $0.messages } }

    /// Puts a message in, real or forged: a test may deliver whatever it likes.
    public func deliver(_ bytes: [UInt8]) {
        state.withLock { state in
            state.count += 1
            state.messages.append(Message(uid: "\(SandboxIdentity.label)-\(mark)\(state.count)", bytes: bytes))
            if state.messages.count > capacity { state.messages.removeFirst() }
        }
    }

    /// Removes messages by their names; a name that is gone already is no error.
    public func remove(_ uids: Set<String>) {
        state.withLock { $0.messages.removeAll { uids.contains($0.uid) } }
    }
}
