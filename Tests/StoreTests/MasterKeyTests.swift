import Evidence
import Notices
import SQL
import Store
import TestSupport
import Testing

/// Data keys wrapped again under another master key.
@Suite struct MasterKeyTests {
    @Test(arguments: Backend.allCases)
    func `rewrapping can be cut off anywhere, goes on, and then the old master key is needed no more`(
        _ backend: Backend
    ) async throws {
        try await backend.withDatabase { test in
            _ = try await Migrator(Migrations.all).migrate(test.database)
            let (old, new) = (try MasterKey.generate(), try MasterKey.generate())
            let clock = ManualClock()
            func store(_ vault: Vault) -> SQLNoticeStore {
                SQLNoticeStore.stores(in: test.database, vault: vault, clock: clock).notices
            }
            // 1,200 people: three pages.
            let before = store(Vault(old))
            for number in 0..<1200 {
                _ = try await before.save(
                    Recipient(
                        id: PersonID("p-\(number)"), externalID: nil, name: "张 \(number)", language: "zh-CN",
                        addresses: []), replacing: nil, evidence: [])
            }
            try await before.requireMasterKeys()

            let both = store(Vault(new, retired: [old]))
            await #expect(throws: Interrupted.self) {
                _ = try await both.rewrapKeys(
                    progress: { _, _ in }, evidence: { _, _ in throw Interrupted() })
            }
            #expect(try await both.masterKeysInUse().keys.sorted() == [old.id], "no entry, no action")
            // The first page only: the second run finds the rest.
            try await test.database.write { tx in
                let row = try #require(try tx.first("SELECT wrapped FROM data_keys WHERE owner = 'p-7'"))
                let wrapped = try #require(
                    try Vault(new, retired: [old]).rewrap(
                        WrappedKey(bytes: row.get("wrapped")), person: "p-7", purpose: "records"))
                try tx.execute("UPDATE data_keys SET wrapped = \(wrapped.bytes) WHERE owner = 'p-7'")
            }
            await #expect(throws: EvidenceError(.badKey, "")) { try await store(Vault(new)).requireMasterKeys() }
            let told = Box<[Int]>([])
            let wrapped = try await both.rewrapKeys { count, from in
                _ = told.exchange(told.load() + [count])
                #expect(from == [old.id])
                return []
            }
            #expect(wrapped == 1200)
            #expect(told.load() == [1200])
            #expect(try await both.masterKeysInUse() == [new.id: 1201])
            #expect(try await both.rewrapKeys { _, _ in [] } == 0)
            let alone = store(Vault(new))
            try await alone.requireMasterKeys()
            #expect(try await alone.recipients([PersonID("p-1199")]).values.first?.name == "张 1199")
            await #expect(throws: EvidenceError(.badKey, "")) { try await store(Vault(old)).requireMasterKeys() }
        }
    }

    private struct Interrupted: Error {}
}
