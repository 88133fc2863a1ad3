import Notices

extension Site {
    // MARK: Pages of batches

    /// Batches.
    public static let batchList = "/batches"
    /// Writes a new one, or checks what was written.
    public static let batchNew = "/batches/new"
    /// The contacts of somebody's clients, to choose from.
    public static let batchClients = "/batches/clients"
    /// Issues what was checked.
    public static let batchIssue = "/batches/issue"
    /// One batch, by any of its notices: names of batches are free text, and paths are not.
    public static let batchPage = "/batches/{notice}"
}
