import Evidence
import Mustache

/// One Markdown document with fields, for what is typeset and sealed beside notices: agreements above all.
///
/// It is linted and filled exactly like the document of a notice: a value cannot break out of its place, and nothing that
/// is missing prints as nothing.
public struct DocumentTemplate: Sendable {
    /// Its fields, in the order of the file.
    public let fields: [FieldDefinition]
    private let mustache: MustacheTemplate

    /// Lints and compiles a text.
    ///
    /// - Parameter file: the name that faults bear.
    public init(_ text: String, file: String, fields: [FieldDefinition]) throws(TemplateError) {
        try TemplateLibrary.prepareContentTypes()
        var lint = TemplateLint(file: file, surface: .document, fields: fields)
        lint.check(text)
        guard lint.faults.isEmpty else { throw TemplateError(faults: lint.faults) }
        do {
            // The lint refuses pragmas, so this one holds for the whole text.
            mustache = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(MarkdownContent.name)}}\n" + text)
        } catch {
            throw TemplateError(faults: [
                SourceFault(file: file, line: 1, column: 1, reason: "is not a template: \(error)")
            ])
        }
        self.fields = fields
    }

    /// Fills the document; every fault of the values is listed at once.
    ///
    /// - Returns: the Markdown, and the values as canonical JSON holds them.
    public func fill(
        _ values: [String: JSONValue], language: NoticeLanguage, context: RenderContext
    ) throws(RenderFailure) -> (markdown: String, values: JSONValue) {
        let checked = try FieldValues(checking: values, fields: fields, issueDate: context.issueDate)
        var view = checked.values.mapValues { $0.view(language) }
        for field in SystemField.allCases { view[field.rawValue] = FieldView(context.text(field, language)) }
        return (mustache.render(view), checked.snapshot)
    }
}

extension FieldDefinition {
    /// Reads `fields:` of a template file.
    public static func list(_ node: YAMLNode) throws(SourceFault) -> [FieldDefinition] {
        var fields: [FieldDefinition] = []
        for (name, field) in try node.entries() { fields.append(try FieldDefinition(name: name, field)) }
        guard fields.count <= 60 else { throw node.fault("more than 60 fields; nobody fills in that form") }
        return fields
    }
}
