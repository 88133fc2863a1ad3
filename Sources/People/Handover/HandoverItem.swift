import Evidence
import Notices

/// One thing that a leaver hands over.
public struct HandoverItem: Sendable, Hashable {
    /// What kind of thing.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// One client with contacts, orders and unfinished service.
        case client
        /// One visit to a client to hand over.
        case visit
        /// The list of all clients (name, contact, follow-up state), beside the leaver's own statement.
        case clientList = "client-list"
        /// One open order.
        case order
        /// One open project.
        case project
        /// The list of unfinished orders, beside the leaver's own statement.
        case orderList = "order-list"
        /// The list of money that clients owe, beside the leaver's own statement.
        case receivableList = "receivable-list"
        /// The documents that the office system lists.
        case documentList = "document-list"
        /// One thing issued to the leaver: a computer, a telephone, a client contract.
        case device
        /// The list of everything issued.
        case deviceList = "device-list"
        /// An unsettled fee.
        case fee
        /// A service that was promised.
        case promise
        /// Anything else.
        case other
    }

    /// Where an item stands.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Nothing was handed in.
        case open
        /// Handed in; waits for whoever takes it over and for review.
        case submitted
        /// Sent back for rework; open again.
        case returned
        /// Accepted; closed.
        case accepted
        /// Given up with a reason; closed, and not done.
        case waived
    }

    /// Names it.
    public let id: HandoverItemID
    /// What kind of thing.
    public let kind: Kind
    /// What it was made from, for example a client's id; nil when somebody added it by hand.
    public let origin: String?
    /// What is handed over, from live data or as added: an object with at least `title`.
    public var content: JSONValue
    /// What the leaver handed in; nil before.
    public var submission: JSONValue?
    /// The sum at stake, where there is one.
    public let amount: Amount?
    /// Without it the clearance stays locked, and it cannot be given up.
    public let isKey: Bool
    /// The last day for it.
    public var dueOn: CivilDate
    /// Where it stands.
    public var state: State
    /// How often it was handed in.
    public var round: Int
    /// The commitment of the newest act about it; each act names the one before.
    public var head: Digest?
    /// Files handed in, without their bytes.
    public var files: [HandoverFile]
    /// Who confirmed what.
    public var confirmations: [ItemConfirmation]

    /// Gathers it.
    public init(
        id: HandoverItemID, kind: Kind, origin: String?, content: JSONValue, submission: JSONValue? = nil,
        amount: Amount? = nil, isKey: Bool, dueOn: CivilDate, state: State = .open, round: Int = 0,
        head: Digest? = nil, files: [HandoverFile] = [], confirmations: [ItemConfirmation] = []
    ) {
        self.id = id
        self.kind = kind
        self.origin = origin
        self.content = content
        self.submission = submission
        self.amount = amount
        self.isKey = isKey
        self.dueOn = dueOn
        self.state = state
        self.round = round
        self.head = head
        self.files = files
        self.confirmations = confirmations
    }

    /// What people call it.
    public var title: String { content["title"]?.string ?? kind.rawValue }

    /// Whether the leaver still owes it.
    public var isOwed: Bool { state == .open || state == .returned }

    /// Whether it is settled, done or given up.
    public var isClosed: Bool { state == .accepted || state == .waived }

    /// SHA-256 of everything that is confirmed: what is handed over, what was handed in, and its material.
    ///
    /// A confirmation holds for these bytes only; when they change, it has to be given again.
    public var contentHash: Digest {
        let material = files.filter { $0.purpose == .material }.map(\.hash.hex).sorted()
        let all: JSONValue = .object([
            "content": content, "submission": submission ?? .null,
            "files": .array(material.map { .string($0) }),
        ])
        return SHA256.hash(all.canonicalBytes)
    }

    /// The confirmation of a party that still holds for what the item is now.
    public func confirmation(by party: ItemConfirmation.Party) -> ItemConfirmation? {
        confirmations.last { $0.party == party && ($0.party == .client || $0.contentHash == contentHash) }
    }
}

extension HandoverItem.Kind {
    /// The step of the approval flow that it belongs to.
    public var step: HandoverStep {
        switch self {
        case .client, .visit, .clientList: .clients
        case .order, .project, .orderList, .receivableList, .documentList: .data
        case .device, .deviceList, .fee, .promise, .other: .formalities
        }
    }

    /// The part of the list in which it stands (客户资料、工作进度、公司财产、其他事项; S-63 to S-66).
    public var part: String {
        switch self {
        case .client, .visit, .clientList: "clients"
        case .order, .project, .orderList, .receivableList, .documentList: "work"
        case .device, .deviceList: "property"
        case .fee, .promise, .other: "other"
        }
    }

    /// Whether it is one of the lists of which the leaver makes a statement of their own (S-67).
    public var isForm: Bool { self == .clientList || self == .orderList || self == .receivableList }

    /// Whether somebody may add one by hand.
    public var isFree: Bool { self == .visit || self == .fee || self == .promise || self == .other }

    /// Whether its condition must be stated on both sides (S-77).
    public var needsCondition: Bool { self == .device }

    /// Whether HR takes it back rather than the successor.
    public var isReturnedToCompany: Bool { self == .device || self == .deviceList }
}

/// That somebody confirmed an item, bound to the bytes they saw.
public struct ItemConfirmation: Sendable, Hashable {
    /// In which part somebody confirms.
    public enum Party: String, Sendable, Hashable, Codable, CaseIterable {
        /// The leaver, who hands over.
        case giver
        /// The successor, or HR for what belongs to the company.
        case taker
        /// The manager or HR, who accepts.
        case reviewer
        /// The client, on paper or online.
        case client
    }

    /// In which part.
    public let party: Party
    /// Who; for programs and clients the name of their key or their person.
    public let by: String
    /// When.
    public let at: Timestamp
    /// SHA-256 of what was confirmed.
    public let contentHash: Digest
    /// What was stated with it, for example the condition found; an object.
    public let statement: JSONValue

    /// Gathers it.
    public init(party: Party, by: String, at: Timestamp, contentHash: Digest, statement: JSONValue = .object([:])) {
        self.party = party
        self.by = by
        self.at = at
        self.contentHash = contentHash
        self.statement = statement
    }
}

/// A file that was handed in, without its bytes.
public struct HandoverFile: Sendable, Hashable {
    /// What a file is for.
    public enum Purpose: String, Sendable, Hashable, Codable, CaseIterable {
        /// What is handed over.
        case material
        /// The letter in which the client confirms the handover (客户交接确认函).
        case clientLetter = "client-letter"
        /// The sheet that the client signed at a visit.
        case visitSheet = "visit-sheet"

        /// Whether it is a scan of a signed paper.
        public var isSignedPaper: Bool { self != .material }
    }

    /// Names it.
    public let id: HandoverFileID
    /// Its name on the computer it came from.
    public let name: String
    /// Its media type.
    public let type: String
    /// What it is for.
    public let purpose: Purpose
    /// How many bytes it has.
    public let size: Int
    /// SHA-256 of its bytes.
    public let hash: Digest
    /// Who handed it in.
    public let by: String
    /// When.
    public let at: Timestamp

    /// Describes a file.
    public init(
        id: HandoverFileID, name: String, type: String, purpose: Purpose, size: Int, hash: Digest, by: String,
        at: Timestamp
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.purpose = purpose
        self.size = size
        self.hash = hash
        self.by = by
        self.at = at
    }
}
