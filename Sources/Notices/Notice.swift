import Evidence

/// One formal document to one or more recipients, with a number (通知书).
///
/// It is a value that walks through the rooms; the stores hold it, nobody changes it in place.
public struct Notice: Sendable, Hashable {
    /// Names it for programs.
    public let id: NoticeID
    /// Names it for people; printed on the document.
    public let number: String
    /// In whose name it is given, as it was when issued.
    public let issuer: IssuerSnapshot
    /// For example `dismissal`.
    public let kind: String
    /// Version of the template.
    public let templateVersion: Int
    /// SHA-256 over the template's files.
    public let templateHash: Digest
    /// `zh-CN` or `en`.
    public let language: String
    /// What goes first.
    public let priority: Priority
    /// Where it stands.
    public let state: NoticeState
    /// How many approvers must agree, and how many have.
    public let approvalsNeeded: Int
    /// Who wrote it.
    public let author: Principal
    /// When it was accepted.
    public let createdAt: Timestamp
    /// When it was sealed.
    public let sealedAt: Timestamp?
    /// SHA-256 of the canonical content; what approvers approve.
    public let contentHash: Digest
    /// SHA-256 of the sealed document's bytes, once sealed.
    public let documentHash: Digest?
    /// To whom.
    public let recipients: [NoticeRecipient]
    /// Channels and waits.
    public let plan: DeliveryPlan
    /// The articles relied on.
    public let legalBasis: [String]
    /// The kind's settings that later rooms need.
    public let handling: Handling
    /// Groups notices issued together.
    public let batch: String?
    /// The second people who stand behind overrides of pre-flight findings; each must be among the approvers.
    public let confirmers: [String]
    /// The earlier notice this one reminds its recipients of; their mail programs then show both together.
    public let remindsOf: NoticeID?
    /// Issued in a rehearsal (演练): it says so wherever it is shown, and is never handed over for real.
    public let isRehearsal: Bool

    /// Whose key seals the content, and the entries that say what it rests on: the first recipient's.
    public var keyOwner: PersonID? { recipients.first?.person }

    /// What the kind says about rooms after issuing.
    public struct Handling: Sendable, Hashable, Codable {
        /// A PDF is made and sealed; otherwise the message itself is sealed.
        public let sealsPDF: Bool
        /// Not before or after the quiet hours.
        public let observesQuietHours: Bool
        /// The person is asked to confirm receipt.
        public let asksAcknowledgement: Bool
        /// Opening needs a one-time code as well as the link.
        public let isPersonal: Bool
        /// Says how a kind is handled.
        public init(sealsPDF: Bool, observesQuietHours: Bool, asksAcknowledgement: Bool, isPersonal: Bool) {
            self.sealsPDF = sealsPDF
            self.observesQuietHours = observesQuietHours
            self.asksAcknowledgement = asksAcknowledgement
            self.isPersonal = isPersonal
        }
    }

    /// Gathers a notice.
    public init(
        id: NoticeID, number: String, issuer: IssuerSnapshot, kind: String, templateVersion: Int, templateHash: Digest,
        language: String, priority: Priority, state: NoticeState, approvalsNeeded: Int, author: Principal,
        createdAt: Timestamp, sealedAt: Timestamp?, contentHash: Digest, documentHash: Digest?,
        recipients: [NoticeRecipient], plan: DeliveryPlan, legalBasis: [String], handling: Handling, batch: String?,
        confirmers: [String] = [], remindsOf: NoticeID? = nil, isRehearsal: Bool = false
    ) {
        self.id = id
        self.number = number
        self.issuer = issuer
        self.kind = kind
        self.templateVersion = templateVersion
        self.templateHash = templateHash
        self.language = language
        self.priority = priority
        self.state = state
        self.approvalsNeeded = approvalsNeeded
        self.author = author
        self.createdAt = createdAt
        self.sealedAt = sealedAt
        self.contentHash = contentHash
        self.documentHash = documentHash
        self.recipients = recipients
        self.plan = plan
        self.legalBasis = legalBasis
        self.handling = handling
        self.batch = batch
        self.confirmers = confirmers
        self.remindsOf = remindsOf
        self.isRehearsal = isRehearsal
    }
}

/// The issuing entity as it was when the notice was issued.
public struct IssuerSnapshot: Sendable, Hashable, Codable {
    /// Names the entity.
    public let id: IssuerID
    /// Full registered name.
    public let fullName: String
    /// Credit code.
    public let creditCode: String
    /// From address.
    public let mailbox: String
    /// SMS signature without brackets.
    public let smsSignature: String
    /// Takes the snapshot.
    public init(_ issuer: Issuer) {
        id = issuer.id
        fullName = issuer.fullName
        creditCode = issuer.creditCode.text
        mailbox = issuer.mailbox
        smsSignature = issuer.smsSignature
    }
}

/// A recipient as they were when the notice was issued: later changes of address do not touch it.
public struct NoticeRecipient: Sendable, Hashable, Codable {
    /// Who.
    public let person: PersonID
    /// Name at that time.
    public let name: String
    /// `zh-CN` or `en`.
    public let language: String
    /// The addresses at that time, with their confirmations.
    public let addresses: [ServiceAddress]
    /// Takes the snapshot.
    public init(_ recipient: Recipient) {
        person = recipient.id
        name = recipient.name
        language = recipient.language
        addresses = recipient.addresses
    }

    /// The address to use on a channel: a confirmed one first, then the newest.
    public func address(for channel: ChannelKind) -> ServiceAddress? {
        let usable = addresses.filter { $0.channel == channel }
        return usable.last { $0.confirmation != nil } ?? usable.last
    }
}
