/// What every template may use besides its own fields; given by the gateway, not by the author.
enum SystemField: String, CaseIterable {
    case number, issuer, issuerCode, issuerContact, recipient, issueDate, portal

    /// Where it may appear.
    ///
    /// The recipient's name stays out of what others can read over a shoulder.
    var appearsIn: Set<TemplateSurface> {
        switch self {
        case .number, .issuer, .issueDate: [.document, .email, .sms, .subject, .inbox]
        case .portal: [.document, .email, .sms]
        case .issuerCode, .issuerContact, .recipient: [.document, .email]
        }
    }
}

/// The circumstances of one rendering: who issues, to whom, when, under which number.
public struct RenderContext: Sendable, Hashable {
    /// The number printed on the notice.
    public var number: String
    /// Full name of the legal entity.
    public var issuer: String
    /// Its unified social credit code.
    public var issuerCode: String
    /// Who answers questions, with a number: `人力资源部 010-88886666`.
    public var issuerContact: String
    /// Full name of the person to whom it is given.
    public var recipient: String
    /// The day on the notice, in China.
    public var issueDate: CivilDate
    /// Where the person signs in to read, as words or a bare host name.
    public var portal: String
    /// The registered SMS signature without the brackets 【】.
    ///
    /// The channel or the provider puts it in front of the text;
    /// it is needed here because it counts towards the length.
    public var smsSignature: String
    /// Whether the notice is issued in a rehearsal, and every text of it has to say so.
    public var isRehearsal: Bool

    /// Gathers the circumstances.
    public init(
        number: String, issuer: String, issuerCode: String, issuerContact: String, recipient: String,
        issueDate: CivilDate, portal: String, smsSignature: String, isRehearsal: Bool = false
    ) {
        self.number = number
        self.issuer = issuer
        self.issuerCode = issuerCode
        self.issuerContact = issuerContact
        self.recipient = recipient
        self.issueDate = issueDate
        self.portal = portal
        self.smsSignature = smsSignature
        self.isRehearsal = isRehearsal
    }

    /// The text of one system field in a language.
    func text(_ field: SystemField, _ language: NoticeLanguage) -> String {
        switch field {
        case .number: number
        case .issuer: issuer
        case .issuerCode: issuerCode
        case .issuerContact: issuerContact
        case .recipient: recipient
        case .issueDate: issueDate.formatted(language)
        case .portal: portal
        }
    }
}
