import Synchronization

/// The parts of imports that this process has in hand, in line: the next one is read and sealed while the one before it is
/// being stored.
///
/// Only that one: a third waits until the first is stored, so that two parts are in memory whatever callers send. Nothing
/// rests on it but speed. Whether a part may be stored is decided by the row of its import, in the transaction.
final class ImportLine: Sendable {
    /// What the next part must know of one that is not on record yet.
    struct Ahead: Sendable {
        /// The import after that part.
        let after: RosterImport
        /// The numbers that it names, with their lines.
        let numbers: [String: Int]
    }

    /// The parts of one import.
    private struct Parts {
        /// By their index; nil until they are ready to be stored.
        var inHand: [Int: Ahead?] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let imports = Mutex<[ImportID: Parts]>([:])

    /// Takes a part in hand; false if somebody has this very part in hand already, and then nobody builds on this one.
    func enter(_ index: Int, _ id: ImportID) -> Bool {
        imports.withLock { imports in
            guard imports[id, default: Parts()].inHand[index] == nil else { return false }
            imports[id, default: Parts()].inHand.updateValue(nil, forKey: index)
            return true
        }
    }

    /// Says what will be once a part in hand is stored, or with nil that this is open again.
    func set(_ ahead: Ahead?, _ index: Int, _ id: ImportID) {
        change(id) { if $0.inHand[index] != nil { $0.inHand.updateValue(ahead, forKey: index) } }
    }

    /// Lets go of a part, stored or not.
    func leave(_ index: Int, _ id: ImportID) {
        change(id) { $0.inHand.removeValue(forKey: index) }
    }

    /// What the part before this one will have brought; nil if nobody has it in hand, so that the store knows best.
    func ahead(of index: Int, _ id: ImportID) async -> Ahead? {
        await wait(id) { parts in
            if parts.inHand[index &- 2] != nil { return true }
            guard let before = parts.inHand[index &- 1] else { return false }
            return before == nil
        }
        return imports.withLock { $0[id]?.inHand[index &- 1] ?? nil }
    }

    /// Returns when nobody has the part before this one in hand any more.
    func stored(before index: Int, _ id: ImportID) async {
        await wait(id) { $0.inHand[index &- 1] != nil }
    }

    private func change(_ id: ImportID, _ body: (inout Parts) -> Void) {
        let waiting = imports.withLock { imports -> [CheckedContinuation<Void, Never>] in
            guard var parts = imports[id] else { return [] }
            body(&parts)
            let waiting = parts.waiting
            parts.waiting = []
            imports[id] = parts.inHand.isEmpty ? nil : parts
            return waiting
        }
        for one in waiting { one.resume() }
    }

    /// Looks again after each change; whoever has a part in hand lets go of it at last, whatever becomes of it.
    private func wait(_ id: ImportID, while isEarly: (Parts) -> Bool) async {
        while imports.withLock({ $0[id].map(isEarly) ?? false }) {
            await withCheckedContinuation { continuation in
                let isOver = imports.withLock { imports in
                    guard let parts = imports[id], isEarly(parts) else { return true }
                    imports[id]?.waiting.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        }
    }
}
