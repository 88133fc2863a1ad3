import Synchronization

/// Rules that say how to behave towards whom, the same for mail addresses and phone numbers.
///
/// A rule with a count is used up first, oldest first; then the newest lasting rule that matches holds;
/// then the default.
final class Script<Conduct: Sendable>: Sendable {
    private struct Rule: Sendable {
        let pattern: String
        var remaining: Int?
        let conduct: Conduct
    }

    private let rules = Mutex<[Rule]>([])
    private let otherwise: Conduct

    init(otherwise: Conduct) {
        self.otherwise = otherwise
    }

    func add(_ conduct: Conduct, towards pattern: String, times: Int?) {
        rules.withLock { $0.append(Rule(pattern: pattern.lowercased(), remaining: times, conduct: conduct)) }
    }

    func removeAll() {
        rules.withLock { $0.removeAll() }
    }

    /// The conduct for one address; uses up one count.
    func next(for address: String) -> Conduct {
        let address = address.lowercased()
        return rules.withLock { rules in
            if let index = rules.firstIndex(where: { $0.remaining != nil && Self.matches(address, $0.pattern) }) {
                let conduct = rules[index].conduct
                rules[index].remaining = rules[index].remaining.map { $0 - 1 }
                if rules[index].remaining == 0 { rules.remove(at: index) }
                return conduct
            }
            return rules.last { $0.remaining == nil && Self.matches(address, $0.pattern) }?.conduct ?? otherwise
        }
    }

    /// A pattern may hold one `*` for any run of characters.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let halves = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { return text == pattern }
        return text.utf8.count >= halves[0].utf8.count + halves[1].utf8.count
            && text.hasPrefix(halves[0]) && text.hasSuffix(halves[1])
    }
}
