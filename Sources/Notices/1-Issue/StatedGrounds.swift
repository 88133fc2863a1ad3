import Evidence

/// What the author declared, and which findings two people overrode, as the entries of a notice say it.
struct StatedGrounds: Sendable {
    private(set) var declarations = PreflightDeclarations()
    private(set) var overrides: [PreflightOverride] = []

    /// Reads it back; throws when an entry was erased, since nobody knows then what was declared.
    init(_ entries: [RecordedEntry]) throws {
        // Notices issued before grounds had an entry of their own say it in the entry of their issue.
        for entry in entries where [.noticeIssued, .groundsStated, .preflightOverridden].contains(entry.event) {
            guard let body = entry.body else {
                throw NoticeError(.unavailable, "what was declared for this notice was erased; issue another notice")
            }
            let facts = try EntryBody(parsing: body).facts
            if entry.event == .preflightOverridden {
                if let override = PreflightOverride(facts) { overrides.append(override) }
            } else {
                read(facts)
            }
        }
    }

    private mutating func read(_ facts: JSONValue) {
        if let union = facts["unionNotifiedAt"]?.string.flatMap(Timestamp.init(rfc3339:)) {
            declarations.unionNotifiedAt = union
        }
        if let states = facts["protectedStates"]?.array {
            declarations.protectedStates = Set(states.compactMap(\.string))
        }
        if let listed = facts["evidenceListed"]?.array { declarations.evidence = listed.compactMap(\.string) }
    }
}

extension PreflightOverride {
    fileprivate init?(_ facts: JSONValue) {
        guard let finding = facts["finding"]?.string, let reason = facts["reason"]?.string,
            let confirmedBy = facts["confirmedBy"]?.string
        else { return nil }
        self.init(finding: finding, reason: reason, confirmedBy: confirmedBy)
    }
}
