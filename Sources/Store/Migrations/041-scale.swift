import SQL

extension Migrations {
    /// Addresses are found by a hash, and a row goes to a random page of its index; that of an inbox is the person's own id,
    /// which nobody looks up there, and everybody has one: without them an import of many people writes a third less.
    static let scale = Migration(
        name: "041-scale",
        portable: [
            "DROP INDEX addresses_value",
            "CREATE INDEX addresses_value ON addresses (value_hash) WHERE channel <> 'inbox'",
        ])
}
