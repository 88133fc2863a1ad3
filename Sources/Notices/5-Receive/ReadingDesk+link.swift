import Evidence

/// Links: GET shows who wrote, POST opens. Mail scanners follow links; they do not press buttons.
extension ReadingDesk {
    /// What the page behind a link may say before anybody is identified.
    public struct Landing: Sendable, Hashable {
        /// Who wrote.
        public let issuer: IssuerSnapshot
        /// The notice's number.
        public let number: String
        /// Whether a one-time code is needed to open it.
        public let needsCode: Bool
        /// Where the code would go, masked.
        public let codeGoesTo: String?
        /// The language to show it in.
        public let language: String
        /// What can be replied without opening it; nothing for a personal notice.
        public let replies: [NoticeReply]
    }

    /// Describes what a token opens; records nothing, opens nothing.
    public func landing(_ token: String) async throws -> Landing {
        let (link, notice, person) = try await resolve(token)
        _ = link
        return Landing(
            issuer: notice.issuer, number: notice.number, needsCode: notice.handling.isPersonal,
            codeGoesTo: notice.handling.isPersonal ? Self.codeAddress(of: person).map { Self.mask($0.value) } : nil,
            language: notice.language, replies: notice.handling.isPersonal ? [] : replies(to: notice))
    }

    /// Sends the one-time code that opens a personal notice to a number already on record.
    public func sendCode(forLink token: String) async throws {
        let (link, notice, person) = try await resolve(token)
        guard let address = Self.codeAddress(of: person) else {
            throw NoticeError(.invalid, "no phone or mailbox is on record for this person; read it in the inbox")
        }
        let recipient = Recipient(
            id: person.person, externalID: nil, name: person.name, language: person.language,
            addresses: person.addresses)
        _ = try await codes.send(
            to: address, of: recipient, purpose: .openNotice(link.delivery),
            sender: Parcel.Sender(
                name: notice.issuer.fullName, mailbox: notice.issuer.mailbox,
                smsSignature: notice.issuer.smsSignature), isTest: notice.author.isTesting)
    }

    /// Opens what the link carries; the link works once.
    public func openLink(_ token: String, code: String?, circumstances: [String: JSONValue]) async throws -> Shown {
        let (link, notice, person) = try await resolve(token)
        var identification = Identification.linkOnly
        if notice.handling.isPersonal {
            guard let code else {
                throw NoticeError(.credential, "this notice is personal; ask for a code and enter it")
            }
            _ = try await codes.check(code, person: person.person, purpose: .openNotice(link.delivery))
            identification = .oneTimeCode
        }
        return try await open(
            link.delivery, person: person.person, by: identification, source: .link, circumstances: circumstances,
            using: LinkTokens.hash(token))
    }

    /// Records an answer of somebody who opened a link a moment ago.
    public func answer(
        _ answer: Answer, ticket: String, circumstances: [String: JSONValue]
    ) async throws -> DeliveryState {
        guard let seen = tickets.check(ticket, at: clock.now) else {
            throw NoticeError(.credential, "the page has been open for too long; open the notice again")
        }
        return try await self.answer(
            answer, to: seen.delivery, person: seen.person, by: seen.identification, source: .link,
            circumstances: circumstances)
    }

    func resolve(_ token: String) async throws -> (LinkRecord, Notice, NoticeRecipient) {
        guard LinkTokens.isPossible(token), let link = try await credentials.link(LinkTokens.hash(token)),
            let notice = try await reader.notice(link.notice),
            let person = notice.recipients.first(where: { $0.person == link.person })
        else {
            throw NoticeError(.notFound, "this link leads to nothing; check that it was copied whole")
        }
        guard link.usedAt == nil else {
            throw NoticeError(.credential, "the link was used before; read the notice in the inbox")
        }
        guard clock.now < link.expiresAt else {
            throw NoticeError(
                .credential, "the link expired at \(link.expiresAt.rfc3339); read the notice in the inbox")
        }
        return (link, notice, person)
    }

    /// A phone first: the mailbox may be the one the link came by, and then the code would prove nothing more.
    private static func codeAddress(of person: NoticeRecipient) -> ServiceAddress? {
        person.address(for: .sms) ?? person.address(for: .email)
    }

    /// `138****5678`, `z***@example.com`.
    static func mask(_ value: String) -> String {
        if let at = value.firstIndex(of: "@") { return "\(value.prefix(1))***\(value[at...])" }
        return value.count > 7 ? "\(value.prefix(3))****\(value.suffix(4))" : "****"
    }
}
