import Evidence

/// Names one version of a template by kind, number and the hash of its files.
public struct TemplateReference: Sendable, Hashable {
    /// The kind, for example `dismissal`.
    public let kind: String
    /// The version, counted from 1.
    public let version: Int
    /// SHA-256 over the canonical JSON that maps each file's path to its SHA-256.
    public let hash: Digest

    /// Names a version.
    public init(kind: String, version: Int, hash: Digest) {
        self.kind = kind
        self.version = version
        self.hash = hash
    }
}

/// One version of a kind of notice: its fields, its settings and its compiled texts in every language.
public struct NoticeTemplate: Sendable {
    /// Which version this is.
    public let reference: TemplateReference
    /// Whether it is listed in the manifest, and so can never change again.
    public let isPublished: Bool
    /// How its notices are treated.
    public let settings: KindSettings
    /// Its fields, in the order of the file.
    public let fields: [FieldDefinition]
    let texts: [NoticeLanguage: CompiledTexts]

    /// Whether a notice of this kind may say what harms its recipient when others read it.
    public var isSensitive: Bool { fields.contains { $0.personalData == .sensitive } }

    /// Values that fit, for previews and tests: the examples of the required fields, given an option per choice.
    ///
    /// The fields are walked in order, so that a choice is made before the fields that depend on it.
    public func exampleValues(_ language: NoticeLanguage, choosing chosen: [String: String] = [:]) -> [String:
        JSONValue]
    {
        var values: [String: JSONValue] = [:]
        var choices: [String: String] = [:]
        for field in fields where field.isRequired(for: choices) {
            var value = field.example[language] ?? .null
            if field.type == .choice, let option = chosen[field.name] { value = .string(option) }
            values[field.name] = value
            if case .string(let text) = value, field.type == .choice { choices[field.name] = text }
        }
        return values
    }

    /// The texts of one language, ready to be filled.
    struct CompiledTexts: Sendable {
        let document: NoticeText
        let email: NoticeText
        let sms: NoticeText
        let subject: NoticeText
        let inbox: NoticeText
    }
}

extension NoticeTemplate {
    private static let ownKeys: Set<String> = ["kind", "version", "subject", "inbox", "fields"]

    /// Reads and checks one version out of its files, given by their paths inside the version's folder.
    init(kind: String, version: Int, files: [String: String], hash: Digest, isPublished: Bool) throws(TemplateError) {
        let folder = "\(kind)/\(version)"
        let file = "\(folder)/fields.yaml"
        guard let source = files["fields.yaml"] else {
            throw TemplateError(faults: [SourceFault(file: file, line: 1, column: 1, reason: "is missing")])
        }
        let root: YAMLNode
        let object: [String: YAMLNode]
        let settings: KindSettings
        let fields: [FieldDefinition]
        do throws(SourceFault) {
            root = try YAMLNode.parse(source, file: file)
            object = try root.object(Self.ownKeys.union(KindSettings.keys))
            settings = try KindSettings(object, root: root)
            fields = try Self.readFields(object, root)
            try Self.checkIdentity(object, root, kind, version)
            try Self.checkReferences(object, root, settings, fields)
        } catch {
            throw TemplateError(faults: [error])
        }
        var compiler = TextCompiler(folder: folder, files: files, fields: fields)
        var texts: [NoticeLanguage: CompiledTexts] = [:]
        for language in NoticeLanguage.allCases {
            texts[language] = compiler.compile(language, subject: object["subject"], inbox: object["inbox"], root: root)
        }
        guard compiler.faults.isEmpty else { throw TemplateError(faults: compiler.faults) }
        reference = TemplateReference(kind: kind, version: version, hash: hash)
        self.isPublished = isPublished
        self.settings = settings
        self.fields = fields
        self.texts = texts
    }

    private static func readFields(_ object: [String: YAMLNode], _ root: YAMLNode) throws(SourceFault)
        -> [FieldDefinition]
    {
        guard let node = object["fields"] else { throw root.fault("fields is missing") }
        return try FieldDefinition.list(node)
    }

    private static func checkIdentity(
        _ object: [String: YAMLNode], _ root: YAMLNode, _ kind: String, _ version: Int
    ) throws(SourceFault) {
        guard let kindNode = object["kind"], let versionNode = object["version"] else {
            throw root.fault("kind and version are missing")
        }
        guard try kindNode.string() == kind, try versionNode.integer() == version else {
            throw kindNode.fault("kind and version must be those of the folder, \(kind) and \(version)")
        }
    }

    /// Conditions and origins must name fields that exist, or a rule would silently never apply.
    private static func checkReferences(
        _ object: [String: YAMLNode], _ root: YAMLNode, _ settings: KindSettings, _ fields: [FieldDefinition]
    ) throws(SourceFault) {
        let byName = Dictionary(fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var conditions = settings.deadlines.flatMap(\.when) + settings.legalBasis.flatMap(\.when)
        var origins = settings.deadlines.map(\.origin)
        for field in fields {
            conditions += field.requiredWhen + field.onlyWhen + field.dateRules.flatMap(\.when)
            origins += field.dateRules.map(\.origin)
        }
        for condition in conditions {
            for (name, accepted) in condition.values {
                guard let field = byName[name], field.type == FieldType.choice else {
                    throw root.fault("a condition names \(name.shortened), which is not a choice field")
                }
                let known = Set(field.options.map(\.id))
                if let stranger = accepted.subtracting(known).min() {
                    throw root.fault("a condition names \(stranger.shortened), which is not an option of \(name)")
                }
            }
        }
        for origin in origins {
            guard origin == SystemField.issueDate.rawValue || byName[origin]?.type == .date else {
                throw root.fault("days are counted from \(origin.shortened), which is not a date field or issueDate")
            }
        }
    }
}
