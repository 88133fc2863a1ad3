import Evidence

/// What one attempt ended in, as far as it was observed.
public struct DeliveryOutcome: Sendable, Hashable {
    /// The four ways an attempt can end.
    public enum Result: Sendable, Hashable {
        /// The peer took responsibility; `reference` is its own words or message id. Not arrival.
        case accepted(reference: String)
        /// Nothing was accepted; another try makes sense, not before `after` if the peer named a time.
        case deferred(reason: String, after: Duration?)
        /// A permanent no.
        case refused(reason: String)
        /// The peer may or may not have it: the connection was lost after the end of data.
        case unknown(reason: String)
    }

    /// The result.
    public let result: Result
    /// Why, as a value that rules can use; `other` when the peer gave no usable code.
    public let reasonCode: ReasonCode
    /// Who answered: host name and port, or the gateway's name.
    public let peer: String
    /// The dialogue line by line, credentials removed and message content replaced by its size.
    public let transcript: [String]
    /// Facts worth keeping as evidence beside the transcript, for example `dsnOffered` or `tls`.
    public let facts: [String: JSONValue]
    /// How many parts a text message was cut into, by the provider's count or else by ours; nil for other channels.
    public let parts: Int?
    /// Whether the peer itself could not be reached or talked to, which counts against the route, not the recipient.
    public let blamesRoute: Bool

    /// Reasons that lead to different next steps.
    public enum ReasonCode: String, Sendable, Hashable, Codable {
        /// Nothing is wrong.
        case none
        /// The address does not exist (5.1.1, wrong number): use another channel.
        case addressInvalid = "address_invalid"
        /// Mailbox full.
        case mailboxFull = "mailbox_full"
        /// Refused by policy (5.7.x, signature or template not approved): an operator must look.
        case policy
        /// Host unreachable, TLS failed, protocol error.
        case connection
        /// TLS could not be had or the certificate is wrong; nothing was sent in clear.
        case tlsPolicy = "tls_policy"
        /// The gateway limits the rate.
        case rateLimited = "rate_limited"
        /// Anything else.
        case other
    }

    /// States an outcome.
    public init(
        _ result: Result, reasonCode: ReasonCode = .none, peer: String, transcript: [String] = [],
        facts: [String: JSONValue] = [:], parts: Int? = nil, blamesRoute: Bool = false
    ) {
        self.result = result
        self.reasonCode = reasonCode
        self.peer = peer
        self.transcript = transcript
        self.facts = facts
        self.parts = parts
        self.blamesRoute = blamesRoute
    }
}
