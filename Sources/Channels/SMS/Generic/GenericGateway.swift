import Curl
import Evidence
import Notices

/// Any HTTP gateway that a `GatewayDescription` describes.
public struct GenericGateway: SMSGateway {
    /// What the configuration calls it.
    public let name: String
    /// What the description demands of a text.
    public var rules: SMSRules { description.rules }
    /// Whether the description signs call-backs.
    public var signsReceipts: Bool { description.callbackSignature != nil }
    /// Whether the description has a status question.
    public var canBeAsked: Bool { description.query != nil }
    /// The secrets supplied, and the Basic credentials made of them.
    public let secrets: [String]
    let description: GatewayDescription
    private let constants: [String: String]

    /// Supplies a description with its `setting.…` and `secret.…` values; refuses a missing or a superfluous one.
    public init(
        name: String? = nil, description: GatewayDescription, settings: [String: String] = [:],
        secrets: [String: String] = [:]
    ) throws(SMSError) {
        self.name = name ?? description.name
        self.description = description
        var constants: [String: String] = [:]
        for (key, value) in settings { constants["setting.\(key)"] = value }
        for (key, value) in secrets { constants["secret.\(key)"] = value }
        let missing = description.required.subtracting(constants.keys).sorted()
        guard missing.isEmpty else {
            throw SMSError(
                .configuration, "gateway \(self.name) needs \(missing.joined(separator: ", ")); add them to its route")
        }
        let superfluous = Set(constants.keys).subtracting(description.required).sorted()
        guard superfluous.isEmpty else {
            throw SMSError(
                .configuration,
                "gateway \(self.name) does not use \(superfluous.joined(separator: ", ")); remove or correct the name")
        }
        self.constants = constants
        var hidden = Array(secrets.values)
        for request in [description.submit, description.query?.request].compactMap({ $0 }) {
            if case .basic(let user, let password) = request.authentication {
                hidden.append(try Self.basic(user, password, constants))
            }
        }
        self.secrets = hidden
    }

    /// Fills the description's request.
    public func request(for message: SMSMessage, at now: Timestamp, nonce: String) throws(SMSError) -> HTTPRequest {
        var values = moment(now, nonce)
        values.merge(message.fields) { _, new in new }
        values["phone"] = message.phone.e164
        values["phone.digits"] = message.phone.digits
        values["phone.national"] = message.phone.mainlandDigits ?? message.phone.digits
        values["text"] = message.text
        values["coding"] = SMSText(message.text).alphabet == .ucs2 ? "2" : "0"
        values["signature"] = message.signature
        values["reference"] = message.reference
        values["language"] = message.language
        return try fill(description.submit, values)
    }

    /// Applies the description's rules in order; what none matches is judged by its status.
    ///
    /// A success that no rule knows is `unknown`: the gateway may have taken the message.
    public func verdict(on response: HTTPResponse, to message: SMSMessage) -> SMSVerdict {
        let reader = AnswerReader(bytes: response.body, reference: message.reference)
        for rule in description.answer where rule.statuses.contains(response.status) {
            if let place = rule.place {
                guard let found = reader.text(at: place), rule.equals.isEmpty || rule.equals.contains(found) else {
                    continue
                }
            }
            return verdict(of: rule, response, reader)
        }
        return SMSVerdict.ofStatus(response) ?? .unreadable(response)
    }

    private func verdict(
        of rule: GatewayDescription.ResponseRule, _ response: HTTPResponse, _ reader: AnswerReader
    ) -> SMSVerdict {
        let code = rule.code.flatMap(reader.text) ?? ""
        let words = [code, rule.text.flatMap(reader.text) ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        let reason = words.isEmpty ? "HTTP \(response.status)" : words
        let after = rule.after.map { Duration.seconds($0) } ?? SMSVerdict.retryAfter(response)
        switch rule.result {
        case .accepted:
            guard let id = rule.reference.flatMap(reader.text) else { return .unreadable(response) }
            return SMSVerdict(
                .accepted(reference: id), providerCode: code, parts: SMSVerdict.parts(rule.parts.flatMap(reader.text)))
        case .deferred:
            return SMSVerdict(
                .deferred(reason: reason, after: after), rule.reason, blamesRoute: rule.blamesRoute, providerCode: code)
        case .refused:
            return SMSVerdict(.refused(reason: reason), rule.reason, blamesRoute: rule.blamesRoute, providerCode: code)
        case .unknown:
            return SMSVerdict(.unknown(reason: reason), rule.reason, blamesRoute: rule.blamesRoute, providerCode: code)
        }
    }

    /// Fills the description's status question; nil without one, beyond its window, or when it needs an id we lack.
    public func statusQuery(
        for question: SMSStatusQuestion, at now: Timestamp, nonce: String
    ) throws(SMSError) -> HTTPRequest? {
        guard let query = description.query, now.since(question.submittedAt) < .seconds(query.days * 86_400) else {
            return nil
        }
        var values = moment(now, nonce)
        values["phone"] = question.phone.e164
        values["phone.digits"] = question.phone.digits
        values["phone.national"] = question.phone.mainlandDigits ?? question.phone.digits
        values["reference"] = question.reference
        if let id = question.providerID {
            values["id"] = id
        } else if query.request.uses("id") {
            return nil
        }
        return try fill(query.request, values)
    }

    /// What the signature of a call-back may draw on.
    var callbackValues: [String: String] { constants }

    private func moment(_ now: Timestamp, _ nonce: String) -> [String: String] {
        var values = constants
        values["seconds"] = String(now.microseconds / 1_000_000)
        values["time"] = now.rfc3339
        values["nonce"] = nonce
        return values
    }

    private func fill(
        _ request: GatewayDescription.Request, _ values: [String: String]
    ) throws(SMSError) -> HTTPRequest {
        // A setting is ours and may be a whole address; everything else is data and stays inside its segment.
        var url = try request.url.filled(values) { value, name in
            name.hasPrefix("setting.") ? value : WebEncoding.percent(value)
        }
        if !request.query.isEmpty { url += "?" + WebEncoding.query(try filled(request.query, values)) }
        var headers: [HTTPHeader] = []
        for (name, value) in try filled(request.headers, values) {
            headers.append(HTTPHeader(name: name, value: try Self.headerValue(value, name)))
        }
        var body: [UInt8] = []
        switch request.body {
        case .none: break
        case .form(let fields):
            body = Array(WebEncoding.form(try filled(fields, values)).utf8)
            headers.append(HTTPHeader(name: "Content-Type", value: "application/x-www-form-urlencoded"))
        case .json(let template):
            body = try Self.json(template, values).canonicalBytes
            headers.append(HTTPHeader(name: "Content-Type", value: "application/json"))
        }
        switch request.authentication {
        case .none: break
        case .basic(let user, let password):
            let credentials = try Self.basic(user, password, values)
            headers.append(HTTPHeader(name: "Authorization", value: "Basic \(credentials)"))
        case .hmac(let signature):
            let value = try signature.value(values, method: request.method, url: url, body: body)
            headers.append(HTTPHeader(name: signature.header, value: value))
        }
        return HTTPRequest(method: request.method, url: url, headers: headers, body: body)
    }

    private func filled(
        _ fields: [GatewayDescription.Field], _ values: [String: String]
    ) throws(SMSError) -> [(name: String, value: String)] {
        var out: [(name: String, value: String)] = []
        for field in fields { out.append((field.name, try field.value.filled(values))) }
        return out
    }

    private static func json(
        _ template: GatewayDescription.JSONTemplate, _ values: [String: String]
    ) throws(SMSError) -> JSONValue {
        switch template {
        case .literal(let value): return value
        case .text(let text): return .string(try text.filled(values))
        case .array(let elements):
            var out: [JSONValue] = []
            for element in elements { out.append(try json(element, values)) }
            return .array(out)
        case .object(let members):
            var out: [String: JSONValue] = [:]
            for (name, member) in members { out[name] = try json(member, values) }
            return .object(out)
        }
    }

    private static func basic(
        _ user: PlaceholderText, _ password: PlaceholderText, _ values: [String: String]
    ) throws(SMSError) -> String {
        Base64.encode(Array("\(try user.filled(values)):\(try password.filled(values))".utf8))
    }

    /// Looks at bytes: a line feed behind a carriage return is one character to Swift.
    private static func headerValue(_ value: String, _ name: String) throws(SMSError) -> String {
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw SMSError(
                .message, "header \(name) would contain \(SMSError.quoted(value)); only printable ASCII may stand there"
            )
        }
        return value
    }
}

extension GatewayDescription.Request {
    /// Whether a placeholder stands anywhere in the address, query, headers or body.
    func uses(_ name: String) -> Bool {
        var names = url.names + (query + headers).flatMap(\.value.names)
        switch body {
        case .none: break
        case .form(let fields): names += fields.flatMap(\.value.names)
        case .json(let template): names += template.names
        }
        return names.contains(name)
    }
}

extension GatewayDescription.JSONTemplate {
    /// Every placeholder below this node.
    var names: [String] {
        switch self {
        case .text(let text): text.names
        case .literal: []
        case .array(let elements): elements.flatMap(\.names)
        case .object(let members): members.values.flatMap(\.names)
        }
    }
}

extension GatewayDescription.MessageSignature {
    /// The header's value for one request or call-back.
    func value(_ values: [String: String], method: String, url: String, body: [UInt8]) throws(SMSError) -> String {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw SMSError(.malformedReceipt, "a signed body is not UTF-8")
        }
        var values = values
        values["method"] = method
        values["url"] = url
        values["body"] = text
        let mac = HMAC.sha256(key: Array(try key.filled(values).utf8), Array(try over.filled(values).utf8))
        return prefix + (encoding == .hex ? Hex.encode(mac) : Base64.encode(mac))
    }
}
