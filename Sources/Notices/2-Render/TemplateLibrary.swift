import Evidence
import Foundation
import Mustache

/// All notice templates, read and checked once at start; immutable afterwards.
///
/// A directory with a single fault is refused as a whole: a gateway that starts without one of its kinds would find out
/// when the notice is due.
public struct TemplateLibrary: Sendable {
    private let templates: [String: [Int: NoticeTemplate]]

    /// Reads `<kind>/<version>/…` and `manifest.yaml` below a directory.
    public init(directory: String) throws(TemplateError) {
        try self.init(files: try Self.read(directory))
    }

    /// Reads templates from texts, given by their paths inside the template directory.
    public init(files: [String: String]) throws(TemplateError) {
        try Self.prepareContentTypes()
        let manifest = try TemplateManifest(files: files)
        var faults = manifest.changes(in: files)
        var templates: [String: [Int: NoticeTemplate]] = [:]
        for (kind, version) in Self.versions(in: files, &faults) {
            let prefix = "\(kind)/\(version)/"
            let own = files.filter { $0.key.hasPrefix(prefix) }
            let relative = Dictionary(
                own.map { (String($0.key.dropFirst(prefix.count)), $0.value) }, uniquingKeysWith: { first, _ in first })
            do throws(TemplateError) {
                templates[kind, default: [:]][version] = try NoticeTemplate(
                    kind: kind, version: version, files: relative, hash: TemplateManifest.hash(own),
                    isPublished: manifest.covers(prefix))
            } catch {
                faults += error.faults
            }
        }
        if templates.isEmpty, faults.isEmpty {
            faults.append(
                SourceFault(
                    file: TemplateManifest.fileName, line: 1, column: 1, reason: "stands alone: there is no template"))
        }
        guard faults.isEmpty else { throw TemplateError(faults: faults) }
        self.templates = templates
    }

    /// The kinds, in alphabetical order.
    public var kinds: [String] { templates.keys.sorted() }

    /// The versions of a kind, oldest first.
    public func versions(of kind: String) -> [Int] { templates[kind].map { $0.keys.sorted() } ?? [] }

    /// One version of a kind, or the newest published one when no version is named.
    public func template(kind: String, version: Int? = nil) -> NoticeTemplate? {
        guard let versions = templates[kind] else { return nil }
        if let version { return versions[version] }
        return versions.values.filter(\.isPublished).max { $0.reference.version < $1.reference.version }
    }

    // MARK: Reading

    private static let textFiles: Set<String> = [
        "fields.yaml", "zh-CN/notice.md", "zh-CN/sms.txt", "zh-CN/email.md", "en/notice.md", "en/sms.txt",
        "en/email.md",
    ]

    /// The versions the paths speak of; a path that fits nowhere is a fault, because its author expects it to count.
    private static func versions(in files: [String: String], _ faults: inout [SourceFault]) -> [(String, Int)] {
        var found: Set<String> = []
        for path in files.keys.sorted() where path != TemplateManifest.fileName {
            let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, FieldDefinition.isOptionName(parts[0]), let version = Int(parts[1]), version > 0,
                parts[1] == String(version), textFiles.contains(parts[2])
            else {
                faults.append(
                    SourceFault(
                        file: path, line: 1, column: 1,
                        reason: "does not belong here; a template is <kind>/<version>/ with "
                            + textFiles.sorted().joined(separator: ", ")))
                continue
            }
            found.insert("\(parts[0])/\(version)")
        }
        return found.sorted().compactMap { entry in
            let parts = entry.split(separator: "/")
            return Int(parts[1]).map { (String(parts[0]), $0) }
        }
    }

    /// The texts below a directory of templates by their paths; a file that is no text refuses the directory.
    public static func read(_ directory: String) throws(TemplateError) -> [String: String] {
        func refuse(_ file: String, _ reason: String) -> TemplateError {
            TemplateError(faults: [SourceFault(file: file, line: 1, column: 1, reason: reason)])
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isFolder), isFolder.boolValue,
            let walk = FileManager.default.enumerator(atPath: directory)
        else {
            throw refuse(directory, "is not a readable directory; set the path of the templates")
        }
        var files: [String: String] = [:]
        while let path = walk.nextObject() as? String {
            let full = "\(directory)/\(path)"
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory) else {
                throw refuse(path, "leads nowhere; remove the link")
            }
            if isDirectory.boolValue { continue }
            guard let data = FileManager.default.contents(atPath: full) else { throw refuse(path, "cannot be read") }
            guard data.count <= YAMLNode.sizeLimit else {
                throw refuse(path, "is larger than \(YAMLNode.sizeLimit) bytes")
            }
            guard let text = String(validating: data, as: UTF8.self) else {
                throw refuse(path, "is not UTF-8; save it as UTF-8")
            }
            files[path] = text
        }
        return files
    }

    // MARK: Content types

    /// Makes our escapers known to Mustache and proves that they are the ones in use.
    ///
    /// The library keeps them in a table of the process. The proof is a value that its own escaper lets through.
    static func prepareContentTypes() throws(TemplateError) {
        MustacheContentTypes.register(MarkdownContent(), named: MarkdownContent.name)
        MustacheContentTypes.register(LineContent(), named: LineContent.name)
        let probe = FieldView("\"\u{301}<b>\u{1B}")
        for (name, expected) in [
            (MarkdownContent.name, "\\\"\u{301}\\<b\\> "), (LineContent.name, "\"\u{301}<b> "),
        ] {
            let text = try? MustacheTemplate(string: "{{% CONTENT_TYPE:\(name)}}\n{{x}}").render(["x": probe])
            // nil means that the pragma is unknown, which is the same failure.
            guard text?.unicodeScalars.elementsEqual(expected.unicodeScalars) == true else {
                throw TemplateError(faults: [
                    SourceFault(
                        file: name, line: 1, column: 1, reason: "another escaper was registered under this name")
                ])
            }
        }
    }
}
