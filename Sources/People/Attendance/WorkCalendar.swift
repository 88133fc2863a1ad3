import Foundation
import Notices

/// The working days of one year, as the yearly notice of the State Council sets them.
///
/// Data, not code: the notice for a year appears only in the November before it.
public struct WorkCalendar: Sendable, Hashable {
    /// The year.
    public let year: Int
    /// The version of the file.
    public let version: Int
    /// The notice it was taken from.
    public let source: String
    /// What deviates from the week: true is a day off, false a worked day of a weekend.
    private let exceptions: [CivilDate: Bool]

    /// Reads a calendar file strictly; a day that stands twice or in another year is refused with its line.
    public init(yaml: String, file: String) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object(["year", "version", "source", "off", "work"])
        let year = try object.need("year", root).integer()
        guard (1990...2200).contains(year) else { throw try object.need("year", root).fault("\(year) is no year") }
        version = try object.need("version", root).integer()
        source = try object.need("source", root).string()
        var exceptions: [CivilDate: Bool] = [:]
        func add(_ day: CivilDate, isOff: Bool, _ node: YAMLNode) throws(SourceFault) {
            guard day.parts.year == year else { throw node.fault("\(day) is not in \(year)") }
            guard exceptions.updateValue(isOff, forKey: day) == nil else {
                throw node.fault("\(day) stands twice; keep one")
            }
        }
        for node in try object.need("off", root).elements() {
            let part = try node.object(["name", "from", "to"])
            let (from, to) = (try part.need("from", node).date(), try part.need("to", node).date())
            _ = try part.need("name", node).string()
            guard from <= to, to.dayNumber - from.dayNumber < 31 else {
                throw node.fault("from \(from) to \(to) is no holiday; turn it round or cut it")
            }
            for number in from.dayNumber...to.dayNumber {
                try add(CivilDate(dayNumber: number), isOff: true, node)
            }
        }
        for node in try object.need("work", root).elements() { try add(try node.date(), isOff: false, node) }
        self.year = year
        self.exceptions = exceptions
    }

    /// Whether a day of this year is worked.
    public func isWorkday(_ day: CivilDate) -> Bool {
        if let isOff = exceptions[day] { return !isOff }
        return day.isWeekday
    }
}

/// The calendars that are known; a day of another year is unknown, and nothing is guessed about it.
public struct WorkCalendars: Sendable, Hashable {
    private let years: [Int: WorkCalendar]

    /// Gathers calendars.
    public init(_ calendars: [WorkCalendar]) {
        years = Dictionary(calendars.map { ($0.year, $0) }) { a, b in a.version >= b.version ? a : b }
    }

    /// Reads every `.yaml` file of a directory; a file with a fault refuses them all, so that no year is half right.
    public init(directory: String) throws { self = try Self.calendars(Self.texts(in: directory)) }

    /// Every `.yaml` file of a directory as it is, by name.
    static func texts(in directory: String) throws -> [String: [UInt8]] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw PeopleError(.unavailable, "calendars \"\(directory)\" cannot be read; set the path of the calendars")
        }
        var texts: [String: [UInt8]] = [:]
        for name in names where name.hasSuffix(".yaml") {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else {
                throw PeopleError(.unavailable, "calendar \(name) cannot be read; look at its owner and mode")
            }
            texts[name] = [UInt8](data)
        }
        return texts
    }

    /// The calendars that these files hold.
    static func calendars(_ texts: [String: [UInt8]]) throws -> WorkCalendars {
        WorkCalendars(
            try texts.sorted { $0.key < $1.key }.map { name, bytes in
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw PeopleError(.unavailable, "calendar \(name) cannot be read as UTF-8; save it as UTF-8")
                }
                return try WorkCalendar(yaml: text, file: name)
            })
    }

    /// Whether a day is worked; nil when nobody has said yet.
    public func isWorkday(_ day: CivilDate) -> Bool? { years[day.parts.year]?.isWorkday(day) }

    /// The years that are known, with their sources.
    public var known: [WorkCalendar] { years.values.sorted { $0.year < $1.year } }
}

extension CivilDate {
    /// Monday to Friday; 1970-01-01 was a Thursday.
    var isWeekday: Bool {
        let weekday = ((dayNumber + 3) % 7 + 7) % 7
        return weekday < 5
    }
}
