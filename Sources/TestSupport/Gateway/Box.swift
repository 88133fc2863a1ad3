import Synchronization

/// A value that tests share between tasks.
public final class Box<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    /// Holds a first value.
    public init(_ value: Value) { self.value = Mutex(value) }

    /// The present value.
    public func load() -> Value { value.withLock { $0 } }

    /// Replaces the value.
    public func store(_ new: Value) { value.withLock { $0 = new } }

    /// Replaces the value and returns the one before.
    public func exchange(_ new: Value) -> Value {
        value.withLock { old in
            defer { old = new }
            return old
        }
    }
}
