import Yams

/// One node of a YAML file that is read strictly: an unknown key, a wrong type or an anchor is a fault with its place.
///
/// Rules and templates are data that people write; whatever reads them begins here, so that every refusal names its line.
public struct YAMLNode {
    let node: Node
    let file: String
    let path: String

    /// The largest file that is read; rules and field lists are small, anything larger is a mistake or an attack.
    public static let sizeLimit = 256 * 1024

    /// Reads a file's text.
    public static func parse(_ text: String, file: String) throws(SourceFault) -> YAMLNode {
        guard text.utf8.count <= sizeLimit else {
            throw SourceFault(
                file: file, line: 1, column: 1,
                reason: "is \(text.utf8.count) bytes; the limit is \(sizeLimit), split it")
        }
        let root: Node?
        do {
            // Nodes hold their anchors weakly; they are gone with the parser, so they are looked for while it lives.
            let parser = try Parser(yaml: text)
            root = try parser.singleRoot()
            let anchored = withExtendedLifetime(parser) { root?.firstAnchored }
            if let anchored {
                throw SourceFault(
                    file: file, line: anchored.mark?.line ?? 1, column: anchored.mark?.column ?? 1,
                    reason: "anchors and aliases are not allowed; write the value out")
            }
        } catch let fault as SourceFault {
            throw fault
        } catch let fault as YamlError {
            throw Self.fault(fault, file: file)
        } catch {
            throw SourceFault(file: file, line: 1, column: 1, reason: "is not YAML: \(error)")
        }
        guard let root else { throw SourceFault(file: file, line: 1, column: 1, reason: "is empty") }
        return YAMLNode(node: root, file: file, path: "")
    }

    private static func fault(_ error: YamlError, file: String) -> SourceFault {
        func at(_ mark: Mark, _ reason: String) -> SourceFault {
            SourceFault(file: file, line: mark.line, column: mark.column, reason: "is not YAML: \(reason)")
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return at(context.mark, "the key \(duplicates.sorted().joined(separator: ", ")) stands twice; keep one")
        default:
            return SourceFault(file: file, line: 1, column: 1, reason: "is not YAML: \(error)")
        }
    }

    /// A fault at this node.
    public func fault(_ reason: String) -> SourceFault {
        SourceFault(
            file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1,
            reason: path.isEmpty ? reason : "\(path): \(reason)")
    }

    private func child(_ node: Node, _ name: String) -> YAMLNode {
        YAMLNode(node: node, file: file, path: path.isEmpty ? name : "\(path).\(name)")
    }

    /// The entries in file order.
    public func entries() throws(SourceFault) -> [(key: String, value: YAMLNode)] {
        guard case .mapping(let mapping) = node else { throw fault("must be a mapping (key: value)") }
        var result: [(key: String, value: YAMLNode)] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else { throw fault("a key must be plain text") }
            result.append((scalar.string, child(value, scalar.string)))
        }
        return result
    }

    /// The entries, all of whose keys must be known.
    public func object(_ known: Set<String>) throws(SourceFault) -> [String: YAMLNode] {
        var result: [String: YAMLNode] = [:]
        for (key, value) in try entries() {
            guard known.contains(key) else {
                throw value.fault("unknown key; known here: \(known.sorted().joined(separator: ", "))")
            }
            result[key] = value
        }
        return result
    }

    /// The elements of a list.
    public func elements() throws(SourceFault) -> [YAMLNode] {
        guard case .sequence(let sequence) = node else { throw fault("must be a list [ … ]") }
        var result: [YAMLNode] = []
        for (index, element) in sequence.enumerated() { result.append(child(element, String(index))) }
        return result
    }

    /// The text of a scalar as written, without YAML's guesses about its type.
    public func string() throws(SourceFault) -> String {
        guard case .scalar(let scalar) = node else { throw fault("must be a text") }
        guard !scalar.string.isEmpty else { throw fault("must not be empty") }
        return scalar.string
    }

    /// The texts of a list.
    public func strings() throws(SourceFault) -> [String] {
        var result: [String] = []
        for element in try elements() { result.append(try element.string()) }
        return result
    }

    /// A whole number.
    public func integer() throws(SourceFault) -> Int {
        let text = try string()
        guard let value = Int(text) else { throw fault("\(text.shortened) is not a whole number") }
        return value
    }

    /// `true` or `false`.
    public func flag() throws(SourceFault) -> Bool {
        switch try string() {
        case "true": return true
        case "false": return false
        case let other: throw fault("\(other.shortened) is neither true nor false")
        }
    }

    /// Whether it is a list.
    public var isSequence: Bool {
        if case .sequence = node { return true }
        return false
    }

    /// A day, `yyyy-MM-dd`.
    public func date() throws(SourceFault) -> CivilDate {
        let text = try string()
        guard let date = CivilDate(text) else {
            throw fault("\(text.shortened) is not a day; write it like 2026-01-01")
        }
        return date
    }

    /// The elements of a list that must not be empty, each read by `read`.
    public func each<Value>(
        _ read: (YAMLNode) throws(SourceFault) -> Value
    ) throws(SourceFault) -> [Value] {
        var values: [Value] = []
        for element in try elements() { values.append(try read(element)) }
        guard !values.isEmpty else { throw fault("must not be empty") }
        return values
    }

    /// One of the raw values of an enumeration.
    public func choice<Value: RawRepresentable & CaseIterable>(_: Value.Type) throws(SourceFault) -> Value
    where Value.RawValue == String {
        let text = try string()
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault("\(text.shortened) is not one of: \(known)")
        }
        return value
    }

    /// `{zh: …, en: …}`, both required.
    public func bilingual() throws(SourceFault) -> BilingualText {
        let object = try object(["zh", "en"])
        guard let zh = object["zh"], let en = object["en"] else { throw fault("needs both zh and en") }
        return BilingualText(zh: try zh.string(), en: try en.string())
    }
}

extension [String: YAMLNode] {
    /// The value of a key that must be there; `node` is the mapping they came from.
    public func need(_ key: String, _ node: YAMLNode) throws(SourceFault) -> YAMLNode {
        guard let value = self[key] else { throw node.fault("\(key) is missing") }
        return value
    }
}

extension Node {
    /// The first node that bears an anchor: it would let a small file grow without limit, and hide what a line says.
    fileprivate var firstAnchored: Node? {
        if anchor != nil { return self }
        switch self {
        case .scalar: return nil
        case .alias: return self
        case .mapping(let mapping):
            for (key, value) in mapping {
                if let found = key.firstAnchored ?? value.firstAnchored { return found }
            }
            return nil
        case .sequence(let sequence):
            for element in sequence {
                if let found = element.firstAnchored { return found }
            }
            return nil
        }
    }
}
