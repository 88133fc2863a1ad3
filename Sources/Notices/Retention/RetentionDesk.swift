import Evidence

/// Legal hold and erasure after the retention period.
///
/// Erasing destroys the person's data key: documents and entry bodies can no longer be read, commitments and signatures stay,
/// and the log still verifies. Evidence is kept for the years that the rules file asks for
/// at least (S-119: ten); a shorter period cannot be configured. A
/// legal hold beats erasure. Nothing is ever removed by a timer: each run is asked for by a person and is evidence.
public struct RetentionDesk: Sendable {
    private let store: any RetentionStore
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let years: Int

    /// Makes a desk; fewer years than the rules allow are refused.
    public init(
        store: any RetentionStore, recorder: EvidenceRecorder, clock: any WallClock, law: ServiceLaw, years: Int
    ) throws {
        guard law.allows(retentionYears: years) else {
            throw NoticeError(
                .invalid,
                "retention of \(years) years is too short: evidence is kept for \(law.minimumRetentionYears) years at least"
            )
        }
        self.store = store
        self.recorder = recorder
        self.clock = clock
        self.years = years
    }

    /// Whether what is known of a person is held.
    public func isHeld(_ person: PersonID) async throws -> Bool { try await store.isHeld(person) }

    /// Holds everything about a person, or lifts the hold.
    public func setHold(_ person: PersonID, held: Bool, reason: String, by principal: Principal) async throws {
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw NoticeError(.invalid, "reason: say in 1 to 2000 bytes why (case number, court)")
        }
        let entry = try recorder.entry(
            held ? .legalHoldSet : .legalHoldLifted, person: person, at: clock.now,
            ["by": principal.facts, "reason": .string(reason)])
        try await store.setHold(person, held: held, reason: reason, evidence: [entry])
    }

    /// Erases what is known of a person, if the period is over and nothing is held.
    public func erase(_ person: PersonID, basis: String, by principal: Principal) async throws {
        let now = clock.now
        if try await store.isHeld(person) {
            throw NoticeError(.forbidden, "\(person) is under a legal hold; lift it first, with a reason")
        }
        let limit = now.adding(.seconds(-Int64(years) * 366 * 86_400))
        if let newest = try await store.newestNotice(of: person), newest > limit {
            throw NoticeError(
                .forbidden,
                "the newest notice to \(person) is of \(newest.rfc3339.prefix(10)); evidence is kept for \(years) years"
            )
        }
        let entry = try recorder.entry(
            .erasureRun, at: now,
            ["by": principal.facts, "person": .string(person.rawValue), "basis": .string(basis)])
        try await store.erase(person, keepAfter: limit, evidence: [entry])
    }
}
