import Foundation

/// Gives memory back that only the start needed.
///
/// The kernel maps sixteen pages around each page of code that is touched, so that a start leaves most of the program mapped
/// though it ran once; and mapped code is what a system short of memory takes back last. What is called again is mapped
/// again from the page cache, at the price of one soft fault.
enum StartMemory {
    /// Lets go of all code; to be called once, when the server serves.
    static func giveBack() {
        // Nothing but a saving: where there is no /proc, nothing is saved.
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
        for line in maps.split(separator: "\n") {
            guard let code = codeRange(line) else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: code.lowerBound), code.count, MADV_DONTNEED)
        }
    }

    /// The addresses of a mapping of code from a file; such pages are clean copies of the file, as nobody can write to them.
    static func codeRange(_ line: Substring) -> Range<UInt>? {
        let fields = line.split(separator: " ")
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }
}
