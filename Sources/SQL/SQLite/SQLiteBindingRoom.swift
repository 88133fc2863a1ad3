/// Where the texts and bytes of the statement that is running lie, one behind the other; belongs to one connection.
///
/// SQLite would otherwise make a copy of each, with memory of its own: a dozen for an ordinary row.
final class SQLiteBindingRoom {
    private var bytes: [UInt8] = []
    /// Room beyond this was for one large document and is given back.
    private static let mostKept = 1 << 20

    /// Puts values side by side and lends them; they stay where they are until the body returns.
    ///
    /// A body must not run another statement of the connection.
    func lend(_ values: [SQLValue], _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        for value in values {
            switch value {
            case .text(let text): bytes.append(contentsOf: text.utf8)
            case .blob(let content): bytes.append(contentsOf: content)
            case .null, .integer, .real: continue
            }
        }
        defer { bytes.removeAll(keepingCapacity: bytes.count <= Self.mostKept) }
        try bytes.withUnsafeBytes(body)
    }
}
