import Evidence
import Notices

/// What a leaver states about their clients, unfinished orders or money owed, beside what is stored (S-67).
public struct LeaverStatement: Sendable, Hashable {
    /// One row of a form.
    public struct Row: Sendable, Hashable {
        /// The number of the client or order.
        public let ref: String
        /// The client's name; nil when it was left out.
        public let name: String?
        /// The sum; nil on the client list.
        public let amount: Amount?

        /// States a row.
        public init(ref: String, name: String? = nil, amount: Amount? = nil) {
            self.ref = ref
            self.name = name
            self.amount = amount
        }

        /// As stored.
        var json: JSONValue {
            .object([
                "ref": .string(ref), "name": name.map { .string($0) } ?? .null,
                "amount": amount.map { .string($0.description) } ?? .null,
            ])
        }
    }

    /// Where a statement and the stored data do not agree.
    public struct Difference: Sendable, Hashable {
        /// In which way.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// Stored, and not stated.
            case notStated = "not-stated"
            /// Stated, and not stored.
            case notStored = "not-stored"
            /// Both, with different words or sums.
            case differs
        }

        /// In which way.
        public let kind: Kind
        /// The number of the client or order.
        public let ref: String
        /// What differs: `name`, `amount`; nil when the whole row does.
        public let field: String?
        /// What the leaver states.
        public let stated: String?
        /// What is stored.
        public let stored: String?

        /// Names a difference.
        public init(kind: Kind, ref: String, field: String? = nil, stated: String? = nil, stored: String? = nil) {
            self.kind = kind
            self.ref = ref
            self.field = field
            self.stated = stated
            self.stored = stored
        }

        /// As shown and stored.
        public var json: JSONValue {
            .object([
                "kind": .string(kind.rawValue), "ref": .string(ref), "field": field.map { .string($0) } ?? .null,
                "stated": stated.map { .string($0) } ?? .null, "stored": stored.map { .string($0) } ?? .null,
            ])
        }
    }

    /// The rows, in the leaver's order.
    public let rows: [Row]

    /// Takes a statement, refusing what cannot be read: a row without number, a number twice, an order without its sum.
    public init(_ rows: [Row], for kind: HandoverItem.Kind) throws(PeopleError) {
        var faults: [PeopleError.Fault] = []
        var seen: Set<String> = []
        for (index, row) in rows.enumerated() {
            if row.ref.isEmpty || row.ref.utf8.count > 200 {
                faults.append(.init(field: "rows[\(index)].ref", message: "give the number of the client or order"))
            } else if !seen.insert(row.ref).inserted {
                faults.append(
                    .init(field: "rows[\(index)].ref", message: "\"\(row.ref.prefix(60))\" stands twice; keep one"))
            }
            if kind != .clientList, row.amount == nil {
                faults.append(
                    .init(field: "rows[\(index)].amount", message: "is missing; give the sum, for example 12000.00"))
            }
        }
        try PeopleError.check(faults, "the statement cannot be taken")
        self.rows = rows
    }

    /// Every difference from the stored rows: first what the leaver left out, then what they stated.
    public func differences(from content: JSONValue) -> [Difference] {
        var stored: [String: JSONValue] = [:]
        for row in content["rows"]?.array ?? [] {
            if let ref = row["ref"]?.string { stored[ref] = row }
        }
        let stated = Set(rows.map(\.ref))
        var found = (content["rows"]?.array ?? []).compactMap { row -> Difference? in
            guard let ref = row["ref"]?.string, !stated.contains(ref) else { return nil }
            return Difference(kind: .notStated, ref: ref, stored: row["name"]?.string)
        }
        for row in rows {
            guard let known = stored[row.ref] else {
                found.append(Difference(kind: .notStored, ref: row.ref, stated: row.name))
                continue
            }
            if let name = row.name, name != known["name"]?.string {
                found.append(
                    Difference(
                        kind: .differs, ref: row.ref, field: "name", stated: name, stored: known["name"]?.string))
            }
            if let amount = row.amount, let sum = known["amount"]?.string, amount.description != sum {
                found.append(
                    Difference(
                        kind: .differs, ref: row.ref, field: "amount", stated: amount.description, stored: sum))
            }
        }
        return found
    }
}
