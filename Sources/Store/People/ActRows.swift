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
        var subjects = ValueRows(width: 3)
        for act in acts {
            for subject in act.subjects {
                subjects.append([.text(subject.kind.rawValue), .text(subject.id), .text(act.entry.id)])
            }
        }
        return entries
            + subjects.statements { rows in
                """
                INSERT INTO act_subjects (kind, id, entry) VALUES \(rows: rows)
                ON CONFLICT (kind, id, entry) DO NOTHING
                """
            }
    }
}
