import Evidence
import Notices

/// Reads the members of one JSON object and gathers every fault, each with its path.
///
/// Nothing is guessed: a member of another type, a missing one and an unknown one are faults. Read everything, then
/// ``finish()``; a nil before that is a fault that was noted.
struct ObjectReader {
    private let members: [String: JSONValue]
    private let path: String
    private var asked: Set<String> = []
    private(set) var faults: [NoticeError.Fault] = []

    /// Begins with the body of a request.
    init(body: JSONValue) { self.init(body, path: "") }

    /// Begins with a part of the body.
    init(_ value: JSONValue, path: String) {
        self.path = path
        members = value.object ?? [:]
        if value.object == nil {
            faults.append(
                .init(field: path.isEmpty ? "body" : path, message: "must be an object, not \(value.typeName)"))
        }
    }

    /// Notes a fault at a member.
    mutating func fault(_ name: String, _ message: String) {
        faults.append(.init(field: place(name), message: .said(message)))
    }

    func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The member, nil when absent or null.
    mutating func value(_ name: String) -> JSONValue? {
        asked.insert(name)
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    private mutating func required(_ name: String, _ type: String) -> JSONValue? {
        if let value = value(name) { return value }
        if !faults.contains(where: { $0.field == "body" || $0.field == path && !path.isEmpty }) {
            fault(name, "is missing; give \(type)")
        }
        return nil
    }

    // MARK: Text

    /// One line of text.
    mutating func line(_ name: String, maximum: Int = 200) -> String? {
        required(name, "a text").flatMap { line(name, $0, maximum: maximum, isRequired: true) }
    }

    /// One line of text that may be left out.
    mutating func optionalLine(_ name: String, maximum: Int = 200) -> String? {
        value(name).flatMap { line(name, $0, maximum: maximum) }
    }

    /// Text of several lines.
    mutating func text(_ name: String, maximum: Int = 20_000) -> String? {
        guard let value = required(name, "a text") else { return nil }
        guard let text = value.string else { return mistyped(name, value, "a text") }
        return bounded(name, text, maximum, isRequired: true)
    }

    /// Checked on scalars: a line break hides inside a grapheme.
    private mutating func line(
        _ name: String, _ value: JSONValue, maximum: Int, isRequired: Bool = false
    ) -> String? {
        guard let text = value.string else { return mistyped(name, value, "a text") }
        guard let text = bounded(name, text, maximum, isRequired: isRequired) else { return nil }
        if let control = text.unicodeScalars.first(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            fault(
                name,
                "\"\(shortened(text))\" has the control character U+\(String(control.value, radix: 16)); remove it")
            return nil
        }
        return text
    }

    private mutating func bounded(
        _ name: String, _ text: String, _ maximum: Int, isRequired: Bool
    ) -> String? {
        if text.isEmpty {
            fault(
                name,
                isRequired
                    ? "is empty, and is required; write something" : "is empty; write something or leave it out")
            return nil
        }
        if text.utf8.count > maximum {
            fault(name, "has \(text.utf8.count) bytes; at most \(maximum) are taken")
            return nil
        }
        if text.utf8.contains(0) {
            fault(name, "contains NUL; remove it")
            return nil
        }
        return text
    }

    private mutating func mistyped<T>(_ name: String, _ value: JSONValue, _ wanted: String) -> T? {
        fault(name, "must be \(wanted), not \(value.typeName)")
        return nil
    }

    // MARK: Other values

    /// Whatever a conversion makes of one line.
    mutating func converted<T>(_ name: String, _ wanted: String, _ convert: (String) -> T?) -> T? {
        line(name).flatMap { self.convert(name, $0, wanted, convert) }
    }

    /// Whatever a conversion makes of one line that may be left out.
    mutating func optionalConverted<T>(_ name: String, _ wanted: String, _ convert: (String) -> T?) -> T? {
        optionalLine(name).flatMap { self.convert(name, $0, wanted, convert) }
    }

    private mutating func convert<T>(
        _ name: String, _ text: String, _ wanted: String, _ convert: (String) -> T?
    ) -> T? {
        if let value = convert(text) { return value }
        fault(name, "\"\(shortened(text))\" is not \(wanted)")
        return nil
    }

    /// One of a set of words.
    mutating func choice<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) -> T?
    where T.RawValue == String {
        converted(name, "one of \(T.allCases.map(\.rawValue).joined(separator: ", "))") { T(rawValue: $0) }
    }

    /// A SHA-256.
    mutating func digest(_ name: String) -> Digest? { converted(name, "a SHA-256 in hexadecimal") { Digest(hex: $0) } }

    /// An instant.
    mutating func instant(_ name: String) -> Timestamp? {
        converted(name, "an instant like 2026-11-21T10:32:05Z") { Timestamp(rfc3339: $0) }
    }

    /// A whole number that may be left out.
    mutating func optionalInteger(_ name: String) -> Int? {
        guard let value = value(name) else { return nil }
        guard let integer = value.integer, let small = Int(exactly: integer) else {
            return mistyped(name, value, "a whole number")
        }
        return small
    }

    /// A truth value.
    mutating func bool(_ name: String) -> Bool? {
        guard let value = required(name, "true or false") else { return nil }
        guard let bool = value.bool else { return mistyped(name, value, "true or false") }
        return bool
    }

    /// An object that is read by others.
    mutating func object(_ name: String) -> JSONValue? {
        guard let value = required(name, "an object") else { return nil }
        guard value.object != nil else { return mistyped(name, value, "an object") }
        return value
    }

    // MARK: Nested

    /// A nested object that may be left out.
    mutating func optionalNested<T>(_ name: String, _ read: (inout ObjectReader) -> T) -> T? {
        guard let value = value(name) else { return nil }
        var reader = ObjectReader(value, path: place(name))
        let result = read(&reader)
        reader.noteUnknown()
        faults += reader.faults
        return result
    }

    /// A list of objects; an absent one is empty unless it is required.
    mutating func nestedList<T>(
        _ name: String, maximum: Int, isRequired: Bool = false, _ read: (inout ObjectReader) -> T?
    ) -> [T] {
        elements(name, maximum: maximum, isRequired: isRequired).enumerated().compactMap { index, value in
            var reader = ObjectReader(value, path: "\(place(name))[\(index)]")
            let result = read(&reader)
            reader.noteUnknown()
            faults += reader.faults
            return result
        }
    }

    /// A list of lines; an absent one is empty unless it is required.
    mutating func lines(_ name: String, maximum: Int, isRequired: Bool = false) -> [String] {
        elements(name, maximum: maximum, isRequired: isRequired).enumerated().compactMap { index, value in
            line("\(name)[\(index)]", value, maximum: 1000)
        }
    }

    /// The elements of a list.
    mutating func elements(_ name: String, maximum: Int, isRequired: Bool = false) -> [JSONValue] {
        guard let value = isRequired ? required(name, "a list") : value(name) else { return [] }
        guard let elements = value.array else {
            fault(name, "must be a list, not \(value.typeName)")
            return []
        }
        guard elements.count <= maximum else {
            fault(name, "has \(elements.count) elements; at most \(maximum) are taken")
            return []
        }
        return elements
    }

    // MARK: The end

    private mutating func noteUnknown() {
        // Sorted, so that the same request gets the same answer.
        for name in members.keys.filter({ !asked.contains($0) }).sorted() {
            fault(shortened(name), "is not known here; known are \(asked.sorted().joined(separator: ", "))")
        }
    }

    /// Refuses if anything was wrong or was not asked for.
    mutating func finish() throws(NoticeError) {
        noteUnknown()
        if !faults.isEmpty { throw refusal }
    }

    /// Everything that was wrong.
    var refusal: NoticeError {
        NoticeError(
            .invalid, "the request was not carried out: \(NoticeError.needCorrection(faults.count))", faults: faults)
    }
}

extension JSONValue {
    /// What a value is, in words.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer, .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
