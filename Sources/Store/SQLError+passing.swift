import Notices
import SQL

extension SQLError: PassingFault {
    /// True where the transaction wrote nothing and only time is missing; not where nobody can say whether it did.
    public var passes: Bool { code == .connectionLost || code == .serializationFailure }
}
