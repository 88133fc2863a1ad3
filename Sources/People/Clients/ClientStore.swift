import Evidence
import Notices

/// Whose clients may be shown.
public struct ClientScope: Sendable, Hashable {
    /// Everybody's, and those of nobody.
    public let isAll: Bool
    /// Those of everybody who works in these units now.
    public let units: Set<UnitID>
    /// Those of these people.
    public let owners: Set<PersonID>

    /// Describes a scope.
    public init(isAll: Bool = false, units: Set<UnitID> = [], owners: Set<PersonID> = []) {
        self.isAll = isAll
        self.units = units
        self.owners = owners
    }

    /// Everything.
    public static let all = ClientScope(isAll: true)

    /// Whether a client is inside.
    public func contains(_ client: Client) -> Bool {
        isAll || client.owner.map(owners.contains) == true || client.unit.map(units.contains) == true
    }
}

/// By what a client is looked for.
public enum ClientQuery: Sendable, Hashable {
    /// Any part of the name, whatever its case.
    case name(String)
    /// Its number in the company's books.
    case externalID(String)
    /// The telephone or mailbox of a contact, in the channel's normal form.
    case address(ChannelKind, String)
}

/// A contact whose addresses were checked, as a person of the gateway.
public struct CheckedContact: Sendable {
    /// The person; the id of whoever is known by this number, or a new one.
    public let person: Recipient
    /// What they do there.
    public let position: String

    /// Gathers a contact.
    public init(person: Recipient, position: String) {
        self.person = person
        self.position = position
    }
}

/// A change of one fact by a person.
public struct FieldEdit: Sendable, Hashable {
    /// The fact.
    public let name: String
    /// What it is to be.
    public let value: String
    /// The `changedAt` that the person saw; nil when it does not matter what stands there.
    public let seen: Timestamp?

    /// Describes a change.
    public init(name: String, value: String, seen: Timestamp? = nil) {
        self.name = name
        self.value = value
        self.seen = seen
    }
}

/// A client that somebody has or had, as the list of a leaver shows it (S-41).
public struct HeldClient: Sendable, Hashable {
    /// The client as it is now.
    public let client: Client
    /// The newest span in which this person was in charge.
    public let held: ClientAssignment

    /// Gathers it.
    public init(client: Client, held: ClientAssignment) {
        self.client = client
        self.held = held
    }
}

/// What was told to a contact about a change of hands (S-46, S-47).
public struct ContactNotice: Sendable, Hashable {
    /// Which client.
    public let client: ClientID
    /// The assignment it tells of.
    public let position: Int
    /// To whom.
    public let person: PersonID
    /// The notice; nil while it is due.
    public let notice: NoticeID?
    /// Why it could not be issued yet.
    public let reason: String?
    /// Where each of its deliveries stands.
    public let deliveries: [ChannelKind: DeliveryState]

    /// Gathers it.
    public init(
        client: ClientID, position: Int, person: PersonID, notice: NoticeID?, reason: String?,
        deliveries: [ChannelKind: DeliveryState]
    ) {
        self.client = client
        self.position = position
        self.person = person
        self.notice = notice
        self.reason = reason
        self.deliveries = deliveries
    }

    /// Whether the contact has confirmed receipt.
    public var isAcknowledged: Bool { deliveries.values.contains(.acknowledged) }
    /// Whether the contact has opened it.
    public var isOpened: Bool { isAcknowledged || deliveries.values.contains(.opened) }
}

/// A change of hands, ready to be made.
public struct ClientTransfer: Sendable {
    /// From whom.
    public let leaver: PersonID
    /// To whom each client goes.
    public let moves: [ClientID: PersonID]
    /// Whether these must be all the leaver's clients.
    public let isWhole: Bool
    /// When.
    public let at: Timestamp
    /// Why, in words.
    public let reason: String

    /// Describes a change of hands.
    public init(leaver: PersonID, moves: [ClientID: PersonID], isWhole: Bool, at: Timestamp, reason: String) {
        self.leaver = leaver
        self.moves = moves
        self.isWhole = isWhole
        self.at = at
        self.reason = reason
    }
}

/// Clients as they are written; each verb is one transaction of state, operation log and acts.
///
/// Whatever comes late, twice or in another order leaves what is newer as it is.
public protocol ClientStore: ClientReader, ClientReports, ClientWatchStore, ContactReplyStore {
    /// Takes in what another system says of a client; nil when somebody else put the same one on record meanwhile.
    ///
    /// - Parameter owner: takes charge if nobody is in charge.
    func sync(
        _ update: ClientUpdate, id: ClientID, contacts: [CheckedContact], owner: PersonID?, log: ClientOperation,
        acts: [Act]
    ) async throws -> ClientSync?
    /// Takes in an event; false when it, or something newer about the same thing, was known.
    func record(
        _ event: ClientEventUpdate, client: ClientID, log: ClientOperation, acts: [Act]
    ) async throws -> Bool
    /// Changes facts if the client still belongs to whom the caller saw; the old values are kept.
    func edit(
        _ client: ClientID, _ edits: [FieldEdit], ownedBy owner: PersonID?, source: String, log: ClientOperation,
        acts: [Act]
    ) async throws
    /// Marks a promise as kept; false if somebody did before.
    func finish(_ followUp: FollowUpID, log: ClientOperation, acts: [Act]) async throws -> Bool

    /// Puts somebody in charge; refuses a span that overlaps another of the same client.
    func assign(
        _ client: ClientID, to employee: PersonID, from: Timestamp, until: Timestamp?, reason: String,
        log: ClientOperation, acts: [Act]
    ) async throws
    /// Moves clients with their unfinished orders; nil when the leaver's clients are no longer those the caller saw.
    func transfer(_ transfer: ClientTransfer, log: ClientOperation, acts: [Act]) async throws -> TransferReport?
    /// Lets a successor see a colleague's clients.
    func shadow(_ shadow: ShadowAssignment, log: ClientOperation, acts: [Act]) async throws

    /// The facts about a client, by name.
    func fields(of client: ClientID) async throws -> [ClientField]
    /// The values that were replaced, the newest first.
    func replacedFields(of client: ClientID) async throws -> [ReplacedField]
    /// One order.
    func order(source: String, externalID: String) async throws -> ClientOrder?
    /// One follow-up.
    func followUp(_ id: FollowUpID) async throws -> FollowUp?
    /// A page of clients by id.
    func clients(in scope: ClientScope, after: ClientID?, limit: Int) async throws -> [Client]
    /// The clients that fit, at most so many.
    func search(_ query: ClientQuery, in scope: ClientScope, limit: Int) async throws -> [Client]
    /// A page of a client's time line, the newest first.
    func timeline(of client: ClientID, before: ClientEvent.Cursor?, limit: Int) async throws -> [ClientEvent]
    /// The clients somebody has, and where asked had, by id.
    func clients(heldBy employee: PersonID, ever: Bool, after: ClientID?, limit: Int) async throws -> [HeldClient]
    /// What was told to the contacts of clients; of whom nobody was told is absent.
    func contactNotices(of clients: [ClientID]) async throws -> [ClientID: [ContactNotice]]

    /// Writes down operations that changed nothing.
    func log(_ operations: [ClientOperation]) async throws
    /// The operations on a client, or of an actor, the newest first.
    func operations(
        on client: ClientID?, by actor: String?, before: String?, limit: Int
    ) async throws -> [ClientOperation]
}

/// The queue of notices and alerts about clients.
public protocol ClientWatchStore: Sendable {
    /// How many different clients an actor has looked at since an instant.
    func clientsRead(by actor: String, since: Timestamp) async throws -> Int
    /// The actors who have looked at so many different clients since an instant.
    func bulkReaders(since: Timestamp, atLeast count: Int) async throws -> [(actor: String, person: PersonID?)]
    /// Raises an alert on bulk access unless there is one about the same actor since `quietSince`; false if there is.
    func raise(_ alert: ClientAlert, quietSince: Timestamp, notifies: Bool, acts: [Act]) async throws -> Bool
    /// Clients that were handed over and have neither ordered since an instant nor been alerted.
    func silentClients(since: Timestamp, limit: Int) async throws -> [SilentClient]
    /// Raises an alert on a lost client if it is still as silent as the caller saw; false if it is not.
    func raise(_ alert: ClientAlert, lost: SilentClient, notifies: Bool, acts: [Act]) async throws -> Bool
    /// Alerts, the newest first.
    func alerts(kind: ClientAlert.Kind?, before: String?, limit: Int) async throws -> [ClientAlert]
    /// Alerts whose notices are due.
    func dueAlerts(now: Timestamp, limit: Int) async throws -> [ClientAlert]
    /// Notes that the notices of an alert went out, or why not and when to try again.
    func settle(alert id: String, notices: Int, reason: String?, dueAt: Timestamp?) async throws
    /// Notices to contacts that are due.
    func dueContactNotices(now: Timestamp, limit: Int) async throws -> [DueContactNotice]
    /// Notes the notice to a contact; it enters the client's time line.
    func settle(_ due: DueContactNotice, notice: NoticeID, at: Timestamp) async throws
    /// Notes why a notice to a contact could not be issued, and when to try again; never when nil.
    func postpone(_ due: DueContactNotice, reason: String, until: Timestamp?) async throws
}

/// A client that was handed over and is silent.
public struct SilentClient: Sendable, Hashable {
    /// Which.
    public let client: ClientID
    /// From when on nothing came: the hand-over, or the last order after it.
    public let since: Timestamp
    /// From whom the client came last.
    public let predecessor: PersonID?

    /// Gathers it.
    public init(client: ClientID, since: Timestamp, predecessor: PersonID?) {
        self.client = client
        self.since = since
        self.predecessor = predecessor
    }
}

/// A notice to a contact that is to be issued.
public struct DueContactNotice: Sendable, Hashable {
    /// Which client.
    public let client: ClientID
    /// The assignment it tells of.
    public let position: Int
    /// To whom.
    public let person: PersonID
    /// Who is in charge now.
    public let successor: PersonID
    /// Who was before.
    public let predecessor: PersonID?
    /// From when on.
    public let from: Timestamp

    /// Gathers it.
    public init(
        client: ClientID, position: Int, person: PersonID, successor: PersonID, predecessor: PersonID?, from: Timestamp
    ) {
        self.client = client
        self.position = position
        self.person = person
        self.successor = successor
        self.predecessor = predecessor
        self.from = from
    }
}
