import Evidence

extension ProofDesk {
    /// Writes a bundle about a thing of the HR core, for example an employee: every entry that names it among `about`.
    ///
    /// Signed by an issuing entity like the bundle of a notice, and checked by the same programs. The caller records that it
    /// was read.
    ///
    /// - Parameters:
    ///   - subject: the thing as entries name it, `employee:…`.
    ///   - leaves: where its entries lie in the log.
    public func bundle(
        about subject: String, leaves: [Int], data: JSONValue, documents: [BundleContents.Document], issuer: IssuerID
    ) async throws -> WrittenBundle {
        var entries: [LoggedEntry] = []
        for leaf in leaves.sorted() {
            guard let entry = try await log.entry(leafIndex: leaf) else {
                throw NoticeError(.unavailable, "the log has no leaf \(leaf), which an act names; run `songda audit`")
            }
            entries.append(entry)
        }
        let excerpt = try await LogExcerpt.collect(
            subject: subject, entries: entries, from: log, keys: trust.logKeys, open: openBody)
        let contents = BundleContents(
            notice: data, documents: documents, excerpt: excerpt, logKeys: trust.logKeys, entryKeys: trust.entryKeys,
            entryCertificates: trust.entryCertificates, roots: trust.roots)
        return try await BundleWriter(identity: try seals.identity(for: issuer), authority: authority, clock: clock)
            .write(contents)
    }
}
