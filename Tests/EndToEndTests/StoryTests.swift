import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The three cases of the articles, as the README tells them: nothing but the command line and a running server.
    struct StoryTests {
        /// What a story must have said on its way to a dossier that verifies.
        private static let words = [
            "1": ["防止客户资源流失", "not-stated C-11", "the chain is whole", "internal clearance   cleared"],
            "2": ["客户资源归属协议", "no recorded consent", "employment has ended", "竞业限制起算"],
            "3": ["连续3个月绩效完成率低于70%", "SKIPPED", "UNCONFIRMED", "连续5天未打卡", "25000.00", "employment has ended"],
        ]

        @Test func `the three stories run from the command line and end in dossiers that verify`() async throws {
            try await withThrowingTaskGroup(of: (String, Program.Ending).self) { group in
                for story in Self.words.keys {
                    let port = try LoopbackPort.free()
                    group.addTask {
                        let told = try await Program.run(
                            ["sh", "stories/run.sh", story], in: TestResources.root,
                            environment: [
                                "SONGDA_PROGRAMS": (Program.songda as NSString).deletingLastPathComponent,
                                "PORT": "\(port)", "FORGET": "1",
                            ], within: .seconds(600))
                        return (story, told)
                    }
                }
                for try await (story, told) in group {
                    let end = "\(told.out.suffix(2_000))\n\(told.err.suffix(1_000))"
                    #expect(told.code == 0 && told.out.contains("VERDICT: SOUND"), "story \(story): \(end)")
                    for word in Self.words[story] ?? [] { #expect(told.out.contains(word), "story \(story): \(word)") }
                }
            }
        }
    }
}
