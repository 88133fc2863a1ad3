import Foundation

/// What the kernel tells of a process under `/proc`.
struct ProcessStatus {
    /// This process.
    static let own = ProcessStatus(directory: "/proc/self")
    private let directory: String

    private init(directory: String) { self.directory = directory }

    /// Another process of ours.
    init(id: Int32) { directory = "/proc/\(id)" }

    /// A line of `status` that is an amount of memory: `VmRSS`, `VmHWM`, `RssAnon`.
    func mebibytes(_ name: String) throws -> Double { Double(try value(name, in: "status")) / 1024 }

    /// The bytes that it has handed to `write` and its like, those of the checkpoints it has made included; what goes out by `send`
    /// is not among them.
    var writtenBytes: Int { get throws { try value("wchar", in: "io") } }

    /// The bytes of the cached pages that it has made dirty.
    ///
    /// Where a file's pages are cached in folios of many, the kernel counts all of them for each (Linux 6.18, ext4).
    var dirtiedBytes: Int { get throws { try value("write_bytes", in: "io") } }

    /// The bytes that were fetched from the disk for it; what the kernel had in memory is not among them.
    var fetchedBytes: Int { get throws { try value("read_bytes", in: "io") } }

    /// Forgets the most memory it had, so that `VmHWM` is that of what follows.
    func forgetPeak() throws { try "5".write(toFile: directory + "/clear_refs", atomically: false, encoding: .utf8) }

    private func value(_ name: String, in file: String) throws -> Int {
        let path = "\(directory)/\(file)"
        guard let value = Self.value(of: name, in: try String(contentsOfFile: path, encoding: .utf8)) else {
            throw BenchError("\(path) has no \(name); the kernel is older than 4.0 or not Linux")
        }
        return value
    }

    /// The first number after `name:` in a file of such lines.
    static func value(of name: String, in text: String) -> Int? {
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
        return line?.dropFirst(name.count + 1).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }
}
