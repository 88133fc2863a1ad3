import Foundation
import Notices

/// The shipped templates in a directory of their own, with the measured kind beside them under a name of its own.
enum TemplateCopy {
    static let kind = "bench-contact-change"

    /// Copies them; returns the directory of the notices, beside which the agreements lie.
    ///
    /// - Parameter others: other files than those of the measured kind.
    static func make(
        in directory: String, root: String, publishing others: [String: String]? = nil
    ) throws -> String {
        let copy = directory + "/templates"
        try FileManager.default.copyItem(atPath: root + "/templates", toPath: copy)
        let notices = copy + "/notices"
        let files = others ?? BenchTemplate.files(kind: kind, by: [.email])
        for (path, text) in files {
            let file = URL(fileURLWithPath: "\(notices)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        // What is not published cannot be issued: its lines go below those of the others.
        let manifest = "\(notices)/\(TemplateManifest.fileName)"
        let published = try String(contentsOfFile: manifest, encoding: .utf8)
        let lines = TemplateManifest.text(publishing: files).split(separator: "\n").filter { $0.hasPrefix("  ") }
        try (published + lines.joined(separator: "\n") + "\n").write(
            toFile: manifest, atomically: true, encoding: .utf8)
        return notices
    }
}
