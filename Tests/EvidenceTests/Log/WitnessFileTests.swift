import TestSupport
import Testing

@testable import Evidence

struct WitnessFileTests {
    @Test func `what a witness keeps is read back verified`() async throws {
        let log = try LogFixture()
        var file: [UInt8] = []
        for _ in 0..<3 {
            try await log.stage(2)
            _ = try await log.sequencer().step()
            file += try WitnessFile.line(for: try #require(try await log.store.latestCheckpoint()))
        }
        let read = try WitnessFile.checkpoints(in: file, keys: [log.signer.key])
        #expect(read.map(\.size) == [2, 4, 6])
        #expect(read.last?.root == (try await log.store.root(ofSize: 6)))
        // A line cut off in the middle of writing is left out.
        #expect(try WitnessFile.checkpoints(in: Array(file.dropLast(20)), keys: [log.signer.key]).count == 2)
        #expect(try WitnessFile.checkpoints(in: [], keys: [log.signer.key]).isEmpty)
    }

    @Test func `an edited line is an error with its number`() async throws {
        let log = try LogFixture()
        try await log.stage(1)
        _ = try await log.sequencer().step()
        let line = try WitnessFile.line(for: try #require(try await log.store.latestCheckpoint()))
        for position in line.indices.dropLast() {
            var bad = line
            bad[position] ^= 1
            #expect(throws: EvidenceError.self, "byte \(position)") {
                try WitnessFile.checkpoints(in: bad, keys: [log.signer.key])
            }
        }
    }
}
