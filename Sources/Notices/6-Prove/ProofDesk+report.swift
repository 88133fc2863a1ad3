import Evidence

extension ProofDesk {
    /// What a printed report may say of a notice: everything here is in the log or on record.
    public struct ReportMaterial: Sendable {
        /// Where the notice stands, with its time line and what the rules conclude.
        public let standing: Standing
        /// The approvals given.
        public let approvals: [Approval]
        /// What people call the keys and accounts that acted.
        public let names: [String: String]
        /// The sealed document; nil before sealing and after erasure.
        public let sealed: SealedNotice?
        /// The entries with their proofs.
        public let excerpt: LogExcerpt
        /// The certificates of the keys that signed these entries.
        public let entryCertificates: [Certificate]

        /// When the newest of its entries was learnt of: the report says nothing about later.
        public var asOf: Timestamp {
            standing.timeline.items.filter { !$0.isErased }.map(\.learntAt).max() ?? standing.notice.createdAt
        }

        /// The checkpoints under which the entries are proved, ascending: for the same entries always the same.
        public var checkpoints: [StoredCheckpoint] {
            let used = Set((excerpt.entries + excerpt.related).map(\.proof.checkpoint))
            return excerpt.checkpoints.filter { used.contains($0.note) }
        }
    }

    /// Has a report on a notice printed, and records that it was read before it is handed out.
    ///
    /// The entry names the hash of the pages, so that a report can be recognised as one that was taken; it will be in the
    /// next report, not in this one.
    ///
    /// - Parameter print: sets the pages; the same material must give the same bytes.
    public func report(
        of id: NoticeID, in language: NoticeLanguage, for principal: Principal,
        print: @Sendable (ReportMaterial) async throws -> [UInt8]
    ) async throws -> (name: String, pdf: [UInt8]) {
        let material = try await material(of: id)
        let pdf = try await print(material)
        let read = try recorder.entry(
            .evidenceRead, notice: id, at: clock.now,
            [
                "by": principal.facts, "what": "proof report", "language": .string(language.rawValue),
                "reportHash": .string(SHA256.hash(pdf).hex),
            ])
        // No evidence, no release.
        try await log.stage([read])
        let notice = material.standing.notice
        let name = "\(notice.number)-report.\(language.rawValue).pdf"
        return (RehearsalMark.fileName(name, isRehearsal: notice.isRehearsal), pdf)
    }

    private func material(of id: NoticeID) async throws -> ReportMaterial {
        let standing = try await standing(of: id)
        let notice = standing.notice
        let excerpt = try await excerpt(of: notice)
        let approvals = try await reader.approvals(of: id)
        let used = Set((excerpt.entries + excerpt.related).map(\.keyID))
        return ReportMaterial(
            standing: standing, approvals: approvals,
            names: try await reader.names(
                of: Set([notice.author.id] + approvals.map(\.approver.id) + standing.timeline.items.compactMap(\.actor))
            ),
            sealed: try await reader.document(of: id), excerpt: excerpt,
            entryCertificates: trust.entryCertificates.filter { used.contains($0.publicKey.keyID) })
    }
}

extension Timeline.Item {
    /// The key or account that acted, where the entry names one.
    public var actor: String? { (facts["by"] ?? facts["recordedBy"] ?? facts["approver"])?["id"]?.string }
}
