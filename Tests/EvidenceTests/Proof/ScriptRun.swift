import Foundation

@testable import Evidence

/// One run of the shell check that travels in a bundle, with stock tools only.
struct ScriptRun {
    let status: Int32
    let output: String
    var isSound: Bool { status == 0 }

    /// Unpacks the members into a fresh folder and runs the script found there, or our own copy of it over them.
    init(
        _ members: [(name: String, bytes: [UInt8])], roots: Certificate?, fromElsewhere isOurs: Bool = false
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bundle-\(SecureRandom.uuid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        for member in members {
            let file = folder.appendingPathComponent("b/" + member.name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(member.bytes).write(to: file)
        }
        let script = folder.appendingPathComponent(isOurs ? "ours.sh" : "b/verify.sh")
        if isOurs { try Data(BundleScript.text.utf8).write(to: script) }
        // The script itself comes from the program: a bundle whose script was altered must not judge itself.
        guard (try? Data(contentsOf: script)) == Data(BundleScript.text.utf8) else {
            (status, output) = (1, "the script was altered")
            return
        }
        var arguments = [script.path]
        if let roots {
            let file = folder.appendingPathComponent("roots.pem")
            try Data(roots.pem.utf8).write(to: file)
            arguments.append(file.path)
            if isOurs { arguments.append(folder.appendingPathComponent("b").path) }
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}
