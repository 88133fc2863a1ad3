import Evidence
import Notices

/// What a leaver hands in for one item, beside its files.
public struct Submission: Sendable, Hashable {
    /// What they say about it; nil where a list or a file says it.
    public var note: String?
    /// Their own statement, for the three forms.
    public var rows: [LeaverStatement.Row]?
    /// The condition in which they give a device back.
    public var condition: String?
    /// The visit they made.
    public var visit: Visit?

    /// Hands in.
    public init(
        note: String? = nil, rows: [LeaverStatement.Row]? = nil, condition: String? = nil, visit: Visit? = nil
    ) {
        self.note = note
        self.rows = rows
        self.condition = condition
        self.visit = visit
    }

    /// A visit to a client to hand over (S-30, S-69).
    public struct Visit: Sendable, Hashable {
        /// When it was.
        public let at: Timestamp
        /// Where it was; kept only with the leaver's recorded consent.
        public let place: String?
        /// Whom they met.
        public let met: String

        /// Describes a visit.
        public init(at: Timestamp, place: String?, met: String) {
            self.at = at
            self.place = place
            self.met = met
        }
    }

    /// Every place that is wrong for the kind of item.
    func faults(for item: HandoverItem, now: Timestamp) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence?) {
            if let message { faults.append(.init(field: field, message: message)) }
        }
        let kind = item.kind
        if kind.isForm, rows == nil { note("rows", "is missing; state every row, or an empty list") }
        if !kind.isForm, rows != nil { note("rows", "does not go with a \(kind.rawValue); leave it out") }
        if kind.needsCondition {
            note("condition", condition.map { Wording.lineFault($0) } ?? "is missing; say in which condition it is")
        } else if condition != nil {
            note("condition", "does not go with a \(kind.rawValue); leave it out")
        }
        if kind == .visit {
            if let visit {
                if visit.at > now { note("visit.at", "\(visit.at.rfc3339) is in the future; record it afterwards") }
                note("visit.met", Wording.lineFault(visit.met))
                note("visit.place", visit.place.flatMap { Wording.lineFault($0) })
            } else {
                note("visit", "is missing; say when it was and whom you met")
            }
            if !item.files.contains(where: { $0.purpose == .visitSheet }) {
                note("files", "the sheet that the client signed is missing; upload it as visit-sheet first")
            }
        } else if visit != nil {
            note("visit", "does not go with a \(kind.rawValue); leave it out")
        }
        if let text = self.note { note("note", Wording.reasonFault(text)) }
        if kind.needsMaterial, self.note == nil, !item.files.contains(where: { $0.purpose == .material }) {
            note("note", "is missing, and there is no file; hand in one or the other")
        }
        return faults
    }

    /// As stored and shown; the differences from the stored data are part of it (S-67).
    func json(for item: HandoverItem, round: Int) throws(PeopleError) -> JSONValue {
        var members: [String: JSONValue] = ["round": .integer(Int64(round))]
        members["note"] = note.map { .string($0) }
        members["condition"] = condition.map { .string($0) }
        if let rows, item.kind.isForm {
            let statement = try LeaverStatement(rows, for: item.kind)
            members["rows"] = .array(statement.rows.map(\.json))
            members["differences"] = .array(statement.differences(from: item.content).map(\.json))
        }
        if let visit {
            members["visit"] = .object([
                "at": .string(visit.at.rfc3339), "place": visit.place.map { .string($0) } ?? .null,
                "met": .string(visit.met),
            ])
        }
        return .object(members)
    }
}

extension HandoverItem.Kind {
    /// Whether a word or a file is asked for.
    var needsMaterial: Bool {
        switch self {
        case .client, .order, .project, .fee, .promise, .other: true
        case .visit, .clientList, .orderList, .receivableList, .documentList, .device, .deviceList: false
        }
    }
}
