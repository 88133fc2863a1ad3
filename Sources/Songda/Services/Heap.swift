import CMalloc
import Foundation

/// Keeps glibc's allocator from holding more memory than the work needs.
///
/// Freed memory stays with its arena, between what is still in use, and each thread is given an arena of its own for as
/// long as there are fewer than eight a processor.
enum Heap {
    /// One arena for each processor: no more threads run at once.
    ///
    /// What `MALLOC_ARENA_MAX` asks for goes before. Call it before there are other threads.
    static func limitArenas() {
        guard ProcessInfo.processInfo.environment["MALLOC_ARENA_MAX"] == nil else { return }
        // A refusal costs memory and nothing else.
        _ = mallopt(M_ARENA_MAX, Int32(clamping: ProcessInfo.processInfo.activeProcessorCount))
    }

    /// Gives the kernel back the pages between what is in use; what the start had needed is gone by then.
    static func trim() {
        // It says whether there was anything to give back.
        _ = malloc_trim(0)
    }
}
