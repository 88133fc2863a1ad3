import Evidence
import Foundation

/// Names one run of one process so that another can tell whether it is still there.
///
/// A process id means something only to a process that sees the same ids: of the same run of the same kernel, in the same
/// container. Two containers may well share a host name.
struct ProcessIdentity: Sendable, Equatable {
    let host: String
    /// The running kernel and the space of process ids; empty where they cannot be read.
    let realm: String
    let process: Int32
    /// Another run of the same process id is another holder.
    let run: String
    /// Whether it rehearses.
    let isRehearsal: Bool

    /// This process, in a run of its own.
    init(isRehearsal: Bool = false) {
        host = ProcessInfo.processInfo.hostName.replacing(Self.mark, with: "-")
        realm = Self.realm
        process = getpid()
        run = Hex.encode(SecureRandom.bytes(6))
        self.isRehearsal = isRehearsal
    }

    init(host: String, realm: String, process: Int32, run: String, isRehearsal: Bool = false) {
        self.host = host
        self.realm = realm
        self.process = process
        self.run = run
        self.isRehearsal = isRehearsal
    }

    /// Reads back ``text``; nil when it is not of this form.
    init?(_ text: String) {
        let parts = text.split(separator: Self.mark, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, let process = Int32(parts[2]) else { return nil }
        self.init(
            host: parts[0], realm: parts[1], process: process, run: parts[3], isRehearsal: parts[4] == Self.rehearses)
    }

    /// The form in which it is stored.
    var text: String {
        [host, realm, String(process), run, isRehearsal ? Self.rehearses : "meant"].joined(separator: Self.mark)
    }

    /// For people.
    var sentence: String { "process \(process) on \(host)" }

    /// True only if it is certain: the process was one that we could see, and there is none.
    var isGone: Bool {
        !realm.isEmpty && realm == Self.realm && kill(process, 0) != 0 && errno == ESRCH
    }

    private static let mark = "|"
    private static let rehearses = "rehearsal"

    /// What tells apart process ids of this kernel and container from all others.
    static let realm: String = {
        guard let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8),
            let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        else { return "" }
        return boot.filter { !$0.isWhitespace } + " " + space
    }()
}
