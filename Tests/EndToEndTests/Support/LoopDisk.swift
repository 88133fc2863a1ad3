import Foundation
import Glibc
import TestSupport
import Testing

/// A file system of its own in a file, which a test slows down, breaks, or takes the power from.
struct LoopDisk: Sendable {
    /// Where it is mounted.
    let directory: String
    private let image: String
    private let options: String

    /// Whether one can be made here: root, loop devices, and the tools for ext4.
    static let works: Bool = {
        let tools = ["/usr/sbin/mkfs.ext4", "/usr/sbin/e2fsck", "/usr/sbin/losetup"]
        return geteuid() == 0 && access("/dev/loop-control", W_OK) == 0 && tools.allSatisfy { access($0, X_OK) == 0 }
    }()

    /// Lends a fresh disk and removes it, whatever happens; the body ends every process that it starts on it.
    static func with(options: String = "noatime", _ body: (LoopDisk) async throws -> Void) async throws {
        let directory = try TemporaryDirectory.make("songda-loop")
        let disk = LoopDisk(directory: directory + "/disk", image: directory + "/disk.img", options: options)
        do {
            // Above the floor of 512 MiB under which nothing new is taken; a sparse file holds what is written and no more.
            try await run(["/usr/bin/truncate", "-s", "1G", disk.image])
            try await run(["/usr/sbin/mkfs.ext4", "-q", "-m", "0", disk.image])
            try FileManager.default.createDirectory(atPath: disk.directory, withIntermediateDirectories: false)
            try await disk.mount()
            try await body(disk)
            try await disk.unmount()
        } catch {
            // Perhaps it was never mounted, or is out already: what went wrong first is what the test has to say.
            try? await run(["/bin/umount", "--lazy", disk.directory])
            try? FileManager.default.removeItem(atPath: directory)
            throw error
        }
        try FileManager.default.removeItem(atPath: directory)
    }

    private func mount() async throws {
        try await Self.run(["/bin/mount", "-o", "loop,\(options)", image, directory])
    }

    private func unmount() async throws { try await Self.run(["/bin/umount", directory]) }

    /// Takes it out, mends it as at a boot, and puts it in again; nobody may have a file of it open.
    func reboot() async throws {
        try await unmount()
        // 1 says that something was mended.
        let check = try await Program.run(["/usr/sbin/e2fsck", "-fy", image], in: "/")
        guard check.code < 4 else { throw TestSupportError("e2fsck: \(check.said)") }
        try await mount()
    }

    /// Cuts the power: whatever was not made durable is gone, the journal's own memory included.
    ///
    /// The file system is shut down without a flush (EXT4_IOC_SHUTDOWN, flag 2); nothing can be written any more.
    func cutPower() async throws {
        let script = """
            import fcntl, os, struct, sys
            fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
            """
        try await Self.run(["python3", "-c", script, directory])
    }

    /// Reports a fault of the file system to itself; mounted with `errors=remount-ro`, it takes no more writes.
    func becomeReadOnly() async throws {
        try tellKernel("a test", at: "/sys/fs/ext4/\(try await device)/trigger_fs_error")
    }

    /// The numbers of its block device, as a control group names it.
    var deviceNumbers: String {
        get async throws {
            try String(contentsOfFile: "/sys/block/\(try await device)/dev", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private var device: String {
        get async throws {
            let list = try await Program.run(["/usr/sbin/losetup", "-j", image], in: "/").out
            guard let name = list.split(separator: ":").first?.split(separator: "/").last else {
                throw TestSupportError("\(image) has no loop device: \(list)")
            }
            return String(name)
        }
    }

    private static func run(_ words: [String]) async throws {
        let ending = try await Program.run(words, in: "/")
        guard ending.code == 0 else { throw TestSupportError("\(words.joined(separator: " ")): \(ending.said)") }
    }
}

/// A control group whose processes may write to one disk so many times a second.
struct SlowDiskGroup {
    private static let root = "/sys/fs/cgroup/blkio"
    private let path: String

    /// Whether such a group can be made here.
    static var works: Bool { LoopDisk.works && access("\(root)/blkio.throttle.write_iops_device", W_OK) == 0 }

    /// Lends a group and takes it away, whatever happens, with every process that was started in it.
    static func with(
        device: String, writesPerSecond: Int, _ body: (SlowDiskGroup) async throws -> Void
    ) async throws {
        let group = try SlowDiskGroup(device: device, writesPerSecond: writesPerSecond)
        do {
            try await body(group)
            try await group.remove()
        } catch {
            // A group that stays harms no other test; what went wrong first is what the test has to say.
            try? await group.remove()
            throw error
        }
    }

    private init(device: String, writesPerSecond: Int) throws {
        path = "\(Self.root)/songda-\(getpid())"
        guard mkdir(path, 0o755) == 0 else { throw TestSupportError("\(path): \(String(cString: strerror(errno)))") }
        try tellKernel("\(device) \(writesPerSecond)", at: "\(path)/blkio.throttle.write_iops_device")
    }

    /// The words before a program that lives in the group.
    var words: [String] { ["/bin/sh", "-c", "echo $$ > '\(path)/cgroup.procs' && exec \"$@\"", "sh"] }

    /// A group goes only when it is empty, so whatever still lives in it is ended first.
    private func remove() async throws {
        try await eventually("\(path) to be empty") {
            if rmdir(path) == 0 || errno == ENOENT { return true }
            // Unreadable means gone; then the next turn sees it.
            let left = (try? String(contentsOfFile: "\(path)/cgroup.procs", encoding: .utf8)) ?? ""
            for process in left.split(separator: "\n").compactMap({ pid_t($0) }) { kill(process, SIGKILL) }
            return false
        }
    }
}

/// Writes a line to a file of the kernel, in one piece and without making or cutting the file first.
private func tellKernel(_ line: String, at path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TestSupportError("\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let bytes = Array("\(line)\n".utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
        throw TestSupportError("\(path): \(String(cString: strerror(errno)))")
    }
}
