import ArgumentParser
import Evidence
import Foundation

/// `songda doctor`: looks at everything a start needs and says how to cure what is wrong.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check configuration, addresses, keys, seals, templates, rules, routes, database, log, web hooks, backups, disk.",
        discussion: """
            Exits 1 on a fault. What the configuration, the keys and the database would make a start refuse is a fault
            here, and so are a seal that cannot seal and a log that this installation's keys did not sign; a port, a lock
            or an instance name that another process holds is seen only at the start. Nothing is changed. A note is no
            fault: it says what will be missing.
            """)

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let findings: [Examination.Finding]
        do {
            findings = await Examination(configuration: try source.read(), clock: SystemClock()).findings()
        } catch {
            // Whatever else could be said would be about defaults that nobody chose.
            findings = [.init(name: "configuration", fault: "\(error); nothing else was checked")]
        }
        output.show(.array(findings.map(\.json)), text: findings.map(\.text).joined(separator: "\n"))
        if findings.contains(where: { $0.fault != nil }) { throw ExitCode(1) }
    }
}

extension Examination.Finding {
    /// One line a finding, its notes below.
    fileprivate var text: String {
        let line = "\(fault == nil ? "ok   " : "FAULT") \(name)\(fault.map { ": \($0)" } ?? "")"
        return ([line] + notes.map { "note  \(name): \($0)" }).joined(separator: "\n")
    }

    fileprivate var json: JSONValue {
        .object([
            "check": .string(name), "ok": .bool(fault == nil), "fault": fault.map { .string($0) } ?? .null,
            "notes": .array(notes.map { .string($0) }),
        ])
    }
}
