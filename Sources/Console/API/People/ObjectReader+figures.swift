import Evidence
import Notices
import People

extension ObjectReader {
    /// A day.
    mutating func calendarDay(_ name: String) -> CivilDate? {
        converted(name, "a day like 2026-11-21") { CivilDate($0) }
    }

    /// A month.
    mutating func calendarMonth(_ name: String) -> Month? { converted(name, "a month like 2026-11") { Month($0) } }

    /// A figure with up to two decimals, as text, so that no reader rounds it.
    mutating func figure(_ name: String) -> Hundredths? {
        converted(name, "a figure like 69 or 69.5, in quotation marks") { Hundredths($0) }
    }

    /// A figure that may be left out.
    mutating func optionalFigure(_ name: String) -> Hundredths? {
        optionalConverted(name, "a figure like 0.5, in quotation marks") { Hundredths($0) }
    }

    /// A whole number.
    mutating func wholeNumber(_ name: String) -> Int? {
        let count = faults.count
        if let number = optionalInteger(name) { return number }
        if faults.count == count { fault(name, "is missing; give a whole number") }
        return nil
    }

    /// A member of staff.
    mutating func employee(_ name: String = "employee") -> PersonID? { line(name).map { PersonID($0) } }
}

extension Call {
    /// A day of the query.
    func day(_ name: String, in query: [String: String]) throws -> CivilDate? {
        guard let text = query[name] else { return nil }
        guard let day = CivilDate(text) else {
            throw Problem.malformed("\(name) \"\(shortened(text))\" is not a day like 2026-11-21")
        }
        return day
    }

    /// A day of the query that must be there.
    func requiredDay(_ name: String, in query: [String: String]) throws -> CivilDate {
        guard let day = try day(name, in: query) else { throw Problem.malformed("\(name) is missing; give a day") }
        return day
    }
}

extension JSONValue {
    /// A text, or null.
    static func orNull(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    /// A count, or null.
    static func orNull(_ count: Int?) -> JSONValue { count.map { .integer(Int64($0)) } ?? .null }
    /// An instant, or null.
    static func orNull(_ instant: Timestamp?) -> JSONValue { orNull(instant?.rfc3339) }
    /// A truth value, or null.
    static func orNull(_ flag: Bool?) -> JSONValue { flag.map { .bool($0) } ?? .null }
}

extension ImportReport {
    /// As the API shows it.
    var json: JSONValue {
        [
            "added": .integer(Int64(added)), "repeated": .integer(Int64(repeated)),
            "refused": .array(refused.map { ["field": .string($0.field), "message": .string($0.message)] }),
        ]
    }
}
