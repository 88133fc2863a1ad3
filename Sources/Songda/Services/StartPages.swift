import Foundation
import Notices

/// Gives the kernel back the memory that only the start needed: pages of our own code, and what was freed since.
///
/// A start runs through nearly all of it once, and a quiet server afterwards through a sixteenth. What is wanted again is
/// read again. `MADV_PAGEOUT` (Linux 5.4) and not `MADV_DONTNEED`: a page that stays cached in a large folio comes back with
/// all its neighbours at the first touch (Linux 6.18), and nothing was gained.
enum StartPages {
    /// Waits for a while, and gives back what was read until then; does nothing where the kernel does not know how.
    ///
    /// A start that takes longer reads again what it still needs.
    static func giveBack(after pause: Duration, until stop: StopSignal) async {
        let tick = Poke()
        stop.wakes(tick)
        await tick.wait(pause)
        guard !stop.isStopped else { return }
        Heap.trim()
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8),
            let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        else { return }
        for line in maps.split(separator: "\n") where line.hasSuffix(program) {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            // What may be written to is ours alone, and would go to the swap.
            guard words.count > 5, !words[1].contains("w") else { continue }
            let ends = words[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard ends.count == 2, ends[0] < ends[1], let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else {
                continue
            }
            // A refusal costs memory and nothing else.
            _ = madvise(start, Int(ends[1] - ends[0]), MADV_PAGEOUT)
        }
    }
}
