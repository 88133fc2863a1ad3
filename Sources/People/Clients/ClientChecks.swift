import Evidence
import Notices

/// Gathers what is wrong with what somebody tells about clients; each fault names field, value and cure.
struct ClientChecks {
    private(set) var faults: [PeopleError.Fault] = []
    let now: Timestamp

    init(now: Timestamp) { self.now = now }

    mutating func fault(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }

    mutating func add(_ fault: PeopleError.Fault) { faults.append(fault) }

    /// One line that is not empty; checked on scalars, because a line break hides inside a grapheme.
    mutating func line(_ field: String, _ text: String, maximum: Int = 200) {
        if text.allSatisfy(\.isWhitespace) { return fault(field, "is empty; write something") }
        if text.utf8.count > maximum {
            return fault(field, "has \(text.utf8.count) bytes; at most \(maximum) are kept")
        }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            fault(field, "\"\(text.prefix(20))\" has a control character or line break; remove it")
        }
    }

    /// Text of several lines.
    mutating func text(_ field: String, _ text: String, maximum: Int = 8000) {
        if text.allSatisfy(\.isWhitespace) { return fault(field, "is empty; write something") }
        if text.utf8.count > maximum {
            return fault(field, "has \(text.utf8.count) bytes; at most \(maximum) are kept")
        }
        if text.utf8.contains(0) { fault(field, "contains NUL; remove it") }
    }

    /// A name of a system or number as others write it: one line without spaces at its ends.
    mutating func key(_ field: String, _ text: String) {
        line(field, text, maximum: 120)
        if text.first?.isWhitespace == true || text.last?.isWhitespace == true {
            fault(field, "\"\(text.prefix(40))\" begins or ends with a space; remove it")
        }
    }

    /// `name`, `preference.delivery`: what a fact may be called.
    mutating func factName(_ name: String) {
        let isFine =
            (1...60).contains(name.utf8.count) && name.utf8.first.map { (0x61...0x7A).contains($0) } == true
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2E
                    || $0 == 0x2D
            }
        guard !isFine else { return }
        fault(
            "fields.\(name.prefix(60))", "is not the name of a fact; use letters, digits, \".\" and \"-\", at most 60")
    }

    /// An instant of another system: neither before its time nor in the future.
    mutating func instant(_ field: String, _ instant: Timestamp) {
        if instant > now.adding(.seconds(300)) {
            fault(field, "\(instant.rfc3339) is in the future; set that system's clock right")
        } else if instant < Self.earliest {
            fault(field, "\(instant.rfc3339) is before 1990; correct it")
        }
    }

    /// Three capital letters.
    mutating func currency(_ field: String, _ code: String) {
        guard code.utf8.count != 3 || !code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { return }
        fault(field, "\"\(code.prefix(10))\" is not a currency; write it like CNY")
    }

    private static let earliest = CivilDate(dayNumber: 7305).startInChina
}
