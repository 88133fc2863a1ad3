import Synchronization

/// A value that tests share between tasks.
final class Box<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func load() -> Value { value.withLock { $0 } }
    func store(_ new: Value) { value.withLock { $0 = new } }
    func exchange(_ new: Value) -> Value {
        value.withLock { old in
            defer { old = new }
            return old
        }
    }
}
