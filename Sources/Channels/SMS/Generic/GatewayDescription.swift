import Evidence
import Notices

/// An HTTP gateway described in YAML: how to ask it, how to read it, how to read what it calls back with.
///
/// The description holds no secrets; `{{secret.…}}` and `{{setting.…}}` are supplied when a `GenericGateway` is
/// made from it. An unknown key, placeholder, pointer or pattern refuses the whole file, with its line.
public struct GatewayDescription: Sendable, Hashable {
    /// What the description calls itself.
    public let name: String
    /// What the gateway demands of a text.
    public let rules: SMSRules
    let submit: Request
    let answer: [ResponseRule]
    let callback: Report?
    let callbackSignature: MessageSignature?
    let reply: Reply
    let query: StatusQuery?

    /// Every placeholder of the configuration that must be supplied, for example `secret.password`.
    public let required: Set<String>

    struct Request: Sendable, Hashable {
        var method: String
        var url: PlaceholderText
        var query: [Field]
        var headers: [Field]
        var body: Body
        var authentication: Authentication
    }

    struct Field: Sendable, Hashable {
        let name: String
        let value: PlaceholderText
    }

    enum Body: Sendable, Hashable {
        case none
        case form([Field])
        case json(JSONTemplate)
    }

    indirect enum JSONTemplate: Sendable, Hashable {
        case text(PlaceholderText)
        case literal(JSONValue)
        case array([JSONTemplate])
        case object([String: JSONTemplate])
    }

    enum Authentication: Sendable, Hashable {
        case none
        case basic(user: PlaceholderText, password: PlaceholderText)
        case hmac(MessageSignature)
    }

    /// An HMAC-SHA256 in a header, made by us or checked by us.
    struct MessageSignature: Sendable, Hashable {
        enum Encoding: String, CaseIterable { case hex, base64 }
        let key: PlaceholderText
        /// May also use `{{method}}`, `{{url}}` and `{{body}}`.
        let over: PlaceholderText
        let header: String
        let prefix: String
        let encoding: Encoding
    }

    /// Where a fact stands in an answer or call-back.
    enum Place: Sendable, Hashable {
        case pointer(JSONPointer)
        case field(String)
        /// The first group of the pattern, or all of it.
        case pattern(String)
        /// Our own reference, for gateways that name nothing themselves.
        case reference
    }

    struct ResponseRule: Sendable, Hashable {
        enum Result: String, CaseIterable { case accepted, deferred, refused, unknown }
        var statuses: ClosedRange<Int>
        var place: Place?
        var equals: Set<String>
        var result: Result
        var reference: Place?
        var code: Place?
        var text: Place?
        /// How many parts the gateway made of the message.
        var parts: Place?
        var reason: DeliveryOutcome.ReasonCode
        var after: Int?
        var blamesRoute: Bool
    }

    struct Report: Sendable, Hashable {
        enum Format: String, CaseIterable { case json, form, query }
        var format: Format
        var items: JSONPointer?
        var id: Place?
        var reference: Place?
        var phone: Place?
        var code: Place
        var text: Place?
        var time: Place?
        var timeForm: ProviderTime
        var states: [String: SMSReceipt.State]
        var part: PartPlaces?
    }

    /// Where a gateway that reports long messages part by part says which one it means.
    enum PartPlaces: Sendable, Hashable {
        /// The part's place in the message and the number of parts.
        case counted(sequence: Place, total: Place)
        /// A name that differs from part to part; how many there are the answer to the submission says, or our own count.
        case named(Place)
    }

    struct StatusQuery: Sendable, Hashable {
        var request: Request
        var days: Int
        var report: Report
    }

    struct Reply: Sendable, Hashable {
        var status = 200
        var contentType = "text/plain"
        var body = ""
    }
}
