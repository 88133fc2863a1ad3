import Evidence
import Notices

/// What came back by mail, understood as far as it can be, and which delivery it is about.
public struct IncomingReport: Sendable, Hashable {
    /// What kind of mail it is.
    public enum Content: Sendable, Hashable {
        /// A mail system's report in the standard form.
        case deliveryStatus(DeliveryStatusReport)
        /// A mail program's read receipt.
        case disposition(DispositionReport)
        /// A bounce in free words, as several Chinese mail systems send them.
        case bounce(FreeFormBounce)
        /// A read receipt in free words, as some mail programs send it; a person must read it.
        case informalReceipt(subject: String)
        /// A vacation message or another answer that no person wrote.
        case autoReply(subject: String)
        /// Written by a person, as far as the header tells.
        case reply(subject: String)
        /// None of these.
        case other
    }

    /// Which delivery it is about, and how we know.
    public enum Match: Sendable, Hashable {
        /// A delivery of ours; whether it exists is for the store to say.
        case delivery(DeliveryID, by: Key)
        /// It names an address of ours with a MAC that is not ours. To be logged, never believed.
        case forged(address: String)
        /// Nothing in it is ours.
        case none
    }

    /// What led to the delivery, strongest first.
    public enum Key: String, Sendable, Hashable {
        /// The address it was sent to, with a good MAC.
        case returnPath = "return_path"
        /// The envelope id that came back, with a good MAC.
        case envelopeID = "envelope_id"
        /// The Message-ID: it has no MAC, so anyone who knows a delivery's id could have written it.
        case messageID = "message_id"

        /// Whether a MAC of ours backs it.
        public var isAuthenticated: Bool { self != .messageID }
    }

    /// What kind of mail it is.
    public let content: Content
    /// Which delivery it is about.
    public let match: Match
    /// Who wrote it, as the header says.
    public let from: String?
    /// Its own Date, by the writer's clock.
    public let date: Timestamp?
    /// What our own receiving server found out about the sender (RFC 8601), as it wrote it.
    public let authenticationResults: String?
    /// The hash of the raw bytes, which are kept as evidence.
    public let rawDigest: Digest
    /// The same for two reports that say the same: it is recorded once however often it comes.
    public let fingerprint: Digest
    /// Whether limits cut something off.
    public let isIncomplete: Bool
}

/// A bounce without the standard form, read for the little it says.
public struct FreeFormBounce: Sendable, Hashable {
    /// The first status or reply code in the text.
    public let code: String?
    /// The beginning of the text.
    public let excerpt: String
    /// Whether the code says that it is final.
    public let isPermanent: Bool

    /// The state it supports: failed if a permanent code is quoted, else nothing, and a person must read it.
    public var state: DeliveryState? { isPermanent ? .failed : nil }
}
