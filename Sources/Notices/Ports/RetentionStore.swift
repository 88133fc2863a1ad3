import Evidence

/// Legal hold and erasure.
///
/// Nothing else ever removes anything (contract 10).
public protocol RetentionStore: Sendable {
    /// Whether evidence about a person must be kept whatever its age.
    func isHeld(_ person: PersonID) async throws -> Bool
    /// Sets or lifts a legal hold.
    func setHold(_ person: PersonID, held: Bool, reason: String, evidence: [SignedEntry]) async throws
    /// When the newest notice of a person was issued; nil if there is none.
    func newestNotice(of person: PersonID) async throws -> Timestamp?
    /// Destroys the person's data key, so that documents and entry bodies can no longer be read; the log still verifies.
    ///
    /// Checked again inside the transaction: a hold, or a notice newer than `keepAfter`, refuses.
    func erase(_ person: PersonID, keepAfter: Timestamp, evidence: [SignedEntry]) async throws
}
