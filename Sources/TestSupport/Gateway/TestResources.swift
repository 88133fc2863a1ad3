import Foundation
import Notices
import People
import Typeset

/// What is read from the repository: templates, rules, fonts.
///
/// Read once; no test changes it.
public enum TestResources {
    /// The root of the repository, upwards from this file, so that tests run in any checkout.
    ///
    /// `SONGDA_ROOT` names it where the sources were copied elsewhere.
    public static let root: String = {
        if let named = ProcessInfo.processInfo.environment["SONGDA_ROOT"] { return named }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path + "/templates/notices") {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }()

    private static let library = Result { try TemplateLibrary(directory: root + "/templates/notices") }
    private static let rules = Result {
        let path = root + "/config/rules/service-law.yaml"
        return try ServiceLaw(yaml: String(contentsOfFile: path, encoding: .utf8), file: path)
    }
    private static let press = Result {
        let fonts = ProcessInfo.processInfo.environment["SONGDA_FONTS"] ?? root + "/var/fonts"
        return try PDFTypesetter(fonts: FontSet.locate(directory: fonts))
    }

    /// The shipped templates.
    public static func templates() throws -> TemplateLibrary { try library.get() }
    /// The shipped rules.
    public static func law() throws -> ServiceLaw { try rules.get() }
    /// The shipped agreements and the rules beside them.
    public static func papers(signing: SignatureDesk) throws -> Papers {
        try Papers(templates: root + "/templates/agreements", rules: root + "/config/rules", signing: signing) {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
    }
    /// A text file of the repository.
    public static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }
    /// The typesetter, with the fonts of `SONGDA_FONTS` or `var/fonts`.
    public static func typesetter() throws -> PDFTypesetter { try press.get() }
}
