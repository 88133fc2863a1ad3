/// Reads the schema of a PostgreSQL database from its catalogue.
enum PostgresSchema {
    typealias Table = SchemaDescription.Table

    static func read(_ transaction: any SQLTransaction) throws -> SchemaDescription {
        var schema = SchemaDescription()
        try readColumns(into: &schema, transaction)
        try readForeignKeys(into: &schema, transaction)
        try readIndexes(into: &schema, transaction)
        return schema
    }

    private static func readColumns(into schema: inout SchemaDescription, _ transaction: any SQLTransaction) throws {
        let rows = try transaction.query(
            """
            SELECT c.relname AS "table", a.attname AS "column", t.typname AS type, a.attnotnull AS is_required
            FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            """)
        for row in rows {
            let table: String = try row.get("table")
            if SchemaDescription.ownTables.contains(table) { continue }
            let column: String = try row.get("column")
            schema.tables[table, default: Table()].columns[column] = SchemaDescription.Column(
                name: column, kind: kind(try row.get("type")), isNullable: try !row.get("is_required"))
        }
    }

    private static func readForeignKeys(into schema: inout SchemaDescription, _ transaction: any SQLTransaction) throws
    {
        let rows = try transaction.query(
            """
            SELECT k.oid AS id, c.relname AS "table", f.relname AS target, a.attname AS "from", b.attname AS "to"
            FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (mine, theirs, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.mine
            JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.theirs
            WHERE k.contype = 'f' AND n.nspname = current_schema()
            ORDER BY k.oid, u.place
            """)
        var keys: [Int: (table: String, key: SchemaDescription.ForeignKey)] = [:]
        for row in rows {
            let id: Int = try row.get("id")
            var entry =
                try keys[id]
                ?? (
                    row.get("table"),
                    SchemaDescription.ForeignKey(columns: [], table: row.get("target"), referenced: [])
                )
            try entry.key.columns.append(row.get("from"))
            try entry.key.referenced.append(row.get("to"))
            keys[id] = entry
        }
        for (table, key) in keys.values { schema.tables[table]?.foreignKeys.insert(key) }
    }

    private static func readIndexes(into schema: inout SchemaDescription, _ transaction: any SQLTransaction) throws {
        let rows = try transaction.query(
            """
            SELECT c.relname AS "table", i.relname AS "index", x.indisprimary AS is_primary, x.indisunique AS is_unique,
                   a.attname AS "column"
            FROM pg_catalog.pg_index x
            JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
            JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS u (number, place)
            LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number AND u.number > 0
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
            ORDER BY c.relname, i.relname, u.place
            """)
        var indexes: [String: (table: String, isPrimary: Bool, isUnique: Bool, columns: [String])] = [:]
        for row in rows {
            let name: String = try row.get("index")
            var index = try indexes[name] ?? (row.get("table"), row.get("is_primary"), row.get("is_unique"), [])
            try index.columns.append(row.get("column", as: String?.self) ?? "(expression)")
            indexes[name] = index
        }
        for (name, index) in indexes where schema.tables[index.table] != nil {
            if index.isPrimary {
                schema.tables[index.table]?.primaryKey = index.columns
            } else if index.isUnique {
                schema.tables[index.table]?.uniqueKeys.insert(index.columns)
            } else {
                schema.tables[index.table]?.indexes[name] = index.columns
            }
        }
    }

    private static func kind(_ type: String) -> SchemaDescription.Kind {
        switch type {
        case "int2", "int4", "int8": .integer
        case "float4", "float8": .real
        case "text", "varchar": .text
        case "bytea": .blob
        default: .other
        }
    }
}
