/// How the sandbox mail server behaves towards one recipient.
public struct MailConduct: Sendable, Hashable {
    /// What it does with the message.
    public enum Behaviour: Sendable, Hashable {
        /// Takes it and says so at once.
        case accept
        /// Takes it and says so only after a while, as a relay does that scans.
        case late(Duration)
        /// Takes it, then cuts the connection without a reply: the sender cannot know.
        case lostReply
        /// Refuses the recipient for good, for example 550.
        case refuse(code: Int, text: String)
        /// Refuses the recipient for now, for example 451.
        case tempfail(code: Int, text: String)
        /// Refuses the content after the end of data, with any code.
        case refuseData(code: Int, text: String)
        /// Answers every command about this message only after a while.
        case slow(Duration)
    }

    /// A receipt that follows an accepted message into the mailbox.
    public struct Receipt: Sendable, Hashable {
        /// What it reports.
        public enum Kind: Sendable, Hashable {
            /// A DSN with action "delivered"; sent only when the sender asked for it (NOTIFY=SUCCESS).
            case delivered
            /// A DSN with action "failed" and this status; sent unless NOTIFY=NEVER.
            case failed(status: String, text: String)
            /// An MDN "displayed"; sent only when the message asks for one.
            case displayed
        }
        /// What it reports.
        public let kind: Kind
        /// How long after the message was taken.
        public let after: Duration
        /// How many copies arrive.
        public let copies: Int
        /// Describes a receipt.
        public init(_ kind: Kind, after: Duration = .zero, copies: Int = 1) {
            self.kind = kind
            self.after = after
            self.copies = copies
        }
    }

    /// What it does with the message.
    public let behaviour: Behaviour
    /// What follows an accepted one.
    public let receipts: [Receipt]

    /// Describes a conduct; by default it accepts and reports delivery.
    public init(_ behaviour: Behaviour = .accept, receipts: [Receipt] = [Receipt(.delivered)]) {
        self.behaviour = behaviour
        self.receipts = receipts
    }
}
