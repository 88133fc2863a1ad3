import Evidence
import Notices

/// A case with its items.
public struct HandoverRecord: Sendable, Hashable {
    /// The case.
    public var handover: HandoverCase
    /// Its items, in the order in which they came on the list.
    public var items: [HandoverItem]

    /// Gathers it.
    public init(handover: HandoverCase, items: [HandoverItem]) {
        self.handover = handover
        self.items = items
    }

    /// How far it has come.
    public var progress: HandoverProgress {
        HandoverProgress(done: items.filter(\.isClosed).count, total: items.count)
    }
}

/// A notice that follows from a step, written down with the step and issued right after it.
///
/// If we crash between the two, the next run issues it; its id is the occasion, so there is never a second one.
public struct HandoverMessage: Sendable, Hashable {
    /// Names it.
    public let id: String
    /// On account of which handover.
    public let handover: HandoverID
    /// About which item; nil when it is about several.
    public let item: HandoverItemID?
    /// The kind of notice.
    public let kind: String
    /// To whom.
    public let person: PersonID
    /// The values of its fields.
    public let fields: JSONValue
    /// The notice; nil until it is issued.
    public let notice: NoticeID?
    /// Why it could not be issued; nil when it was, or was not tried.
    public let failure: String?

    /// Gathers it.
    public init(
        id: String, handover: HandoverID, item: HandoverItemID?, kind: String, person: PersonID, fields: JSONValue,
        notice: NoticeID? = nil, failure: String? = nil
    ) {
        self.id = id
        self.handover = handover
        self.item = item
        self.kind = kind
        self.person = person
        self.fields = fields
        self.notice = notice
        self.failure = failure
    }
}

/// Everything one step of a handover writes: all of it in one transaction, or nothing.
public struct HandoverChange: Sendable {
    /// The case as it will be, with the version that was seen; the store raises it.
    public var handover: HandoverCase
    /// Items that are new or changed.
    public var items: [HandoverItem] = []
    /// Confirmations to add to items.
    public var confirmations: [(item: HandoverItemID, confirmation: ItemConfirmation)] = []
    /// Files to add to items, with their bytes.
    public var files: [(item: HandoverItemID, file: HandoverFile, bytes: [UInt8])] = []
    /// Notices that follow.
    public var messages: [HandoverMessage] = []
    /// A device that came back, with the condition in which it did.
    public var returned: (device: String, condition: String)?
    /// What is recorded.
    public var acts: [Act] = []

    /// Begins with a case as it was seen.
    public init(_ handover: HandoverCase) { self.handover = handover }
}

/// Reads handovers and holdings; whoever calls it has asked ``AccessPolicy`` before.
public protocol HandoverReader: HandoverProgressReader {
    /// One handover with its items; nil if there is none, or everything about the person was erased.
    func handover(_ id: HandoverID) async throws -> HandoverRecord?
    /// The newest handover of a person.
    func handover(of person: PersonID) async throws -> HandoverID?
    /// Handovers, the newest first; of people in these units where given.
    func handovers(
        of units: Set<UnitID>?, onlyOpen: Bool, before cursor: HandoverID?, limit: Int
    ) async throws -> [HandoverCase]
    /// Members of staff who have resigned or hand over and have no handover that is not closed.
    func leaversWithoutHandover(limit: Int) async throws -> [PersonID]
    /// Handovers in which something can still fall due, by id.
    func runningHandovers(after cursor: HandoverID?, limit: Int) async throws -> [HandoverID]
    /// The bytes of a file with its item; nil if there is none.
    func handoverFile(_ id: HandoverFileID, of handover: HandoverID) async throws -> (HandoverFile, [UInt8])?
    /// Notices of a handover, in the order in which they were written down.
    func messages(of handover: HandoverID) async throws -> [HandoverMessage]
    /// Notices that are written down and not issued, oldest first.
    func pendingMessages(limit: Int) async throws -> [HandoverMessage]
    /// Since when a person lets us keep where they were at visits; nil when they do not.
    func visitConsent(of person: PersonID) async throws -> Timestamp?
    /// What a person holds.
    func holdings(of person: PersonID, _ list: Holding.List) async throws -> [Holding]
    /// When each list of a person was imported last.
    func holdingImports(of person: PersonID) async throws -> [Holding.List: HoldingImport]
}

/// Handovers as they are written; each verb is one transaction of state and acts.
public protocol HandoverStore: HandoverReader {
    /// Opens a case with its list; refuses while another case of the person is not closed.
    func open(_ change: HandoverChange) async throws
    /// Writes a step; false if somebody else changed the case since it was seen, and then nothing was written.
    func record(_ change: HandoverChange) async throws -> Bool
    /// Notes that a message was issued, or why it could not be.
    func settle(_ message: String, notice: NoticeID?, failure: String?) async throws
    /// Notes that a person lets us keep places from now on, or no longer does.
    func setVisitConsent(of person: PersonID, since: Timestamp?, acts: [Act]) async throws
    /// Replaces a person's list.
    func replaceHoldings(_ holdings: [Holding], as summary: HoldingImport, acts: [Act]) async throws
}
