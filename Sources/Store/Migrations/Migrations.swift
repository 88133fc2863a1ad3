import SQL

/// Every change of the schema, oldest first.
///
/// A released one is never edited; the migrator refuses if it was.
public enum Migrations {
    /// All of them, in order.
    public static let all: [Migration] = [
        evidence, gateway, roster, operation, entryTriggers, rosterFile, clients, handover, attendance, performance,
        risk, agreements, training, pay, accounts, guards, turns, search, scale, webhooks, identities, replies,
        service, hashes,
    ]
}
