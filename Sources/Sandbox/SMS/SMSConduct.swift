/// How the sandbox gateway behaves towards one phone number.
public struct SMSConduct: Sendable, Hashable {
    /// What it does with a submission.
    public enum Behaviour: Sendable, Hashable {
        /// Takes it and answers at once.
        case accept
        /// Answers with a success status and an error in the body, as many providers do; nothing is taken.
        case errorBody(code: String, message: String)
        /// Answers with this status, and Retry-After in seconds if given; nothing is taken.
        case status(Int, retryAfter: Int?)
        /// Redirects elsewhere; nothing is taken.
        case redirect(to: String)
        /// Takes it, then cuts the connection without an answer.
        case lostReply
        /// Takes it and answers only after a while, longer than a client waits.
        case late(Duration)
        /// Takes it and breaks off in the middle of the answer's body.
        case truncatedBody
        /// Takes it and answers with JSON that is cut short although the length is right.
        case truncatedJSON
        /// Takes it and answers with this many bytes.
        case oversizedBody(Int)
        /// Takes it and labels random bytes as gzip.
        case brokenGzip
    }

    /// A receipt about an accepted message.
    public struct Receipt: Sendable, Hashable {
        /// What the carrier says.
        public enum State: String, Sendable, Hashable {
            /// Arrived at the handset.
            case delivered
            /// Will not arrive.
            case failed
            /// On its way.
            case pending
        }
        /// What the carrier says.
        public let state: State
        /// The carrier's code; nil takes the usual one.
        public let code: String?
        /// How long after the message was taken.
        public let after: Duration
        /// How many copies are posted.
        public let copies: Int
        /// Posts it, and waits for our answer, before the submission is answered.
        public let beforeReply: Bool
        /// Describes a receipt.
        public init(
            _ state: State, code: String? = nil, after: Duration = .zero, copies: Int = 1, beforeReply: Bool = false
        ) {
            self.state = state
            self.code = code
            self.after = after
            self.copies = copies
            self.beforeReply = beforeReply
        }
    }

    /// What it does with a submission.
    public let behaviour: Behaviour
    /// What follows an accepted one, each at its own time, so that they may overtake each other.
    public let receipts: [Receipt]

    /// Describes a conduct; by default it accepts and reports delivery.
    public init(_ behaviour: Behaviour = .accept, receipts: [Receipt] = [Receipt(.delivered)]) {
        self.behaviour = behaviour
        self.receipts = receipts
    }

    /// Whether the gateway has the message afterwards, whatever the client learns.
    var takes: Bool {
        switch behaviour {
        case .errorBody, .status, .redirect: false
        default: true
        }
    }
}

/// One message the sandbox gateway took.
public struct ReceivedSMS: Sendable, Hashable {
    /// Whose interface it came by.
    public enum Dialect: String, Sendable, Hashable {
        /// The sandbox's own JSON interface, `POST /v1/messages`.
        case json
        /// Aliyun's SendSms.
        case aliyun
        /// Twilio's Messages.
        case twilio
    }

    /// The gateway's name for it.
    public let id: String
    /// Whose interface it came by.
    public let dialect: Dialect
    /// The number as it was written.
    public let phone: String
    /// The text, or the template's parameters.
    public let text: String
    /// The signature, where the interface has one.
    public let signature: String
    /// The client's own reference.
    public let reference: String
    /// Where receipts go; nil when nobody asked for any.
    public let callback: String?
    /// Seconds since 1970.
    public let receivedAt: Int64
    /// The last state reported; "pending" at first.
    public internal(set) var state: SMSConduct.Receipt.State = .pending
    /// When that was reported.
    public internal(set) var reportedAt: Int64?
}

/// One receipt the sandbox gateway posted, and what it was told.
public struct PostedReceipt: Sendable, Hashable {
    /// About which message.
    public let id: String
    /// What it said.
    public let state: SMSConduct.Receipt.State
    /// The status it was answered with; nil when nobody answered.
    public let status: Int?
}
