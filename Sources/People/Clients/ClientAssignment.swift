import Evidence
import Notices

/// Who was in charge of a client, from when until when.
///
/// The spans of one client never overlap and are never changed once they have ended; the open one is the present.
public struct ClientAssignment: Sendable, Hashable {
    /// Which client.
    public let client: ClientID
    /// Counts the client's assignments from 1.
    public let position: Int
    /// Who is in charge.
    public let employee: PersonID
    /// From this instant.
    public let from: Timestamp
    /// Until this instant, which no longer belongs to it; nil while it is open.
    public let until: Timestamp?
    /// From whom the client came; nil for the first, and for one that came from nobody.
    public let predecessor: PersonID?
    /// Why, in words.
    public let reason: String

    /// Gathers an assignment.
    public init(
        client: ClientID, position: Int, employee: PersonID, from: Timestamp, until: Timestamp?,
        predecessor: PersonID?, reason: String
    ) {
        self.client = client
        self.position = position
        self.employee = employee
        self.from = from
        self.until = until
        self.predecessor = predecessor
        self.reason = reason
    }
}

/// Who takes over what from a leaver.
public struct SuccessionPlan: Sendable, Hashable {
    /// Who takes every client that is not named.
    public let successor: PersonID
    /// Clients that go to somebody else.
    public let exceptions: [ClientID: PersonID]

    /// Plans a succession.
    public init(successor: PersonID, exceptions: [ClientID: PersonID] = [:]) {
        self.successor = successor
        self.exceptions = exceptions
    }
}

/// What a transfer moved.
public struct TransferReport: Sendable, Hashable {
    /// The clients that changed hands, counted by the one who is in charge now.
    public let clients: [PersonID: Int]
    /// The unfinished orders that went along.
    public let orders: Int
    /// The contacts who will be told.
    public let notices: Int
    /// When it took effect.
    public let at: Timestamp

    /// States what was moved.
    public init(clients: [PersonID: Int], orders: Int, notices: Int, at: Timestamp) {
        self.clients = clients
        self.orders = orders
        self.notices = notices
        self.at = at
    }
}

/// A successor who learns a leaver's clients before the exit (S-7): sees them, is not yet in charge.
public struct ShadowAssignment: Sendable, Hashable {
    /// Whose clients.
    public let employee: PersonID
    /// Who learns them.
    public let successor: PersonID
    /// The first day.
    public let from: CivilDate
    /// The day on which the employee is expected to leave; the view ends with it.
    public let plannedLastDay: CivilDate
    /// What it follows from, for example a risk alert's id.
    public let occasion: String

    /// Gathers a shadow assignment.
    public init(
        employee: PersonID, successor: PersonID, from: CivilDate, plannedLastDay: CivilDate, occasion: String
    ) {
        self.employee = employee
        self.successor = successor
        self.from = from
        self.plannedLastDay = plannedLastDay
        self.occasion = occasion
    }

    /// The least number of days between the first day and the planned last one.
    public static let leastDays = 30
}
