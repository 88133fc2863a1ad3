import SQL

extension Migrations {
    /// A message writes one page in the indexes over hashes and not two.
    ///
    /// A hash has no order, so among a million each is a page of its own, in the log and again in the file. Of a message,
    /// document and content are the same bytes, so the index of documents holds both; a formal notice still writes two. A
    /// notice that waits is found among those that wait, which are few beside those that ever were.
    static let hashes = Migration(
        name: "046-hashes",
        portable: [
            "DROP INDEX notices_content_hash",
            """
            CREATE INDEX notices_content_hash ON notices (content_hash)
            WHERE state NOT IN ('awaiting_approval', 'approved')
                AND (document_hash IS NULL OR document_hash <> content_hash)
            """,
        ])
}
