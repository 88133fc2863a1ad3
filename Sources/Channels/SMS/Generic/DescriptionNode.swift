import Evidence
import Yams

/// One node of a gateway description, read strictly; faults name file, line and key.
struct DescriptionNode {
    let node: Node
    let file: String
    let path: String

    static func parse(_ text: String, file: String) throws(SMSError) -> DescriptionNode {
        guard text.utf8.count <= 64 << 10 else {
            throw SMSError(
                .configuration, "\(file) has \(text.utf8.count) bytes; a gateway description has at most 65536")
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw SMSError(.configuration, "\(file) is empty; describe the gateway or remove the file")
            }
            return DescriptionNode(node: node, file: file, path: "")
        } catch let error as SMSError {
            throw error
        } catch {
            throw SMSError(.configuration, "\(file) is not YAML: \(error)")
        }
    }

    func fault(_ text: String) -> SMSError {
        let line = node.mark.map { ":\($0.line)" } ?? ""
        return SMSError(.configuration, "\(file)\(line): \(path.isEmpty ? "the description" : path) \(text)")
    }

    /// The entries in order.
    func entries() throws(SMSError) -> [(key: String, value: DescriptionNode)] {
        guard case .mapping(let mapping) = node else { throw fault("must be a mapping, key: value") }
        var entries: [(key: String, value: DescriptionNode)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { throw fault("has a key that is not a word") }
            entries.append(
                (name, DescriptionNode(node: value, file: file, path: path.isEmpty ? name : "\(path).\(name)")))
        }
        return entries
    }

    /// The entries by name; refuses a key that is not in `known`.
    func members(_ known: Set<String>) throws(SMSError) -> [String: DescriptionNode] {
        var members: [String: DescriptionNode] = [:]
        for (key, value) in try entries() {
            guard known.contains(key) else {
                throw value.fault("is not known here; known are \(known.sorted().joined(separator: ", "))")
            }
            members[key] = value
        }
        return members
    }

    func text() throws(SMSError) -> String {
        guard case .scalar(let scalar) = node else { throw fault("must be a text") }
        return scalar.string
    }

    func integer(_ range: ClosedRange<Int>) throws(SMSError) -> Int {
        let text = try text()
        guard let number = Int(text), range.contains(number) else {
            throw fault(
                "\(SMSError.quoted(text)) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag() throws(SMSError) -> Bool {
        switch try text() {
        case "true": return true
        case "false": return false
        case let other: throw fault("\(SMSError.quoted(other)) is neither true nor false")
        }
    }

    func choice<Choice: RawRepresentable>(
        _: Choice.Type, _ all: [Choice]
    ) throws(SMSError) -> Choice where Choice.RawValue == String {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            throw fault("\(SMSError.quoted(text)) is not one of \(all.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func texts() throws(SMSError) -> [String] {
        guard case .sequence(let sequence) = node else { return [try text()] }
        var texts: [String] = []
        for element in sequence {
            texts.append(try DescriptionNode(node: element, file: file, path: path).text())
        }
        return texts
    }

    func placeholders(also extra: Set<String> = []) throws(SMSError) -> PlaceholderText {
        let text = try text()
        guard let parsed = PlaceholderText(text) else { throw fault("has {{ without }}") }
        for name in parsed.names where !PlaceholderText.known.contains(name) && !extra.contains(name) {
            guard name.hasPrefix("secret.") || name.hasPrefix("setting.") else {
                throw fault(
                    "uses {{\(name)}}, which is not known; known are secret.…, setting.…, "
                        + PlaceholderText.known.union(extra).sorted().joined(separator: ", "))
            }
        }
        return parsed
    }

    func fields() throws(SMSError) -> [GatewayDescription.Field] {
        var fields: [GatewayDescription.Field] = []
        for (key, value) in try entries() {
            fields.append(GatewayDescription.Field(name: key, value: try value.placeholders()))
        }
        return fields
    }

    func jsonTemplate() throws(SMSError) -> GatewayDescription.JSONTemplate {
        switch node {
        case .mapping:
            var members: [String: GatewayDescription.JSONTemplate] = [:]
            for (key, value) in try entries() { members[key] = try value.jsonTemplate() }
            return .object(members)
        case .sequence(let sequence):
            var elements: [GatewayDescription.JSONTemplate] = []
            for element in sequence {
                elements.append(try DescriptionNode(node: element, file: file, path: path).jsonTemplate())
            }
            return .array(elements)
        case .scalar(let scalar):
            // Only a plain word is a number or a truth value; anything in quotes is the text it looks like.
            if scalar.style == .plain {
                switch scalar.string {
                case "true", "false": return .literal(.bool(scalar.string == "true"))
                case "null", "~": return .literal(.null)
                default: if let number = Int64(scalar.string) { return .literal(.integer(number)) }
                }
            }
            return .text(try placeholders())
        case .alias: throw fault("is a YAML alias; write the value out")
        }
    }
}
