extension SQLiteDatabase {
    /// What is wrong with the file as such: pages that are damaged, indexes that miss rows; nil if nothing is.
    ///
    /// Reads every page of the file, tables of which nobody else vouches included.
    public func fault() async throws -> String? {
        do {
            let found: [String] = try await read { tx in
                try tx.query("PRAGMA integrity_check(1)").map { try $0.get("integrity_check") }
            }
            return found == ["ok"] ? nil : found.first ?? "nothing was answered"
        } catch let error as SQLError where error.code == .corrupt { return error.description }
    }
}
