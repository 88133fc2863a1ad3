import ArgumentParser
import Console
import Evidence
import Foundation

extension Accounts {
    /// `songda accounts code`.
    struct Code: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the codes that authenticators show now.",
            discussion: """
                Each file holds one address otpauth://totp/…, as `songda accounts add` shows it, and is readable by its \
                owner only. For trying things out: whoever keeps it beside the password has one factor, not two.
                """)
        @OptionGroup var output: OutputOptions
        @Argument(help: "Files, or directories with files named *.otpauth.")
        var paths: [String] = ["var/demo/accounts"]

        func run() throws {
            let now = SystemClock().now
            let shown = try paths.flatMap(Self.files).map { file in
                let uri: String
                do throws(SecretFile.Fault) { uri = try SecretFile.read(file) } catch {
                    throw Failure("\(file) \(error)")
                }
                do throws(Authenticator.Fault) { return try Authenticator(uri: uri) } catch {
                    throw Failure("\(file) holds no authenticator: \(error.description)")
                }
            }.map { ($0.login, $0.code(at: now)) }
            let width = shown.map(\.0.count).max() ?? 0
            output.show(
                .array(
                    shown.map {
                        .object([
                            "login": .string($0.0), "code": .string($0.1.code),
                            "seconds": .integer(Int64($0.1.seconds)),
                        ])
                    }),
                text: shown.map { login, code in
                    "\(login.padding(toLength: width, withPad: " ", startingAt: 0))  \(code.code)  (\(code.seconds) s left)"
                }.joined(separator: "\n"))
        }

        private static func files(_ path: String) throws -> [String] {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                throw Failure("\(path) is not there; name a file, or start the demo with `make run`")
            }
            guard isDirectory.boolValue else { return [path] }
            let files = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".otpauth") }
            guard !files.isEmpty else { throw Failure("\(path) holds no file named *.otpauth") }
            return files.sorted().map { "\(path)/\($0)" }
        }
    }
}
