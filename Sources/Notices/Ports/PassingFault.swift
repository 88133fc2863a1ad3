/// A fault of what we stand on that passes by itself, such as a cluster of databases that elects another leader.
///
/// A store throws what its database throws. Who answers callers need not know databases to tell them what helps: nothing was
/// done, and the same may be asked again soon.
public protocol PassingFault: Error {
    /// Whether this one passes; a type of errors has others, too.
    var passes: Bool { get }
}
