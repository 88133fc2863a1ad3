import Evidence

/// The hashes of every published template file.
///
/// A published version is what earlier notices were rendered from, so it never changes: a correction is a new version.
public struct TemplateManifest: Sendable, Hashable {
    /// The manifest's place in the template directory.
    public static let fileName = "manifest.yaml"

    /// SHA-256 by path.
    public let published: [String: Digest]

    /// Reads the manifest among template files; without one, nothing is published.
    public init(files: [String: String]) throws(TemplateError) {
        guard let text = files[Self.fileName] else {
            published = [:]
            return
        }
        do throws(SourceFault) {
            let root = try YAMLNode.parse(text, file: Self.fileName)
            guard let list = try root.object(["published"])["published"] else {
                throw root.fault("published is missing")
            }
            var digests: [String: Digest] = [:]
            for (path, node) in try list.entries() {
                guard let digest = Digest(hex: try node.string()) else {
                    throw node.fault("is not 64 hexadecimal digits")
                }
                digests[path] = digest
            }
            published = digests
        } catch {
            throw TemplateError(faults: [error])
        }
    }

    /// Every published file that is gone or differs, and every file that was added to a published version.
    public func changes(in files: [String: String]) -> [SourceFault] {
        func fault(_ path: String, _ what: String) -> SourceFault {
            SourceFault(
                file: path, line: 1, column: 1,
                reason: "\(what) after publication; restore it and make the change in a new version")
        }
        var faults: [SourceFault] = []
        for path in published.keys.sorted() {
            guard let text = files[path] else {
                faults.append(fault(path, "was removed"))
                continue
            }
            if SHA256.hash(Array(text.utf8)) != published[path] { faults.append(fault(path, "was changed")) }
        }
        let versions = Set(published.keys.compactMap(Self.version))
        for path in files.keys.sorted() where published[path] == nil {
            if let version = Self.version(of: path), versions.contains(version) {
                faults.append(fault(path, "was added"))
            }
        }
        return faults
    }

    /// Whether the files of a version (`kind/1/`) are published.
    public func covers(_ prefix: String) -> Bool { published.keys.contains { $0.hasPrefix(prefix) } }

    /// The text of a manifest that publishes every template among the files.
    public static func text(publishing files: [String: String]) -> String {
        let lines = files.keys.filter { $0 != fileName }.sorted().map { path in
            "  \(path): \(SHA256.hash(Array((files[path] ?? "").utf8)).hex)\n"
        }
        return
            "# SHA-256 of every published template file. A published file never changes; a correction is a new version.\n"
            + "published:\n" + lines.joined()
    }

    /// The hash of a version: over the canonical JSON of its files' hashes, so that it can be recomputed with simple tools.
    public static func hash(_ files: [String: String]) -> Digest {
        let hashes = files.mapValues { JSONValue.string(SHA256.hash(Array($0.utf8)).hex) }
        return SHA256.hash(JSONValue.object(hashes).canonicalBytes)
    }

    private static func version(of path: String) -> String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? "\(parts[0])/\(parts[1])" : nil
    }
}
