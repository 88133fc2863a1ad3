import Evidence
import Notices
import SQL

/// Reads and writes sealed documents as rows.
enum DocumentRows {
    /// The columns of a document, under the alias `o`.
    static let columns: Query = """
        o.media_type, o.bytes, o.hash AS o_hash, o.signature, o.certificate, o.sealed_at AS o_sealed_at, o.tag
        """

    /// A document out of its row; its bytes were opened elsewhere.
    static func document(_ row: Row, bytes: [UInt8]) throws -> SealedNotice {
        SealedNotice(
            mediaType: try row.get("media_type"), bytes: bytes, hash: try row.get("o_hash"),
            signature: try row.get("signature"), certificatePEM: try row.get("certificate"),
            sealedAt: try row.get("o_sealed_at"))
    }

    /// Authenticates what lies beside the bytes in clear, so that no column of the row can be changed unnoticed.
    static func tag(_ document: SealedNotice, of notice: String, _ key: DataKey) -> [UInt8] {
        let parts: [[UInt8]] = [
            Array(notice.utf8), Array(document.mediaType.utf8), document.hash.bytes, document.signature,
            Array(document.certificatePEM.utf8), Array(document.sealedAt.rfc3339.utf8),
        ]
        // Each part by its hash: no two lists of parts then give the same bytes.
        return key.blindIndex(of: Array("document".utf8) + parts.flatMap { SHA256.hash($0).bytes })
    }
}

extension SQLNoticeStore {
    /// Documents out of rows that also carry `n_id`, `key_owner` and `document_hash`; a message's bytes are its content.
    ///
    /// Every byte is checked here, at each reading; what was changed is refused and never shown or sent.
    func openDocuments(_ rows: [Row], contents: [String: [UInt8]]) async throws -> [String: SealedNotice] {
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("key_owner") }))
        var documents: [String: SealedNotice] = [:]
        for row in rows {
            let id: String = try row.get("n_id")
            guard documents[id] == nil, let key = keys[try row.get("key_owner")], var bytes = contents[id] else {
                continue
            }
            if let sealed: [UInt8] = try row.get("bytes") {
                bytes = try key.open(SealedBytes(bytes: sealed), place: NoticeRows.place("document", id))
            }
            let document = try DocumentRows.document(row, bytes: bytes)
            guard
                SHA256.hash(bytes) == document.hash, try row.get("document_hash", as: Digest?.self) == document.hash,
                ConstantTime.equal(try row.get("tag"), DocumentRows.tag(document, of: id, key))
            else {
                throw NoticeError(
                    .unavailable, "the sealed document of notice \(id) was changed in the database; run `songda audit`")
            }
            documents[id] = document
        }
        return documents
    }
}
