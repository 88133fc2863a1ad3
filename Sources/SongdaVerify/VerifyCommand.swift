import ArgumentParser
import Evidence
import Foundation

/// Checks a proof bundle on a machine that has never seen the system it came from.
@main
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "songda-verify",
        abstract: "Checks proof bundles (.asice) offline / 离线核验证据包",
        discussion: """
            Prints one line a check; the last line is the verdict. The exit status is 0 if every check of every bundle \
            holds, 1 if one does not, 3 if all hold but no roots were given, and 64 if the command line is wrong.

            Without --trust the root certificates inside the bundle are used: that shows that the bundle agrees with \
            itself, not whose it is, and the verdict is ISSUER NOT ESTABLISHED.
            """)

    @Argument(help: "The bundles to check.")
    var bundles: [String] = []

    @Flag(help: "Print the check for stock tools (sh, openssl) that bundles carry: run as sh FILE roots.pem DIRECTORY.")
    var script = false

    @Option(help: "Root certificates you trust, as PEM.")
    var trust: String?

    @Option(name: .customLong("log-key"), help: "The log's key you know (name+hash+key); may be given several times.")
    var logKeys: [String] = []

    @Flag(help: "Print the report as JSON, one line a bundle.")
    var json = false

    @Option(help: "The language of the report; en without it.")
    var language: VerificationReport.Language?

    // The name that was here first.
    @Option(help: .hidden)
    var lang: VerificationReport.Language?

    func validate() throws {
        guard script == bundles.isEmpty else {
            throw ValidationError(
                script ? "--script prints the script and checks nothing; run it by itself" : "name the bundles to check"
            )
        }
    }

    func run() throws {
        if script { return print(BundleScript.text, terminator: "") }
        let verifier = BundleVerifier(trust: try readTrust(), now: SystemClock().now)
        var (isSound, isEstablished) = (true, true)
        for path in bundles {
            let report = verifier.verify(try read(path, limit: 1 << 30))
            isSound = isSound && report.verdict != .notSound
            isEstablished = isEstablished && report.verdict != .issuerNotEstablished
            if json {
                print(report.json.canonicalText)
            } else {
                if bundles.count > 1 { print("== \(path)") }
                print(report.text(language ?? lang ?? .english), terminator: "")
            }
        }
        if !isSound { throw ExitCode(1) }
        if !isEstablished { throw ExitCode(3) }
    }

    private func readTrust() throws -> BundleVerifier.Trust {
        var trusted = BundleVerifier.Trust()
        do {
            if let path = trust {
                let pem = String(decoding: try read(path, limit: 16 << 20), as: UTF8.self)
                trusted.roots = try Certificate.all(pem: pem, origin: path)
            }
            if !logKeys.isEmpty { trusted.logKeys = try logKeys.map { try NoteKey(parsing: $0) } }
        } catch let error as EvidenceError {
            throw ValidationError(error.reason)
        }
        return trusted
    }

    private func read(_ path: String, limit: Int) throws -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ValidationError("\(path): no such file, or it may not be read")
        }
        defer { try? file.close() }  // read only: nothing can be lost
        let data: Data?
        do {
            data = try file.read(upToCount: limit + 1)
        } catch {
            throw ValidationError("\(path): not readable as a file")
        }
        let bytes = [UInt8](data ?? Data())
        guard bytes.count <= limit else { throw ValidationError("\(path): larger than \(limit >> 20) MiB") }
        return bytes
    }
}

extension VerificationReport.Language: ExpressibleByArgument {
    /// What may be written after `--language`.
    public init?(argument: String) { self.init(named: argument) }

    /// What a refusal of something else lists.
    public static var allValueStrings: [String] { allCases.map(\.name) }
}
