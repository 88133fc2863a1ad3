import Curl
import Evidence

/// One provider's way of taking a message and of telling what became of it.
///
/// A gateway is a value: it writes requests and reads answers, and never touches the network or a clock. So each
/// provider is tested against its published vectors and documents, and `SMSChannel` is the same for all.
public protocol SMSGateway: Sendable {
    /// What the configuration calls it; the clock of its receipts is `provider:` and this name.
    var name: String { get }
    /// What it demands of a text.
    var rules: SMSRules { get }
    /// Whether its call-backs prove where they come from. If not, a receipt is confirmed by ``statusQuery(for:at:nonce:)``
    /// before it counts, where ``canBeAsked``.
    var signsReceipts: Bool { get }
    /// Whether the provider answers status questions at all.
    var canBeAsked: Bool { get }
    /// Values that must not appear in a transcript.
    var secrets: [String] { get }

    /// Writes the request that submits a message; `nonce` is fresh for every call.
    func request(for message: SMSMessage, at now: Timestamp, nonce: String) throws(SMSError) -> HTTPRequest
    /// Reads the answer to a submission. A success status with an error body is not acceptance.
    func verdict(on response: HTTPResponse, to message: SMSMessage) -> SMSVerdict
    /// Reads a call-back; throws when it is malformed, forged or about another account.
    func receipts(in callback: SMSCallback) throws(SMSError) -> [SMSReceipt]
    /// What the provider wants to hear after a call-back was stored, so that it does not repeat it.
    var callbackReply: HTTPResponse { get }
    /// Asks what became of a message; nil when the provider cannot be asked, or not any more.
    func statusQuery(for question: SMSStatusQuestion, at now: Timestamp, nonce: String) throws(SMSError) -> HTTPRequest?
    /// Reads the answer to a status question; only what is about that message, and nothing when it is not known.
    func receipts(
        inStatus response: HTTPResponse, for question: SMSStatusQuestion
    ) throws(SMSError) -> [SMSReceipt]
}

/// Which message a status question is about.
public struct SMSStatusQuestion: Sendable, Hashable {
    /// The provider's name for the message, if an answer reached us.
    public let providerID: String?
    /// Our name for the delivery.
    public let reference: String
    /// To whom it went.
    public let phone: PhoneNumber
    /// When it was submitted.
    public let submittedAt: Timestamp

    /// Gathers what is known.
    public init(providerID: String?, reference: String, phone: PhoneNumber, submittedAt: Timestamp) {
        self.providerID = providerID
        self.reference = reference
        self.phone = phone
        self.submittedAt = submittedAt
    }
}

/// A provider's call-back as it reached us.
public struct SMSCallback: Sendable {
    /// The largest body that is read; the largest documented push has 1,000 receipts.
    public static let maximumBytes = 1 << 20

    /// The full address the provider used, as seen from outside: signatures cover it.
    public let url: String
    /// The header fields.
    public let headers: [HTTPHeader]
    /// The body's exact bytes.
    public let body: [UInt8]

    /// Gathers a call-back.
    public init(url: String, headers: [HTTPHeader], body: [UInt8]) {
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// The first value of a header field, whatever the case of its name.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The fields of the address's query; nil when an escape is broken.
    var query: [(name: String, value: String)]? {
        guard let mark = url.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        let query = url[url.utf8.index(after: mark)...].prefix { $0 != "#" }
        return WebEncoding.fields(inForm: Array(query.utf8))
    }

    /// Refuses a body beyond the cap before anything parses it.
    func checkSize(gateway: String) throws(SMSError) {
        guard body.count <= Self.maximumBytes else {
            throw SMSError(
                .malformedReceipt,
                "call-back of \(gateway) has \(body.count) bytes, more than \(Self.maximumBytes); it was not read")
        }
    }
}
