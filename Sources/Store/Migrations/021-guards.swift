import SQL

extension Migrations {
    /// What a twin has destroyed is found by a glance, and a row of evidence is not replaced either.
    ///
    /// `INSERT OR REPLACE` and `UPDATE OR REPLACE` of SQLite take away the rows in their way without running a trigger for
    /// it. Tiles may be inserted over by what extends them, since that is how they grow. An entry that comes twice, as after
    /// a commit whose answer was lost, is left as it is.
    static let guards = Migration(
        name: "021-guards",
        sqlite: [
            "CREATE INDEX data_keys_destroyed ON data_keys (owner) WHERE wrapped IS NULL",
            // Settling a stray report empties it; those settled before kept their bytes.
            "UPDATE unmatched_receipts SET raw = x'' WHERE settled_at IS NOT NULL",
        ],
        postgres: [
            "CREATE INDEX data_keys_destroyed ON data_keys (owner) WHERE wrapped IS NULL",
            "UPDATE unmatched_receipts SET raw = '' WHERE settled_at IS NOT NULL",
        ])
}
