import Evidence
import Foundation
import Testing

@testable import SongdaBench

struct PreloadTests {
    private let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    private func within<T>(_ body: (String) async throws -> T) async throws -> T {
        let directory = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory)
    }

    /// The leg itself compares every row with the log.
    @Test(arguments: [Preloader.Kind.served, .dueTexts])
    func `a store that was filled holds what the pipeline would have left`(kind: Preloader.Kind) async throws {
        try await within { directory in
            let leg = try await PreloadLeg(directory: directory, root: root, count: 120, kind: kind).run()
            #expect(leg.fault == nil)
            #expect(leg.units == 120)
        }
    }

    @Test func `a store that was filled answers what people ask of it`() async throws {
        try await within { directory in
            let store = directory + "/120"
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
            _ = try await PreloadLeg(directory: store, root: root, count: 120, kind: .served).run()
            let leg = try await QuestionsLeg(directory: directory, root: root, sizes: [120], rounds: 5).run()
            #expect(leg.fault == nil)
            for name in QuestionsLeg.names { #expect((leg.facts[Answers.p99(name, 120)] ?? 0) > 0) }
        }
    }

    @Test func `every occurrence of a number is found`() {
        let words = Array("SD-1 and SD-1, SD-2".utf8)
        #expect(NoticePattern.places(of: Array("SD-1".utf8), in: words) == [0, 9])
        #expect(NoticePattern.places(of: Array("SD-3".utf8), in: words).isEmpty)
        #expect(NoticePattern.places(of: [], in: words).isEmpty)
    }

    @Test func `names are changed as wholes, however deep they lie`() {
        var names = Renaming()
        names.add("old", "new")
        let before = JSONValue.object(["a": "old", "b": ["older", .object(["c": "old"])], "n": 5])
        #expect(names.value(before) == .object(["a": "new", "b": ["older", .object(["c": "new"])], "n": 5]))
    }
}
