import GRDB
import GRDBSQLite

/// The statements prepared on one connection; belongs to the thread that uses the connection.
///
/// A source line is checked, written out and prepared once.
final class SQLiteStatements {
    /// Texts come from source lines, so there are few; lists of many lengths must not pile up all the same.
    private static let mostKept = 400

    private let connection: OpaquePointer
    private var kept: [QueryShape: SQLiteStatement] = [:]
    private var own: [String: SQLiteStatement] = [:]
    private let room = SQLiteBindingRoom()
    /// Whether a statement that writes many rows was met.
    private(set) var metManyRows = false

    /// Prepares on this connection, which must outlive what is kept here.
    init(_ database: Database) throws {
        guard let connection = database.sqliteConnection else {
            throw SQLError(.closed, "the database was closed; open it again")
        }
        self.connection = connection
    }

    /// True between BEGIN and COMMIT; SQLite may have rolled back by itself.
    var isInsideTransaction: Bool { sqlite3_get_autocommit(connection) == 0 }

    /// The statement of a query, checked.
    func statement(for query: Query) throws -> SQLiteStatement {
        if let known = kept[query.shape] { return known }
        try StatementRules.check(query)
        if query.shape.blocks.contains(where: { $0.count > $0.width }) { metManyRows = true }
        let isKept = query.values.count <= StatementRules.mostKeptValues
        // `?n`, not `$n`: SQLite takes `$1` for a name and numbers names by first appearance.
        let statement = try SQLiteStatement(query.shape.text(marking: "?"), on: connection, room: room, isKept: isKept)
        if isKept {
            if kept.count >= Self.mostKept { kept.removeAll() }
            kept[query.shape] = statement
        }
        return statement
    }

    /// Runs a statement of the driver itself.
    func control(_ text: String) throws {
        if let known = own[text] {
            _ = try known.run([])
        } else {
            let statement = try SQLiteStatement(text, on: connection, room: room, isKept: true)
            own[text] = statement
            _ = try statement.run([])
        }
    }
}
