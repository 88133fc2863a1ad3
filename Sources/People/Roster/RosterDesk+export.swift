import Evidence
import Notices

extension RosterDesk {
    /// One page of the roster as CSV, for whoever may take it out; that it was taken is evidence.
    ///
    /// Cells that a spreadsheet would run begin with an apostrophe, which our import takes off again. The first page has
    /// the names of the columns.
    ///
    /// - Returns: the text, and the number after which the next page begins; nil at the end.
    public func export(after number: String?, limit: Int = 1000, by actor: Actor) async throws -> (
        csv: String, next: String?
    ) {
        try AccessPolicy.require(.exportRoster, actor)
        let found = try await store.employees(in: nil, states: nil, after: number, limit: limit + 1)
        let shown = found.prefix(limit)
        let people = try await directory.recipients(shown.map(\.id))
        let next = found.count > limit ? shown.last?.number : nil
        try await store.record([
            try acts.act(
                .rosterExported, by: actor, about: [Subject(kind: .roster, id: "all")],
                [
                    "rows": .integer(Int64(shown.count)), "after": number.map { .string($0) } ?? .null,
                    "last": shown.last.map { .string($0.number) } ?? .null,
                ])
        ])
        var lines = number == nil ? [RosterColumns.Field.allCases.map(\.rawValue).joined(separator: ",")] : []
        for employee in shown {
            let addresses = people[employee.id]
            let cells = RosterColumns.Field.allCases.map { field -> String in
                switch field {
                case .number: employee.number
                case .name: employee.name
                case .unit: employee.unit.rawValue
                case .position: employee.position
                case .hiredOn: "\(employee.hiredOn)"
                case .state: employee.state.rawValue
                case .lastDay: employee.lastDay.map { "\($0)" } ?? ""
                case .probationUntil: employee.probationUntil.map { "\($0)" } ?? ""
                case .contractUntil: employee.contractUntil.map { "\($0)" } ?? ""
                case .language: addresses?.language ?? ""
                case .email: addresses?.address(for: .email)?.value ?? ""
                case .phone: addresses?.address(for: .sms)?.value ?? ""
                case .postal: addresses?.address(for: .ems)?.value ?? ""
                }
            }
            lines.append(cells.map(CSVCell.safe).joined(separator: ","))
        }
        return (lines.map { $0 + "\r\n" }.joined(), next)
    }
}

extension Subject.Kind {
    /// The roster as a whole.
    public static let roster = Subject.Kind(rawValue: "roster")
}
