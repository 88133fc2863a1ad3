import Foundation
import SQL
import TestSupport
import Testing

/// Makes system calls of one thread fail, by attaching strace to it; no other thread of the process notices.
struct FaultInjector {
    private let strace: Process

    /// True where strace is installed and may attach to us.
    static let isAvailable: Bool = {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else { return false }
        let scope = try? String(contentsOfFile: "/proc/sys/kernel/yama/ptrace_scope", encoding: .utf8)
        return geteuid() == 0 || scope == nil || scope?.first == "0"
    }()

    init(_ fault: String, thread: Int) async throws {
        strace = Process()
        strace.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
        strace.arguments = ["-q", "-p", "\(thread)", "-e", "trace=fdatasync,fsync", "-e", "inject=\(fault)"]
        strace.standardInput = FileHandle.nullDevice
        strace.standardOutput = FileHandle.nullDevice
        strace.standardError = FileHandle.nullDevice
        try strace.run()
        while try Self.tracer(of: thread) == "0", strace.isRunning { await Task.yield() }
        guard strace.isRunning else { throw TestSupportError("strace could not attach to thread \(thread)") }
    }

    /// Lets go of the thread.
    func stop() {
        // Not SIGTERM: a child of one of our threads has inherited that thread's mask, which blocks it.
        kill(strace.processIdentifier, SIGKILL)
        strace.waitUntilExit()
    }

    private static func tracer(of thread: Int) throws -> String? {
        let status = try String(contentsOfFile: "/proc/self/task/\(thread)/status", encoding: .utf8)
        return status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }?.split(separator: "\t").last.map(
            String.init)
    }
}

@Suite(.enabled(if: FaultInjector.isAvailable, "needs strace and the right to attach it")) struct SQLiteDiskFaultTests {
    static func withEntries(_ body: (SQLiteDatabase, Int, String) async throws -> Void) async throws {
        try await SQLiteFileTests.withFile { path in
            let database = try SQLiteDatabase(path: path)
            let thread = try await database.write { transaction in
                try transaction.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, body BLOB)")
                // "…/task/N": the number of the thread that writes.
                let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
                return try #require(link.split(separator: "/").last.flatMap { Int($0) })
            }
            try await body(database, thread, path)
        }
    }

    @Test func `F12: an EIO at the sync of a commit is fatal until a restart`() async throws {
        try await Self.withEntries { database, thread, path in
            try await SQLiteFileTests.insert(1, into: database)
            let injector = try await FaultInjector("fdatasync,fsync:error=EIO:when=1", thread: thread)
            let failure = await #expect(throws: SQLError.self) { try await SQLiteFileTests.insert(2, into: database) }
            injector.stop()
            #expect(failure?.code == .ioError)
            #expect(failure?.reason.contains("restart") == true)
            // The disk works again, and still nothing may be written: the kernel may have dropped what it failed to keep.
            let later = await #expect(throws: SQLError.self) { try await SQLiteFileTests.insert(3, into: database) }
            #expect(later?.code == .ioError)
            let seen = try await SQLiteFileTests.ids(database)
            #expect(seen == [1])
            await database.close()

            let restarted = try SQLiteDatabase(path: path)
            try await SQLiteFileTests.insert(4, into: restarted)
            let ids = try await SQLiteFileTests.ids(restarted)
            // Number 2 was neither acknowledged nor refused for certain; 1 and 4 were acknowledged, 3 was refused.
            #expect(ids == [1, 4] || ids == [1, 2, 4])
            await restarted.close()
        }
    }

    @Test func `F12: an EIO at the sync of a checkpoint is fatal too, and loses nothing acknowledged`() async throws {
        try await Self.withEntries { database, thread, path in
            // Commits sync the log only; with every tenth sync and later failing, the checkpoint's own is hit as well.
            let injector = try await FaultInjector("fdatasync,fsync:error=EIO:when=9+", thread: thread)
            var acknowledged: [Int] = []
            let body = [UInt8](repeating: 1, count: 1_000_000)
            for id in 1...20 {
                do {
                    try await database.write {
                        try $0.execute("INSERT INTO entries (id, body) VALUES (\(id), \(body))")
                    }
                    acknowledged.append(id)
                } catch let error as SQLError {
                    #expect(error.code == .ioError)
                }
            }
            injector.stop()
            #expect(acknowledged.count < 9)
            await database.close()
            let restarted = try SQLiteDatabase(path: path)
            let ids = try await SQLiteFileTests.ids(restarted)
            #expect(Set(ids).isSuperset(of: acknowledged))
            let check = try await restarted.read { try $0.first("PRAGMA integrity_check")?.get(0, as: String.self) }
            #expect(check == "ok")
            await restarted.close()
        }
    }
}
