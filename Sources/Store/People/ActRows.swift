import Evidence
import Notices
import People
import SQL

/// Turns acts into rows: the entry, and one row for each thing it is about.
struct ActRows: Sendable {
    let entryRows: EntryRows

    /// The statements that stage these acts; run them in the transaction of the step they belong to.
    func stage(_ acts: [Act]) async throws -> [Query] {
        let entries = try await entryRows.stage(acts.map(\.entry))
        return entries
            + acts.flatMap { act in
                act.subjects.map { subject -> Query in
                    """
                    INSERT INTO act_subjects (kind, id, entry)
                    VALUES (\(subject.kind.rawValue), \(subject.id), \(act.entry.id))
                    ON CONFLICT (kind, id, entry) DO NOTHING
                    """
                }
            }
    }
}
