import Foundation

@testable import Evidence

/// One run of the shell check that travels in a bundle, with stock tools only.
struct ScriptRun {
    let status: Int32
    let output: String
    var isSound: Bool { status == 0 }

    /// Unpacks the members into a fresh folder and runs the script found there, or our own copy of it over them.
    ///
    /// - Parameter machine: a root in the machine's own trust store, as openssl finds it there.
    init(
        _ members: [(name: String, bytes: [UInt8])], roots: Certificate?, fromElsewhere isOurs: Bool = false,
        machine: Certificate? = nil
    ) throws {
        try self.init(members, rootsFile: roots.map { Array($0.pem.utf8) }, fromElsewhere: isOurs, machine: machine)
    }

    /// The same with a file of roots that may hold anything.
    init(
        _ members: [(name: String, bytes: [UInt8])], rootsFile roots: [UInt8]?, fromElsewhere isOurs: Bool = false,
        machine: Certificate? = nil
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
            try Data(roots).write(to: file)
            arguments.append(file.path)
            if isOurs { arguments.append(folder.appendingPathComponent("b").path) }
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = arguments
        if let machine {
            let store = folder.appendingPathComponent("store")
            try FileManager.default.createDirectory(at: store, withIntermediateDirectories: true)
            try Data(machine.pem.utf8).write(to: store.appendingPathComponent("root.pem"))
            let hashing = Process()
            hashing.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
            hashing.arguments = ["rehash", store.path]
            try hashing.run()
            hashing.waitUntilExit()
            process.environment = ProcessInfo.processInfo.environment.merging(["SSL_CERT_DIR": store.path]) { $1 }
        }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}
