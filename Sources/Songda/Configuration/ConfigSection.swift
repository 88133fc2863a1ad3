import Yams

/// A mapping of the configuration file that knows which of its keys were asked for.
///
/// A key nobody asked for stops the start: a misspelt option that is silently ignored is how a safety setting gets lost.
struct ConfigSection {
    /// Where it stands, for example `mail.routes[0]`.
    let path: String
    private let values: [String: Node]
    private let marks: [String: Int]

    /// Reads a mapping; an absent one is empty.
    init(_ node: Node?, path: String) throws(ConfigError) {
        self.path = path
        guard let node, node != Node("", Tag(.null)), !node.isNull else {
            values = [:]
            marks = [:]
            return
        }
        guard case .mapping(let mapping) = node else {
            throw ConfigError(
                path, node.scalar?.string, "is not a group of options; indent its options below it", node.mark?.line)
        }
        var values: [String: Node] = [:]
        var marks: [String: Int] = [:]
        for (key, value) in mapping {
            guard let name = key.string else {
                throw ConfigError(path, nil, "has a key that is not a word", key.mark?.line)
            }
            guard values[name] == nil else {
                throw ConfigError(Self.join(path, name), nil, "stands twice; remove one", key.mark?.line)
            }
            values[name] = value
            marks[name] = key.mark?.line
        }
        self.values = values
        self.marks = marks
    }

    /// Refuses keys that are not among the known ones, with the nearest known one as the cure.
    func allow(_ known: Set<String>) throws(ConfigError) {
        for name in values.keys.sorted() where !known.contains(name) {
            let nearest = known.min { Self.distance($0, name) < Self.distance($1, name) }
            let hint = nearest.map { "did you mean \($0)? " } ?? ""
            let list = known.sorted().joined(separator: ", ")
            throw ConfigError(
                Self.join(path, name), nil, "is not an option; \(hint)known here: \(list)", marks[name])
        }
    }

    /// Whether an option stands there, whatever its value.
    func names(_ name: String) -> Bool { values[name] != nil }

    /// A text, or nil.
    func text(_ name: String) throws(ConfigError) -> String? {
        guard let node = values[name], !node.isNull else { return nil }
        guard let text = node.scalar?.string, !text.isEmpty else { throw fault(name, "is not a text") }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw fault(name, "contains a control character; write it on one line")
        }
        return text
    }

    /// A text that must be there.
    func needText(_ name: String) throws(ConfigError) -> String {
        guard let text = try text(name) else { throw fault(name, "is missing") }
        return text
    }

    /// A whole number in a range.
    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(ConfigError) -> Int {
        guard let node = values[name], !node.isNull else { return standard }
        guard let text = node.scalar?.string, let number = Int(text), range.contains(number) else {
            throw fault(name, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A port, 1 to 65535.
    func port(_ name: String, default standard: Int) throws(ConfigError) -> Int {
        guard let node = values[name], !node.isNull else { return standard }
        guard let text = node.scalar?.string, let port = Int(text), (0...65_535).contains(port) else {
            throw fault(name, "is not a port (1–65535, or 0 for any free one)")
        }
        return port
    }

    /// Yes or no.
    func flag(_ name: String, default standard: Bool) throws(ConfigError) -> Bool {
        guard let node = values[name], !node.isNull else { return standard }
        guard let flag = node.bool else { throw fault(name, "is neither true nor false") }
        return flag
    }

    /// One of a few words.
    func choice<T: RawRepresentable & CaseIterable>(_ name: String, default standard: T) throws(ConfigError) -> T
    where T.RawValue == String {
        guard let text = try text(name) else { return standard }
        guard let value = T(rawValue: text) else {
            throw fault(name, "is not one of: \(T.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// A group below this one.
    func section(_ name: String) throws(ConfigError) -> ConfigSection {
        try ConfigSection(values[name], path: Self.join(path, name))
    }

    /// A list of groups.
    func sections(_ name: String) throws(ConfigError) -> [ConfigSection] {
        guard let node = values[name], !node.isNull else { return [] }
        guard case .sequence(let list) = node else { throw fault(name, "is not a list; begin each entry with a dash") }
        var sections: [ConfigSection] = []
        for (index, element) in list.enumerated() {
            sections.append(try ConfigSection(element, path: "\(Self.join(path, name))[\(index)]"))
        }
        return sections
    }

    /// A list of texts.
    func texts(_ name: String) throws(ConfigError) -> [String] {
        guard let node = values[name], !node.isNull else { return [] }
        guard case .sequence(let list) = node else { throw fault(name, "is not a list") }
        var texts: [String] = []
        for element in list {
            guard let text = element.scalar?.string, !text.isEmpty else {
                throw fault(name, "has an entry that is no text")
            }
            texts.append(text)
        }
        return texts
    }

    /// A mapping of names to texts.
    func textMap(_ name: String) throws(ConfigError) -> [String: String] {
        let section = try section(name)
        var map: [String: String] = [:]
        for key in section.values.keys { map[key] = try section.needText(key) }
        return map
    }

    /// An error at one of its options.
    func fault(_ name: String, _ reason: String) -> ConfigError {
        ConfigError(Self.join(path, name), values[name]?.scalar?.string, reason, marks[name])
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// How many letters differ; enough to find a misspelt neighbour.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (left == right ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[b.count]
    }
}

extension Node {
    fileprivate var isNull: Bool {
        scalar.map { $0.tag.description == Tag.Name.null.rawValue || $0.string.isEmpty || $0.string == "~" } ?? false
    }
}

/// Why a configuration was refused: the option, the value, the cure, the line.
struct ConfigError: Error, CustomStringConvertible {
    let option: String
    let value: String?
    let reason: String
    let line: Int?

    init(_ option: String, _ value: String?, _ reason: String, _ line: Int?) {
        self.option = option
        self.value = value
        self.reason = reason
        self.line = line
    }

    /// One sentence.
    var description: String {
        let shown = value.map { ": \"\($0.prefix(60))\"" } ?? ""
        let place = line.map { " (line \($0))" } ?? ""
        return "config \(option.isEmpty ? "file" : option)\(shown) \(reason)\(place)"
    }
}
