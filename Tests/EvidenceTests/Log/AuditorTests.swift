import TestSupport
import Testing

@testable import Evidence

struct AuditorTests {
    /// A log of 600 entries under 12 checkpoints, two of them timestamped.
    private func grown() async throws -> BundleFixture {
        let fixture = try BundleFixture()
        for round in 0..<12 {
            try await fixture.log.stage(50, notice: "N-\(round)")
            _ = try await fixture.log.sequencer().step()
            if round == 3 || round == 10 {
                let scheduler = TimestampScheduler(
                    store: fixture.log.store, authority: fixture.authority, recorder: fixture.log.recorder,
                    clock: fixture.log.clock)
                _ = try await scheduler.step()
            }
            fixture.log.pass(.seconds(5))
        }
        return fixture
    }

    private func audit(
        _ fixture: BundleFixture, witnessed: [Checkpoint] = [], pagesAtOnce: Int? = nil,
        beforeOpening: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) async throws -> AuditReport {
        let store = fixture.log.store
        return try await Auditor(
            store: store, logKeys: [fixture.log.signer.key], entryKeys: [fixture.log.entryKey.publicKey],
            roots: [fixture.issuer.certificate], witnessed: witnessed, pagesAtOnce: pagesAtOnce,
            open: { entry in
                try await beforeOpening(entry.leafIndex)
                return entry.storedBody.isEmpty ? .erased : .clear(entry.storedBody)
            }
        ).audit()
    }

    private func checkpoint(_ fixture: BundleFixture) async throws -> Checkpoint {
        let stored = try #require(try await fixture.log.store.latestCheckpoint())
        return try Checkpoint(verifying: stored.note, keys: [fixture.log.signer.key])
    }

    /// Changes the row at a leaf.
    private func alter(_ fixture: BundleFixture, _ leaf: Int, _ change: (SignedEntry) throws -> SignedEntry) throws {
        try fixture.log.store.tamper { contents in
            let id = try #require(contents.leaves[leaf])
            contents.entries[id] = try change(try #require(contents.entries[id]))
        }
    }

    private func copy(
        _ entry: SignedEntry, event: EvidenceEvent? = nil, notice: String? = nil, body: [UInt8]? = nil,
        signature: [UInt8]? = nil, commitment: Digest? = nil
    ) -> SignedEntry {
        SignedEntry(
            id: entry.id, event: event ?? entry.event,
            subject: notice.map { EvidenceSubject(notice: $0, attempt: entry.subject.attempt) } ?? entry.subject,
            learntAt: entry.learntAt, body: body ?? entry.body, signature: signature ?? entry.signature,
            keyID: entry.keyID, commitment: commitment ?? entry.commitment)
    }

    @Test func `a sound log passes whole`() async throws {
        let fixture = try await grown()
        let report = try await audit(fixture, witnessed: [try await checkpoint(fixture)])
        #expect(report.isSound, "\(report.findings)")
        #expect(report.size == 600)
        #expect(report.entriesVerified == 600)
        #expect(report.checkpointsVerified == 12)
        #expect(report.tokensVerified == 2)
        #expect(report.timestampedSize == 550)
    }

    @Test func `an empty log passes`() async throws {
        #expect(try await audit(try BundleFixture()).isSound)
    }

    @Test func `an erased body counts as erased, not as bad`() async throws {
        let fixture = try await grown()
        fixture.log.store.tamper { contents in contents.erased = Set(contents.leaves[10..<13].compactMap { $0 }) }
        let report = try await audit(fixture)
        #expect(report.isSound)
        #expect(report.entriesErased == 3)
        #expect(report.entriesVerified == 597)
    }

    @Test func `F45: an audit finds the same in the same order, however many pages it examines at once`() async throws {
        let fixture = try await grown()
        for leaf in [3, 260, 530] { try alter(fixture, leaf) { self.copy($0, body: Array("{}".utf8)) } }
        try alter(fixture, 590) { self.copy($0, notice: "N-99") }
        fixture.log.store.tamper { contents in
            contents.leaves[256] = nil
            contents.leaves.swapAt(100, 480)
            contents.erased = Set(contents.leaves[10..<13].compactMap { $0 })
            contents.checkpoints[5] = StoredCheckpoint(
                size: contents.checkpoints[5].size, root: MerkleTree.emptyRoot, note: contents.checkpoints[5].note,
                signedAt: contents.checkpoints[5].signedAt)
        }
        let alone = try await audit(fixture, pagesAtOnce: 1)
        #expect(alone.findings.count > 7 && alone.entriesErased == 3)
        #expect(alone.findings.compactMap(\.leafIndex).contains(256))
        for pages in [2, 3, 20] {
            // The first page takes the longest, so the later ones wait for their turn.
            let together = try await audit(fixture, pagesAtOnce: pages) { leaf in
                if leaf < 20 { for _ in 0..<200 { await Task.yield() } }
            }
            #expect(together == alone)
        }
    }

    @Test func `an audit that cannot tell whether a body was erased stops with the reason`() async throws {
        let fixture = try await grown()
        await #expect(throws: EvidenceError(.badFile, "")) {
            try await audit(fixture) { if $0 == 400 { throw EvidenceError(.badFile, "the key file is gone") } }
        }
    }

    @Test func `F45: an altered body is found at its leaf`() async throws {
        let fixture = try await grown()
        try alter(fixture, 321) { self.copy($0, body: Array("{}".utf8)) }
        let report = try await audit(fixture)
        #expect(report.findings.map(\.kind) == [.entryAltered])
        #expect(report.firstBadEntry?.leafIndex == 321)
        #expect(report.firstBadEntry?.entryID == fixture.log.store.snapshot.leaves[321])
    }

    @Test func `F45: a body altered together with its commitment is found at its leaf, and only there`() async throws {
        let fixture = try await grown()
        try alter(fixture, 321) { entry in
            let forged = try fixture.log.recorder.sign(
                EvidenceDraft(event: entry.event, subject: entry.subject, happenedAt: .ours(entry.learntAt)))
            return self.copy(
                entry, body: forged.body, signature: forged.signature, commitment: forged.commitment)
        }
        let report = try await audit(fixture)
        #expect(Set(report.findings.map(\.leafIndex)) == [321])
        #expect(report.findings.contains { $0.kind == .entryAltered })
    }

    @Test func `F45: a row that says something else than its body is found`() async throws {
        for change in [
            { self.copy($0, event: .acknowledged) }, { self.copy($0, notice: "N-99") },
        ] as [(SignedEntry) -> SignedEntry] {
            let fixture = try await grown()
            try alter(fixture, 7, change)
            let report = try await audit(fixture)
            #expect(report.findings.map(\.kind) == [.rowDiffers])
            #expect(report.firstBadEntry?.leafIndex == 7)
        }
    }

    @Test func `F45: a signature by another key is found`() async throws {
        let fixture = try await grown()
        let other = try SigningKey.generateP256()
        try alter(fixture, 599) { self.copy($0, signature: try other.sign($0.body)) }
        let report = try await audit(fixture)
        #expect(report.findings.map(\.kind) == [.entrySignature])
        #expect(report.firstBadEntry?.leafIndex == 599)
    }

    @Test func `F45: a deleted row is found at its leaf`() async throws {
        let fixture = try await grown()
        fixture.log.store.tamper { $0.leaves[256] = nil }
        let report = try await audit(fixture)
        #expect(report.findings.map(\.kind) == [.entryMissing])
        #expect(report.firstBadEntry?.leafIndex == 256)
    }

    @Test func `F45: two swapped entries are both found`() async throws {
        let fixture = try await grown()
        fixture.log.store.tamper { $0.leaves.swapAt(100, 480) }
        let report = try await audit(fixture)
        #expect(Set(report.findings.map(\.leafIndex)) == [100, 480])
        #expect(report.firstBadEntry?.leafIndex == 100)
    }

    @Test func `F19: a flipped bit in a tile is told from one in an entry`() async throws {
        let fixture = try await grown()
        let whole = fixture.log.store.snapshot
        for (coordinate, tile) in whole.tiles {
            var hashes = tile.hashes
            hashes[hashes.count / 2] ^= 4
            fixture.log.store.tamper { $0.tiles[coordinate] = Tile(coordinate, hashes: hashes) }
            let report = try await audit(fixture)
            #expect(report.findings.map(\.kind) == [.tileAltered], "\(coordinate)")
            #expect(report.firstBadEntry == nil)
            fixture.log.store.tamper { $0 = whole }
        }
    }

    @Test func `an altered or foreign checkpoint is found`() async throws {
        let fixture = try await grown()
        let other = try LogFixture()
        let whole = fixture.log.store.snapshot
        let old = whole.checkpoints[5]
        let foreign = try other.signer.sign(
            Checkpoint(origin: "log.example/test", size: old.size, root: old.root).text)
        let kinds: [(StoredCheckpoint, AuditReport.Kind)] = [
            (
                StoredCheckpoint(size: old.size, root: old.root, note: foreign.bytes, signedAt: old.signedAt),
                .checkpoint
            ),
            (
                StoredCheckpoint(size: old.size, root: MerkleTree.emptyRoot, note: old.note, signedAt: old.signedAt),
                .checkpoint
            ),
            (StoredCheckpoint(size: old.size, root: old.root, note: old.note, signedAt: .earliest), .timeOrder),
            (
                StoredCheckpoint(
                    size: old.size, root: old.root, note: old.note, signedAt: old.signedAt, token: [1, 2]), .token
            ),
        ]
        for (changed, kind) in kinds {
            fixture.log.store.tamper { $0.checkpoints[5] = changed }
            let report = try await audit(fixture)
            #expect(report.findings.map(\.kind) == [kind])
            #expect(report.findings.first?.checkpointSize == old.size)
            fixture.log.store.tamper { $0 = whole }
        }
    }

    @Test func `F20: with a witness a rolled-back log is found, without one it is not`() async throws {
        let fixture = try await grown()
        let old = fixture.log.store.snapshot
        try await fixture.log.stage(5)
        _ = try await fixture.log.sequencer().step()
        let seen = try await checkpoint(fixture)
        fixture.log.store.tamper { $0 = old }
        #expect(try await audit(fixture, witnessed: [seen]).findings.map(\.kind) == [.witness])
        #expect(try await audit(fixture).isSound)
    }

    @Test func `F45: with a witness a log rewritten from the start with the real keys is found`() async throws {
        let fixture = try await grown()
        let seen = try await checkpoint(fixture)
        fixture.log.store.tamper { $0 = InMemoryLogStore.Contents() }
        try await fixture.log.stage(700)
        _ = try await fixture.log.sequencer().step()
        #expect(try await audit(fixture, witnessed: [seen]).findings.map(\.kind) == [.witness])
        #expect(try await audit(fixture).isSound)
    }
}
