import Evidence
import Foundation
import TestSupport

/// A folder with a copy of the shipped rules, of which a test changes one file.
struct RuleFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "songda-rules-\(SecureRandom.uuid())"
        try FileManager.default.copyItem(atPath: TestResources.root + "/config/rules", toPath: path)
    }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + file), options: .atomic)
    }

    func remove() {
        // A folder that stays behind harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }
}
