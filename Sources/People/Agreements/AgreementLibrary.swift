import Evidence
import Notices

/// All agreement templates, read and checked once at start; immutable afterwards.
///
/// What may never be missing from an agreement stands in `mandatory.yaml`; a text without one of its clauses refuses the
/// whole directory, with file and line, and a published version is never changed.
public struct AgreementLibrary: Sendable {
    private let templates: [String: [Int: AgreementTemplate]]

    /// The file of the clauses that every version of a kind must carry.
    public static let mandatoryFile = "mandatory.yaml"
    private static let files: Set<String> = ["agreement.yaml", "zh-CN.md", "en.md"]

    /// Reads `<kind>/<version>/…`, `mandatory.yaml` and `manifest.yaml` below a directory.
    public init(directory: String) throws(TemplateError) {
        try self.init(files: try TemplateLibrary.read(directory))
    }

    /// Reads templates from texts, given by their paths inside the directory.
    public init(files: [String: String]) throws(TemplateError) {
        let manifest = try TemplateManifest(files: files)
        var faults = manifest.changes(in: files)
        let clauses: [String: [MandatoryClause]]
        do throws(SourceFault) {
            guard let text = files[Self.mandatoryFile] else {
                throw SourceFault(file: Self.mandatoryFile, line: 1, column: 1, reason: "is missing; restore it")
            }
            clauses = try MandatoryClause.read(text, file: Self.mandatoryFile)
        } catch {
            throw TemplateError(faults: faults + [error])
        }
        var templates: [String: [Int: AgreementTemplate]] = [:]
        for (kind, version) in Self.versions(in: files, &faults) {
            let prefix = "\(kind)/\(version)/"
            let own = files.filter { $0.key.hasPrefix(prefix) }
            guard let mandatory = clauses[kind] else {
                faults.append(
                    SourceFault(
                        file: "\(prefix)agreement.yaml", line: 1, column: 1,
                        reason: "\(kind) has no clauses in \(Self.mandatoryFile); write down which it must carry"))
                continue
            }
            do throws(TemplateError) {
                templates[kind, default: [:]][version] = try AgreementTemplate(
                    kind: kind, version: version, files: own, clauses: mandatory,
                    isPublished: manifest.covers(prefix))
            } catch {
                faults += error.faults
            }
        }
        for kind in clauses.keys.sorted() where !files.keys.contains(where: { $0.hasPrefix("\(kind)/") }) {
            faults.append(
                SourceFault(
                    file: Self.mandatoryFile, line: 1, column: 1, reason: "\(kind) has no template; restore it"))
        }
        guard faults.isEmpty else { throw TemplateError(faults: faults) }
        self.templates = templates
    }

    /// The kinds, in alphabetical order.
    public var kinds: [String] { templates.keys.sorted() }

    /// The versions of a kind, oldest first.
    public func versions(of kind: String) -> [Int] { templates[kind].map { $0.keys.sorted() } ?? [] }

    /// One version of a kind, or the newest published one.
    public func template(kind: String, version: Int? = nil) -> AgreementTemplate? {
        guard let versions = templates[kind] else { return nil }
        if let version { return versions[version] }
        return versions.values.filter(\.isPublished).max { $0.version < $1.version }
    }

    /// The versions the paths speak of; a path that fits nowhere is a fault, because its author expects it to count.
    private static func versions(in files: [String: String], _ faults: inout [SourceFault]) -> [(String, Int)] {
        var found: [String: Set<Int>] = [:]
        for path in files.keys.sorted() where path != TemplateManifest.fileName && path != mandatoryFile {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, !parts[0].isEmpty, let version = Int(parts[1]), version > 0,
                parts[1] == String(version), Self.files.contains(parts[2])
            else {
                faults.append(
                    SourceFault(
                        file: path, line: 1, column: 1,
                        reason: "does not belong here; an agreement is <kind>/<version>/ with "
                            + Self.files.sorted().joined(separator: ", ")))
                continue
            }
            found[parts[0], default: []].insert(version)
        }
        return found.sorted { $0.key < $1.key }.flatMap { kind, versions in versions.sorted().map { (kind, $0) } }
    }
}

/// A clause that no version of a kind may lack.
public struct MandatoryClause: Sendable, Hashable {
    /// Names it, for example `clients-are-company-assets`.
    public let id: String
    /// Its exact words.
    public let text: BilingualText

    /// The clauses by kind.
    static func read(_ text: String, file: String) throws(SourceFault) -> [String: [MandatoryClause]] {
        var clauses: [String: [MandatoryClause]] = [:]
        for (kind, node) in try YAMLNode.parse(text, file: file).entries() {
            for (id, words) in try node.entries() {
                clauses[kind, default: []].append(MandatoryClause(id: id, text: try words.bilingual()))
            }
            guard clauses[kind] != nil else { throw node.fault("names no clause; write at least one") }
        }
        return clauses
    }
}
