import Evidence
import Foundation
import Logging
import Notices
import SQL
import Synchronization

/// Room on the disk that is kept for the worst moment: 64 MiB in a file beside the database.
///
/// New work is refused at the floor of ``DiskSpace``. Whatever else fills the disk after that meets this file: it is given
/// up when the database reports that nothing fits any more, and not before, or who fills the disk would fill that too. So
/// outcomes of what is under way, and the fact that the disk is full, still find their place (contract 6). It is made
/// again when the floor is clear.
final class DiskReserve: Sendable {
    /// What became of the file.
    enum Standing: Sendable, Hashable {
        /// It is there.
        case held
        /// It was given up at this time.
        case released(Timestamp)
        /// It could not be made.
        case missing(reason: String)
    }

    /// Its size; thousands of outcomes.
    static let size = 64 << 20

    private let database: String
    private let path: String
    private let clock: any WallClock
    private let logger: Logger
    private let state: Mutex<Standing>

    /// The reserve of an embedded database, not made yet; nil when the database is on another machine.
    init?(beside database: String, clock: any WallClock, logger: Logger) {
        guard let file = DiskSpace.file(of: database) else { return nil }
        self.database = database
        path = file + ".reserve"
        self.clock = clock
        self.logger = logger
        state = Mutex(.missing(reason: "not made yet"))
    }

    /// Makes the file if there is room above the floor, or takes over the one of an earlier run.
    func hold() {
        // Only above the floor, so that making it does not stop new work.
        if isWhole { return state.withLock { $0 = .held } }
        guard let free = DiskSpace.free(beside: database), free.bytes >= free.floor + Self.size else {
            state.withLock { if case .missing = $0 { $0 = .missing(reason: "there is no room for it") } }
            return
        }
        let fault = Self.make(path)
        state.withLock { $0 = fault.map { .missing(reason: $0) } ?? .held }
        if let fault { logger.warning("disk reserve \(path): \(fault)") }
    }

    /// What became of the file.
    var standing: Standing { state.withLock { $0 } }

    /// Gives the room up; true if there was some to give.
    ///
    /// Called by the database's writer when a commit found no room, and then the commit is tried once more.
    func release() -> Bool {
        let now = clock.now
        let wasHeld = state.withLock { state in
            guard state == .held else { return false }
            state = .released(now)
            return true
        }
        guard wasHeld else { return false }
        guard unlink(path) == 0 else {
            logger.critical("disk reserve \(path) cannot be given up: \(String(cString: strerror(errno)))")
            return false
        }
        logger.critical("the disk is full: the reserve of 64 MiB was given up to record what is under way; free space")
        return true
    }

    /// Watches the disk until told to stop; `record` is called once after each release, while there is room for it.
    func run(until stop: StopSignal, record: @Sendable (Timestamp) async throws -> Void) async throws {
        let tick = Poke()
        stop.wakes(tick)
        var recorded: Standing?
        while !stop.isStopped && !Task.isCancelled {
            let standing = standing
            if case .released(let moment) = standing, standing != recorded {
                do {
                    try await record(moment)
                    recorded = standing
                } catch let error as SQLError where error.code == .diskFull {
                    // Somebody else took the room: said again once there is some.
                    logger.error("that the disk is full could not be recorded yet: \(error.reason)")
                }
            }
            if standing != .held { hold() }
            await tick.wait(.seconds(1))
        }
    }

    /// A crash may have left a part of the file.
    private var isWhole: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size == off_t(Self.size)
            && Int(status.st_blocks) * 512 >= Self.size
    }

    /// Makes the file with its blocks, not a hole; returns why not.
    private static func make(_ path: String) -> String? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return "cannot be made: \(String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        let code = posix_fallocate(descriptor, 0, off_t(size))
        guard code == 0, fsync(descriptor) == 0 else {
            let reason = String(cString: strerror(code == 0 ? errno : code))
            unlink(path)
            return "cannot be filled: \(reason)"
        }
        return nil
    }
}

extension DiskReserve.Standing {
    /// For people who read `/readyz`.
    var words: BilingualText {
        switch self {
        case .held: BilingualText(zh: "已预留 64 MiB", en: "the reserve of 64 MiB is held")
        case .released(let moment):
            BilingualText(
                zh: "为记录进行中的投递，预留的 64 MiB 已于 \(moment.rfc3339) 释放",
                en: "the reserve of 64 MiB was given up at \(moment.rfc3339) to record what is under way")
        case .missing(let reason): BilingualText(zh: "没有预留空间：\(reason)", en: "there is no reserve: \(reason)")
        }
    }
}
