import Evidence
import Notices

extension GatewayDescription {
    /// Reads a description; `file` is its name for messages.
    public init(yaml: String, file: String) throws(SMSError) {
        let root = try DescriptionNode.parse(yaml, file: file)
        let members = try root.members(["name", "text", "request", "response", "callback", "query"])
        func need(_ key: String) throws(SMSError) -> DescriptionNode {
            guard let node = members[key] else { throw root.fault("lacks \(key)") }
            return node
        }
        name = try need("name").text()
        rules = try members["text"].map(Self.rules) ?? SMSRules()
        submit = try Self.request(need("request"))
        answer = try Self.answer(need("response"))
        let callback = try members["callback"].map(Self.callback)
        self.callback = callback?.report
        callbackSignature = callback?.signature
        reply = callback?.reply ?? Reply()
        query = try members["query"].map(Self.query)
        var names = Self.names(in: submit) + (callbackSignature.map { $0.key.names + $0.over.names } ?? [])
        if let query { names += Self.names(in: query.request) }
        required = Set(names.filter { $0.hasPrefix("secret.") || $0.hasPrefix("setting.") })
    }

    private static func rules(_ node: DescriptionNode) throws(SMSError) -> SMSRules {
        let members = try node.members(["signature", "links", "maximumUnits"])
        var rules = SMSRules()
        if let node = members["signature"] {
            rules.signature = try node.choice(SMSRules.SignaturePlacement.self, [.provider, .text, .none])
        }
        if let node = members["links"] { rules.allowsLinks = try node.flag() }
        if let node = members["maximumUnits"] { rules.maximumUnits = try node.integer(1...10_000) }
        return rules
    }

    static func request(_ node: DescriptionNode) throws(SMSError) -> Request {
        let members = try node.members(["method", "url", "query", "headers", "form", "json", "authentication"])
        guard let url = members["url"] else { throw node.fault("lacks url") }
        guard members["form"] == nil || members["json"] == nil else {
            throw node.fault("has both form and json; keep one")
        }
        let body: Body =
            if let form = members["form"] { .form(try form.fields()) } else if let json = members["json"] {
                .json(try json.jsonTemplate())
            } else { .none }
        let method =
            try members["method"].map { node throws(SMSError) in try node.text() } ?? (body == .none ? "GET" : "POST")
        guard ["GET", "POST", "PUT"].contains(method), method != "GET" || body == .none else {
            throw node.fault("has method \(SMSError.quoted(method)); use GET without a body, POST or PUT")
        }
        return Request(
            method: method, url: try url.placeholders(),
            query: try members["query"].map { node throws(SMSError) in try node.fields() } ?? [],
            headers: try members["headers"].map { node throws(SMSError) in try node.fields() } ?? [], body: body,
            authentication: try members["authentication"].map(authentication) ?? .none)
    }

    private static func authentication(_ node: DescriptionNode) throws(SMSError) -> Authentication {
        let members = try node.members(["kind", "user", "password", "key", "over", "header", "prefix", "encoding"])
        switch try members["kind"]?.text() {
        case "none": return .none
        case "basic":
            guard let user = members["user"], let password = members["password"] else {
                throw node.fault("of kind basic needs user and password")
            }
            return .basic(user: try user.placeholders(), password: try password.placeholders())
        case "hmac-sha256": return .hmac(try signature(node, members))
        default: throw node.fault("needs kind: none, basic or hmac-sha256")
        }
    }

    static func signature(
        _ node: DescriptionNode, _ members: [String: DescriptionNode]
    ) throws(SMSError) -> MessageSignature {
        guard let key = members["key"], let over = members["over"], let header = members["header"] else {
            throw node.fault("of kind hmac-sha256 needs key, over and header")
        }
        return MessageSignature(
            key: try key.placeholders(), over: try over.placeholders(also: ["method", "url", "body"]),
            header: try header.text(), prefix: try members["prefix"]?.text() ?? "",
            encoding: try members["encoding"].map { node throws(SMSError) in
                try node.choice(MessageSignature.Encoding.self, MessageSignature.Encoding.allCases)
            } ?? .hex)
    }

    private static func names(in request: Request) -> [String] {
        var names = request.url.names + (request.query + request.headers).flatMap(\.value.names)
        switch request.body {
        case .none: break
        case .form(let fields): names += fields.flatMap(\.value.names)
        case .json(let template): names += self.names(in: template)
        }
        switch request.authentication {
        case .none: break
        case .basic(let user, let password): names += user.names + password.names
        case .hmac(let signature): names += signature.key.names + signature.over.names
        }
        return names
    }

    private static func names(in template: JSONTemplate) -> [String] {
        switch template {
        case .text(let text): text.names
        case .literal: []
        case .array(let elements): elements.flatMap(names)
        case .object(let members): members.values.flatMap(names)
        }
    }
}
