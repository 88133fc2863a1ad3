import SQL

extension Migrations {
    /// Finds the destroyed keys without reading all keys: it is asked every second, and there is one for each person.
    ///
    /// Addresses are found by a hash, and a row goes to a random page of its index; that of an inbox is the person's own id,
    /// which nobody looks up there, and everybody has one: without them an import of many people writes a third less.
    static let scale = Migration(
        name: "041-scale",
        portable: [
            "CREATE INDEX data_keys_destroyed ON data_keys (destroyed_at) WHERE wrapped IS NULL",
            "DROP INDEX addresses_value",
            "CREATE INDEX addresses_value ON addresses (value_hash) WHERE channel <> 'inbox'",
        ])
}
