import Evidence
import Notices

/// Says in the log itself that a key has taken another's place since the last start.
///
/// The entry is the first one of the new keys. It carries the rotation that both keys signed; where the old key was lost
/// there is none, and the entry says so. A crash before the entry has its leaf writes it again: two that say the same.
struct KeyChanges {
    let keys: KeyCabinet
    let log: any EvidenceLogStore
    let recorder: EvidenceRecorder
    let clock: any WallClock

    /// Stages an entry for every key that was replaced.
    func record() async throws {
        guard let newest = try await log.latestCheckpoint() else { return }
        var entries: [SignedEntry] = []
        let signed = try SignedNote(parsing: newest.note).signatures.map(\.keyHash)
        if !signed.contains(keys.log.key.keyHash),
            let old = keys.retiredLogs.first(where: { signed.contains($0.keyHash) })
        {
            entries.append(try entry(.log, from: old.key.keyID, old: old.key, to: keys.log.key.key))
        }
        let last = try await log.entry(leafIndex: newest.size - 1)
        if let last, last.keyID != keys.entries.keyID {
            let old = keys.retiredEntries.map(\.publicKey).first { $0.keyID == last.keyID }
            entries.append(try entry(.entries, from: last.keyID, old: old, to: keys.entries.publicKey))
        }
        if !entries.isEmpty { try await log.stage(entries) }
    }

    private func entry(
        _ role: KeyRotation.Role, from: String, old: VerificationKey?, to new: VerificationKey
    ) throws -> SignedEntry {
        let rotation = keys.rotations.first { rotation in
            rotation.role == role && old.map { rotation.isVouched(old: $0, new: new) } == true
        }
        var facts: [String: JSONValue] = [
            "role": .string(role.rawValue), "from": .string(from), "to": .string(new.keyID),
            "vouched": .bool(rotation != nil),
        ]
        facts["rotation"] = rotation?.json
        return try recorder.entry(.keyRotated, at: clock.now, facts)
    }
}
