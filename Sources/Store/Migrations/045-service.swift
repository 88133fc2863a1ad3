import SQL

extension Migrations {
    /// How long the service was ready on each day.
    static let service = Migration(
        name: "045-service",
        portable: [
            """
            CREATE TABLE service_days (
                day INTEGER NOT NULL PRIMARY KEY,
                seen_from INTEGER NOT NULL,
                seen_until INTEGER NOT NULL,
                served_ms INTEGER NOT NULL,
                CHECK (seen_from <= seen_until AND served_ms >= 0)
            ) STRICT
            """
        ])
}
