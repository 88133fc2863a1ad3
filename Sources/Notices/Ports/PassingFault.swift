/// A fault of what we stand on that passes by itself, such as a cluster of databases that elects another leader.
///
/// A store throws what its database throws. Who answers callers need not know databases to tell them what helps: to ask again
/// soon. The transaction that failed left nothing; one before it in the same request may have been committed.
public protocol PassingFault: Error {
    /// Whether this one passes; a type of errors has others, too.
    var passes: Bool { get }
}
