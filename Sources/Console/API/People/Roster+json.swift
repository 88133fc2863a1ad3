import Evidence
import Notices
import People

extension Employee {
    /// The member of staff as the API shows them.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "number": .string(number), "name": .string(name),
            "unit": .string(unit.rawValue), "position": .string(position), "state": .string(state.rawValue),
            "stateName": .string(state.chinese), "stateSince": .string("\(stateSince)"),
            "hiredOn": .string("\(hiredOn)"),
            "lastDay": lastDay.json, "probationUntil": probationUntil.json, "contractUntil": contractUntil.json,
            "frozen": freezeReason.map { .string($0) } ?? .null,
        ])
    }
}

extension CivilDate? {
    /// The day, or null.
    var json: JSONValue { map { .string("\($0)") } ?? .null }
}

extension OrgUnit {
    /// The unit as the API shows it.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "parent": parent.map { .string($0.rawValue) } ?? .null, "name": .string(name),
            "manager": manager.map { .string($0.rawValue) } ?? .null, "currency": .string(currency),
            "issuer": issuer.map { .string($0.rawValue) } ?? .null,
        ])
    }
}

extension ContractLimbo {
    /// The gap as the API shows it.
    var json: JSONValue {
        .object([
            "employee": employee.json, "kind": .string(kind.rawValue), "since": .string("\(since)"),
            "until": .string("\(until)"), "days": .integer(Int64(days)), "words": words.json,
        ])
    }
}

extension EmployeeFile {
    /// The file as the API shows it.
    var json: JSONValue {
        .object([
            "employee": employee.json, "limbo": limbo?.json ?? .null,
            "lines": .array(
                lines.map { line in
                    .object([
                        "on": .string("\(line.on)"), "kind": .string(line.kind.rawValue), "words": line.words.json,
                        "facts": .object(line.facts.mapValues { .string($0) }),
                    ])
                }),
        ])
    }
}

extension RosterImport {
    /// The import as the API shows it.
    var json: JSONValue {
        .object([
            "id": .string(id.rawValue), "name": .string(name), "mode": .string(mode.rawValue),
            "state": .string(state.rawValue), "nextPart": .integer(Int64(nextPart)), "lines": .integer(Int64(lines)),
            "read": .integer(Int64(read)), "added": .integer(Int64(added)), "changed": .integer(Int64(changed)),
            "unchanged": .integer(Int64(unchanged)), "faulty": .integer(Int64(faulty)),
        ])
    }
}

extension ObjectReader {
    /// A day of the calendar.
    mutating func day(_ name: String) -> CivilDate? {
        converted(name, "a day like 2026-11-21") { CivilDate($0) }
    }

    /// A day that may be left out.
    mutating func optionalDay(_ name: String) -> CivilDate? {
        optionalConverted(name, "a day like 2026-11-21") { CivilDate($0) }
    }

    /// One of a set of words that may be left out.
    mutating func optionalChoice<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        optionalConverted(name, "one of \(T.allCases.map(\.rawValue).joined(separator: ", "))") { T(rawValue: $0) }
    }
}
