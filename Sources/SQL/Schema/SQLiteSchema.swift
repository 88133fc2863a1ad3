/// Reads the schema of a SQLite database from its pragmas.
enum SQLiteSchema {
    typealias Table = SchemaDescription.Table

    static func read(_ transaction: any SQLTransaction) throws -> SchemaDescription {
        var schema = SchemaDescription()
        // Type "table" leaves out views, virtual tables and the shadow tables behind them.
        let names = try transaction.query("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        for name in try names.map({ try $0.get("name", as: String.self) }) {
            if name.hasPrefix("sqlite_") || SchemaDescription.ownTables.contains(name) { continue }
            var table = Table()
            try readColumns(of: name, into: &table, transaction)
            try readForeignKeys(of: name, into: &table, transaction)
            try readIndexes(of: name, into: &table, transaction)
            schema.tables[name] = table
        }
        return schema
    }

    private static func readColumns(of name: String, into table: inout Table, _ transaction: any SQLTransaction) throws
    {
        var key: [(Int, String)] = []
        for row in try transaction.query("SELECT name, type, \"notnull\", pk FROM pragma_table_info(\(name))") {
            let column: String = try row.get("name")
            let rank: Int = try row.get("pk")
            if rank > 0 { key.append((rank, column)) }
            table.columns[column] = SchemaDescription.Column(
                name: column, kind: kind(try row.get("type")), isNullable: try !row.get("notnull") && rank == 0)
        }
        table.primaryKey = key.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private static func readForeignKeys(of name: String, into table: inout Table, _ transaction: any SQLTransaction)
        throws
    {
        var keys: [Int: SchemaDescription.ForeignKey] = [:]
        let rows = try transaction.query(
            "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(\(name)) ORDER BY id, seq")
        for row in rows {
            let target: String = try row.get("table")
            let from: String = try row.get("from")
            let to: String? = try row.get("to")
            var key = try keys[row.get("id")] ?? .init(columns: [], table: target, referenced: [])
            key.columns.append(from)
            key.referenced.append(try to ?? implicitKey(of: target, key.referenced.count, transaction))
            keys[try row.get("id")] = key
        }
        table.foreignKeys = Set(keys.values)
    }

    /// `REFERENCES people` without a column means the primary key, which the pragma leaves out.
    private static func implicitKey(of table: String, _ position: Int, _ transaction: any SQLTransaction) throws
        -> String
    {
        let row = try transaction.first("SELECT name FROM pragma_table_info(\(table)) WHERE pk = \(position + 1)")
        return try row?.get("name") ?? "?"
    }

    private static func readIndexes(of name: String, into table: inout Table, _ transaction: any SQLTransaction) throws
    {
        for row in try transaction.query("SELECT name, \"unique\", origin FROM pragma_index_list(\(name))") {
            let index: String = try row.get("name")
            let columns = try transaction.query("SELECT name FROM pragma_index_info(\(index)) ORDER BY seqno").map {
                try $0.get("name", as: String?.self) ?? "(expression)"
            }
            switch try (row.get("origin", as: String.self), row.get("unique", as: Bool.self)) {
            case ("pk", _): continue
            case (_, true): table.uniqueKeys.insert(columns)
            default: table.indexes[index] = columns
            }
        }
    }

    private static func kind(_ type: String) -> SchemaDescription.Kind {
        switch type.uppercased() {
        case "INTEGER", "INT": .integer
        case "REAL": .real
        case "TEXT": .text
        case "BLOB": .blob
        default: .other
        }
    }
}
