import SQL

extension Migrations {
    /// Finds a notice by the hash that its document shows, however many there are.
    static let search = Migration(
        name: "030-search",
        portable: [
            "CREATE INDEX notices_content_hash ON notices (content_hash)",
            "CREATE INDEX notices_document_hash ON notices (document_hash) WHERE document_hash IS NOT NULL",
        ])
}
