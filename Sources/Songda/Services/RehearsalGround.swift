import Store

/// Where a rehearsal may take place: never among notices that are meant.
///
/// A rehearsing server would approve and seal them, and read them with codes from the sandbox: acts that look like acts, and
/// are none.
enum RehearsalGround {
    /// Refuses to rehearse on a database that holds a notice issued for real.
    static func require(in notices: SQLNoticeStore, for configuration: Configuration) async throws {
        guard configuration.isRehearsal, let number = try await notices.someMeantNotice() else { return }
        throw ConfigError(
            "rehearsal", "true",
            "is not possible here: the database holds notices that are meant, \(number) among them; name a database of its own "
                + "for the rehearsal, or set rehearsal: false", nil)
    }
}
