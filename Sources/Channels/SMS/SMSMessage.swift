import Evidence

/// One short message on its way to a gateway, checked and ready to be written in the gateway's form.
public struct SMSMessage: Sendable, Hashable {
    /// To whom.
    public let phone: PhoneNumber
    /// The text as it is handed over; gateways that send approved templates use ``fields`` instead.
    public let text: String
    /// The 【signature】 of the issuing entity, without the brackets.
    public let signature: String
    /// Our own name for this delivery, echoed in the receipt; letters and digits.
    public let reference: String
    /// `zh-CN` or `en`; chooses the approved template.
    public let language: String
    /// What a template's parameters may draw on: `number`, `issuer`, `recipient`, `text`.
    public let fields: [String: String]

    /// Gathers a message.
    public init(
        phone: PhoneNumber, text: String, signature: String, reference: String, language: String = "zh-CN",
        fields: [String: String] = [:]
    ) {
        self.phone = phone
        self.text = text
        self.signature = signature
        self.reference = reference
        self.language = language
        self.fields = fields
    }
}

/// A template that the provider has approved, and what its parameters are filled with.
public struct SMSTemplate: Sendable, Hashable {
    /// One parameter: its name at the provider and the field of the message it takes.
    public struct Parameter: Sendable, Hashable {
        /// The name in the provider's template; Tencent counts parameters and ignores it.
        public let name: String
        /// `number`, `issuer`, `recipient` or `text`.
        public let field: String
        /// Names a parameter.
        public init(_ name: String, field: String) {
            self.name = name
            self.field = field
        }
    }

    /// The provider's template code.
    public let code: String
    /// The parameters in order.
    public let parameters: [Parameter]

    /// Names a template.
    public init(code: String, parameters: [Parameter]) {
        self.code = code
        self.parameters = parameters
    }

    /// The values for one message, in order; refuses a field the message does not have.
    func values(for message: SMSMessage) throws(SMSError) -> [(name: String, value: String)] {
        var values: [(name: String, value: String)] = []
        for parameter in parameters {
            guard let value = parameter.field == "text" ? message.text : message.fields[parameter.field] else {
                throw SMSError(
                    .configuration,
                    "template \(code) parameter \(parameter.name): field \(SMSError.quoted(parameter.field)) does not"
                        + " exist; use number, issuer, recipient or text")
            }
            values.append((parameter.name, value))
        }
        return values
    }

    /// Picks the template of a language, or says which is missing.
    static func choose(
        from templates: [String: SMSTemplate], for message: SMSMessage, gateway: String
    ) throws(SMSError) -> SMSTemplate {
        guard let template = templates[message.language] else {
            throw SMSError(
                .message,
                "gateway \(gateway) has no approved template for language \(SMSError.quoted(message.language));"
                    + " add it under templates")
        }
        return template
    }
}
