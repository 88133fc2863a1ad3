import Evidence
import Notices

/// One version of a kind of agreement: its fields and its text in both languages.
public struct AgreementTemplate: Sendable {
    /// The kind, for example `non-compete`.
    public let kind: String
    /// The version, counted from 1.
    public let version: Int
    /// SHA-256 over the hashes of its files.
    public let hash: Digest
    /// Whether it is listed in the manifest, and so can never change again; only such a version is offered.
    public let isPublished: Bool
    /// Its title.
    public let title: BilingualText
    /// What weighs on the rights and duties of the person, told before they sign.
    public let keyTerms: [NoticeLanguage: [String]]
    /// The clauses that it carries and may not lack.
    public let clauses: [MandatoryClause]
    /// Its fields, in the order of the file.
    public let fields: [FieldDefinition]
    private let texts: [NoticeLanguage: DocumentTemplate]

    /// Reads and checks one version out of its files, given by their whole paths.
    init(
        kind: String, version: Int, files: [String: String], clauses: [MandatoryClause], isPublished: Bool
    ) throws(TemplateError) {
        let file = "\(kind)/\(version)/agreement.yaml"
        do throws(SourceFault) {
            guard let source = files[file] else {
                throw SourceFault(file: file, line: 1, column: 1, reason: "is missing; restore it")
            }
            let root = try YAMLNode.parse(source, file: file)
            let object = try root.object(["kind", "version", "title", "key-terms", "fields"])
            let (kindNode, versionNode) = (try object.need("kind", root), try object.need("version", root))
            guard try kindNode.string() == kind, try versionNode.integer() == version else {
                throw kindNode.fault("kind and version must be those of the folder, \(kind) and \(version)")
            }
            title = try object.need("title", root).bilingual()
            let terms = try object.need("key-terms", root)
            let languages = try terms.object(["zh", "en"])
            keyTerms = [
                .chinese: try languages.need("zh", terms).strings(),
                .english: try languages.need("en", terms).strings(),
            ]
            fields = try FieldDefinition.list(try object.need("fields", root))
        } catch {
            throw TemplateError(faults: [error])
        }
        var texts: [NoticeLanguage: DocumentTemplate] = [:]
        var faults: [SourceFault] = []
        for language in NoticeLanguage.allCases {
            let path = "\(kind)/\(version)/\(language.rawValue).md"
            guard let text = files[path] else {
                faults.append(SourceFault(file: path, line: 1, column: 1, reason: "is missing; restore it"))
                continue
            }
            for clause in clauses {
                if let fault = Self.absence(of: clause.id, clause.text.text(language), in: text, file: path) {
                    faults.append(fault)
                }
            }
            do throws(TemplateError) {
                texts[language] = try DocumentTemplate(text, file: path, fields: fields)
            } catch {
                faults += error.faults
            }
        }
        guard faults.isEmpty else { throw TemplateError(faults: faults) }
        self.texts = texts
        self.kind = kind
        self.version = version
        self.clauses = clauses
        self.isPublished = isPublished
        hash = TemplateManifest.hash(files)
    }

    /// Fills the agreement; every fault of the values is listed at once.
    public func fill(
        _ values: [String: JSONValue], language: NoticeLanguage, context: RenderContext
    ) throws(RenderFailure) -> (markdown: String, values: JSONValue) {
        guard let text = texts[language] else { preconditionFailure("both languages were read") }
        return try text.fill(values, language: language, context: context)
    }

    /// What is wrong when a clause does not stand in a text as a paragraph of its own, outside every section.
    ///
    /// The fault names the line that resembles the clause most, which is the one that was changed, or else the last.
    private static func absence(of id: String, _ words: String, in text: String, file: String) -> SourceFault? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var depth = 0
        var hidden: Int?
        for (index, line) in lines.enumerated() {
            let isFree =
                (index == 0 || lines[index - 1].isEmpty) && (index + 1 == lines.count || lines[index + 1].isEmpty)
            if line == words, isFree {
                if depth == 0 { return nil }
                hidden = index
            }
            depth += line.count(of: "{{#") + line.count(of: "{{^") - line.count(of: "{{/")
        }
        if let hidden {
            return SourceFault(
                file: file, line: hidden + 1, column: 1,
                reason: "the mandatory clause \(id) stands in a section that can be left out; move it out of there")
        }
        let likest = lines.indices.max { shared(lines[$0], words) < shared(lines[$1], words) }
        let isNear = likest.map { shared(lines[$0], words) * 4 >= words.unicodeScalars.count } ?? false
        return SourceFault(
            file: file, line: isNear ? (likest ?? 0) + 1 : max(1, lines.count), column: 1,
            reason: "the mandatory clause \(id) \(isNear ? "was changed" : "is missing"); it must stand here as a "
                + "paragraph of its own: \(words)")
    }

    /// How many scalars two texts share at their beginnings and ends.
    private static func shared(_ a: String, _ b: String) -> Int {
        let (x, y) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        let front = zip(x, y).prefix { $0 == $1 }.count
        return front + zip(x.reversed(), y.reversed()).prefix { $0 == $1 }.count
    }
}

extension String {
    /// How often a mark stands in a text.
    fileprivate func count(of mark: String) -> Int {
        split(separator: mark, omittingEmptySubsequences: false).count - 1
    }
}
