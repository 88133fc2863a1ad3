import Evidence
import Notices

/// Who is offered which agreements, and how the non-compete clock runs: `config/rules/agreements.yaml`.
public struct AgreementRules: Sendable, Hashable {
    /// The first day of hire from which onboarding waits for signatures.
    public let hiredFrom: CivilDate
    /// The sets, in the order of the file.
    public let sets: [AgreementSet]
    /// Days to read and sign.
    public let signWithinDays: Int
    /// The non-compete clock.
    public let nonCompete: NonCompeteRules

    /// The agreements for positions.
    public struct AgreementSet: Sendable, Hashable {
        /// Patterns of positions; `*` stands for anything.
        public let positions: [String]
        /// What is offered.
        public let agreements: [Entry]
    }

    /// One agreement of a set.
    public struct Entry: Sendable, Hashable {
        /// The kind.
        public let kind: String
        /// Whether onboarding waits for it.
        public let isMandatory: Bool
        /// Values of its fields; the position is filled in from the roster.
        public let values: [String: JSONValue]
    }

    /// How long a non-compete may run, when it is endangered, when HR is reminded.
    public struct NonCompeteRules: Sendable, Hashable {
        /// The longest term.
        public let maximumMonths: Int
        /// The article that says so.
        public let source: String
        /// After how many unpaid months the person may end it.
        public let unpaidMonths: Int
        /// The article that says so.
        public let unpaidSource: String
        /// Days before the end on which HR is reminded, the farthest first.
        public let reminderDays: [Int]
        /// What is to be checked.
        public let checks: [Check]
    }

    /// A check after somebody left.
    public struct Check: Sendable, Hashable {
        /// Names it.
        public let id: String
        /// What to do.
        public let text: BilingualText
    }

    /// What somebody in this position is offered; a kind that several sets name is mandatory if one of them says so.
    public func agreements(for position: String) -> [Entry] {
        var found: [Entry] = []
        for set in sets where set.positions.contains(where: { Self.fits(position, $0) }) {
            for entry in set.agreements {
                if let index = found.firstIndex(where: { $0.kind == entry.kind }) {
                    if entry.isMandatory { found[index] = entry }
                } else {
                    found.append(entry)
                }
            }
        }
        return found
    }

    /// Whether a text fits a pattern in which `*` stands for anything.
    static func fits(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
        var rest = Array(text.unicodeScalars)[...]
        guard let first = parts.first, let last = parts.last, rest.starts(with: first) else { return false }
        if parts.count == 1 { return rest.count == first.count }
        rest = rest.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
            rest = rest[(place + part.count)...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }
}

extension AgreementRules {
    /// Reads the rules strictly against the library: a set that names a kind nobody wrote is refused here, not on the day
    /// somebody is hired.
    public init(yaml: String, file: String, library: AgreementLibrary) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object(["id", "version", "hired-from", "sets", "sign-within-days", "non-compete"])
        _ = try object.need("id", root).string()
        _ = try object.need("version", root).integer()
        hiredFrom = try object.need("hired-from", root).date()
        sets = try object.need("sets", root).each { node throws(SourceFault) in
            let object = try node.object(["positions", "agreements"])
            return AgreementSet(
                positions: try object.need("positions", node).strings(),
                agreements: try object.need("agreements", node).each { node throws(SourceFault) in
                    try Entry(node, library)
                })
        }
        signWithinDays = try Self.number(object, root, "sign-within-days", 1...90)
        nonCompete = try NonCompeteRules(try object.need("non-compete", root))
    }

    fileprivate static func number(
        _ object: [String: YAMLNode], _ node: YAMLNode, _ key: String, _ range: ClosedRange<Int>
    ) throws(SourceFault) -> Int {
        let value = try object.need(key, node)
        let number = try value.integer()
        guard range.contains(number) else {
            throw value.fault("\(number) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

extension AgreementRules.Entry {
    fileprivate init(_ node: YAMLNode, _ library: AgreementLibrary) throws(SourceFault) {
        let object = try node.object(["kind", "mandatory", "values"])
        let name = try object.need("kind", node)
        kind = try name.string()
        guard let template = library.template(kind: kind) else {
            throw name.fault("\(kind) is no published agreement; there are \(library.kinds.joined(separator: ", "))")
        }
        isMandatory = try object.need("mandatory", node).flag()
        var values: [String: JSONValue] = [:]
        for (field, value) in try object["values"]?.entries() ?? [] {
            guard template.fields.contains(where: { $0.name == field }) else {
                throw value.fault(
                    "\(kind) has no field \(field); it has \(template.fields.map(\.name).joined(separator: ", "))")
            }
            values[field] =
                value.isSequence
                ? .array(try value.strings().map { .string($0) }) : .string(try value.string())
        }
        self.values = values
    }
}

extension AgreementRules.NonCompeteRules {
    fileprivate init(_ node: YAMLNode) throws(SourceFault) {
        let object = try node.object([
            "maximum-months", "source", "unpaid-months", "unpaid-source", "reminder-days", "checks",
        ])
        // Longer terms do not bind anybody, whatever a rule file says.
        maximumMonths = try AgreementRules.number(object, node, "maximum-months", 1...24)
        source = try object.need("source", node).string()
        unpaidMonths = try AgreementRules.number(object, node, "unpaid-months", 1...3)
        unpaidSource = try object.need("unpaid-source", node).string()
        let days = try object.need("reminder-days", node)
        reminderDays = try days.each { node throws(SourceFault) in try node.integer() }.sorted(by: >)
        guard reminderDays.allSatisfy({ (0...730).contains($0) }), Set(reminderDays).count == reminderDays.count else {
            throw days.fault("days are from 0 to 730, none twice")
        }
        checks = try object.need("checks", node).each { node throws(SourceFault) in
            let object = try node.object(["id", "zh", "en"])
            return AgreementRules.Check(
                id: try object.need("id", node).string(),
                text: BilingualText(
                    zh: try object.need("zh", node).string(), en: try object.need("en", node).string()))
        }
    }
}
