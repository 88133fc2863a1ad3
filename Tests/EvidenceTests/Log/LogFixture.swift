import Evidence
import Synchronization
import TestSupport
import Testing

/// A log with all its parts, on a clock the test moves.
final class LogFixture: Sendable {
    let store: InMemoryLogStore
    let clock = ManualClock()
    let entryKey: SigningKey
    let signer: NoteSigner
    let recorder: EvidenceRecorder
    private let elapsed = Mutex(Duration.zero)
    private let alarmsHeard = Mutex<[String]>([])

    init(
        store: InMemoryLogStore = InMemoryLogStore(), origin: String = "log.example/test", isRehearsal: Bool = false
    ) throws {
        self.store = store
        entryKey = try SigningKey.generateP256()
        signer = try NoteSigner(name: origin, key: try SigningKey.generateEd25519())
        recorder = EvidenceRecorder(signer: entryKey, clock: clock, isRehearsal: isRehearsal)
    }

    var alarms: [String] { alarmsHeard.withLock { $0 } }

    func hear(_ sentence: String) { alarmsHeard.withLock { $0.append(sentence) } }

    /// Lets time pass as it should: on both clocks.
    func pass(_ span: Duration) {
        elapsed.withLock { $0 += span }
        clock.advance(by: span)
    }

    func sequencer(
        owner: String = "one", batchLimit: Int = 1024, witnessed: [Checkpoint] = [],
        onCheckpoint: @escaping @Sendable (StoredCheckpoint) -> Void = { _ in }
    ) -> Sequencer {
        Sequencer(
            store: store, signer: signer, recorder: recorder, clock: clock,
            settings: .init(owner: owner, batchLimit: batchLimit), witnessed: witnessed,
            onCheckpoint: onCheckpoint, alarm: { self.hear($0) }, elapsed: { self.elapsed.withLock { $0 } })
    }

    @discardableResult
    func stage(_ count: Int, notice: String? = "N-1") async throws -> [SignedEntry] {
        let entries = try (0..<count).map { place in
            try recorder.sign(
                EvidenceDraft(
                    event: .attemptStarted, subject: EvidenceSubject(notice: notice, attempt: place + 1),
                    happenedAt: .ours(clock.now), facts: ["channel": "smtp"]))
        }
        try await store.stage(entries)
        return entries
    }

    /// Tells about every fault of the stored log; the one invariant all fault tests end with.
    func check(expectedSize: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let contents = store.snapshot
        var hashes: [Digest] = []
        for id in contents.leaves {
            let entry = try #require(id.flatMap { contents.entries[$0] }, sourceLocation: sourceLocation)
            #expect(entry.commitment == SHA256.hash(entry.body), sourceLocation: sourceLocation)
            hashes.append(MerkleTree.leafHash(entry.commitment))
        }
        #expect(Set(contents.leaves.compactMap { $0 }).count == contents.leaves.count, sourceLocation: sourceLocation)
        var last = 0
        for stored in contents.checkpoints {
            let checkpoint = try Checkpoint(verifying: stored.note, keys: [signer.key])
            #expect(checkpoint.size == stored.size && stored.size > last, sourceLocation: sourceLocation)
            #expect(
                checkpoint.root == MerkleTree.root(of: Array(hashes[..<stored.size])), sourceLocation: sourceLocation)
            last = stored.size
        }
        #expect(last == hashes.count, sourceLocation: sourceLocation)
        if let expectedSize { #expect(last == expectedSize, sourceLocation: sourceLocation) }
        #expect(try await store.root(ofSize: last) == MerkleTree.root(of: hashes), sourceLocation: sourceLocation)
    }
}
