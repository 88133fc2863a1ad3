/// Which keys the log has given up, so that what is signed with one of them afterwards is noticed.
///
/// A retired key may have been stolen, and what it signed in its time must go on to verify: only the order tells the two
/// apart. The first entry of a new key says that the old one is over.
struct KeySuccession {
    /// Entry keys, with the leaf at which each was given up.
    private var givenUp: [String: Int] = [:]
    private var logKey: UInt32?
    private var formerLogKeys: Set<UInt32> = []

    /// Takes note of a genuine entry that says a key was replaced.
    mutating func note(_ body: EntryBody, at leaf: Int) {
        guard body.event == .keyRotated, body.facts["role"]?.string == KeyRotation.Role.entries.rawValue,
            let key = body.facts["from"]?.string
        else { return }
        givenUp[key] = givenUp[key] ?? leaf
    }

    /// What is wrong with an entry of this key at this leaf.
    func fault(entryKey: String, leaf: Int) -> String? {
        guard let end = givenUp[entryKey], leaf > end else { return nil }
        return "it is signed with the key \(entryKey.prefix(16))…, which was given up at leaf \(end)"
    }

    /// What is wrong with a checkpoint of this key coming next.
    mutating func fault(logKey next: UInt32) -> String? {
        if formerLogKeys.contains(next) { return "it is signed with a log key that had been given up before" }
        if let logKey, logKey != next { formerLogKeys.insert(logKey) }
        logKey = next
        return nil
    }
}
