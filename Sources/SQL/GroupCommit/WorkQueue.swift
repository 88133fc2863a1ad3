import Foundation

/// A line of jobs that threads take from, in order.
///
/// `@unchecked Sendable`: `waiting`, `takers` and `isClosed` are touched only between `lock()` and `unlock()` of the condition.
final class WorkQueue<Element: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [Element] = []
    private var isClosed = false
    /// Threads that wait for work.
    private var takers = 0

    /// True if a job that comes now would have to wait for a thread.
    var isBusy: Bool {
        condition.lock()
        defer { condition.unlock() }
        return takers <= waiting.count && !isClosed
    }

    /// Appends a job; false if the queue is closed, and then the job is not kept.
    func submit(_ element: Element) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed else { return false }
        waiting.append(element)
        condition.signal()
        return true
    }

    /// Waits for work and takes what is there, at most `limit`; nil once closed and empty.
    ///
    /// It never waits for more to come: a lone writer is served at once, and a crowd has queued up while the last commit ran.
    func take(upTo limit: Int) -> [Element]? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty {
            if isClosed { return nil }
            takers += 1
            condition.wait()
            takers -= 1
        }
        if waiting.count <= limit {
            defer { waiting = [] }
            return waiting
        }
        defer { waiting.removeFirst(limit) }
        return Array(waiting.prefix(limit))
    }

    /// Takes no more jobs; what is queued is still handed out.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        condition.broadcast()
    }
}
