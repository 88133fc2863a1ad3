import Foundation
import TestSupport
import Testing

struct ServerProcessTests {
    @Test func `a stopped server leaves neither a listener nor a directory`() async throws {
        let sink = try await SMTPSink.start()
        let directory = sink.process.directory.path
        #expect(FileManager.default.fileExists(atPath: directory))
        await sink.stop()
        #expect(!LoopbackPort.isOpen(sink.port))
        #expect(!FileManager.default.fileExists(atPath: directory))
    }

    @Test func `a server that nobody holds any more goes by itself`() async throws {
        let port: Int
        do {
            port = try await SMTPSink.start().port
        }
        let end = ContinuousClock.now + .seconds(30)
        while LoopbackPort.isOpen(port), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!LoopbackPort.isOpen(port))
    }
}
