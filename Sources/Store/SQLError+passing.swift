import Notices
import SQL

extension SQLError: PassingFault {
    /// True where nothing was written and only time is missing; not where nobody can say whether something was.
    public var passes: Bool {
        switch code {
        case .connectionLost, .serializationFailure, .locked: true
        default: false
        }
    }
}
