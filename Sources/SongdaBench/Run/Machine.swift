import Evidence
import Foundation
import Glibc

/// The machine a run was made on, because a figure without it cannot be compared.
struct Machine: Codable {
    var host: String
    var kernel: String
    var cores: Int
    var processor: String
    var memoryMiB: Int
    var startedAt: String

    init() {
        var names = utsname()
        uname(&names)
        host = ProcessInfo.processInfo.hostName
        kernel = withUnsafeBytes(of: &names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        cores = ProcessInfo.processInfo.activeProcessorCount
        memoryMiB = Int(ProcessInfo.processInfo.physicalMemory >> 20)
        processor = Self.processor
        startedAt = SystemClock().now.rfc3339
    }

    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line.flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) } ?? "?"
    }

    /// The load now, as the kernel writes it.
    static var load: String {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? "?"
        return text.split(separator: " ").prefix(3).joined(separator: " ")
    }
}

/// How fast the disk confirms writes at this moment.
///
/// On a shared host this swings by tens; two legs are comparable only if the disk was the same for both.
enum SyncProbe {
    /// Overwrites 4 KiB and calls fdatasync for a second; returns how many a second.
    static func run(in directory: String) throws -> Double {
        let start = ContinuousClock.now
        let times = try latencies(in: directory, for: .seconds(1))
        return Double(times.count) / (ContinuousClock.now - start).inSeconds
    }

    /// The same for a span; returns how many seconds each took.
    static func latencies(in directory: String, for span: Duration) throws -> [Double] {
        let path = directory + "/probe"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BenchError("\(path) cannot be written; choose another --directory") }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 0x5A, count: 4096)
        let start = ContinuousClock.now
        var times: [Double] = []
        while ContinuousClock.now - start < span {
            let begun = ContinuousClock.now
            guard pwrite(file, block, block.count, off_t(times.count % 256) * 4096) == block.count, fdatasync(file) == 0
            else {
                throw BenchError("\(path): writing failed; look at the disk")
            }
            times.append((ContinuousClock.now - begun).inSeconds)
        }
        return times
    }
}

extension Duration {
    /// The span in seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
