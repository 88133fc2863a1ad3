import Evidence

/// What somebody who was addressed can say in one tap on the page of a notice, where its kind takes replies.
///
/// A reply is a statement and no state: it neither acknowledges the notice nor takes anything back.
public enum NoticeReply: String, Sendable, Hashable, Codable, CaseIterable {
    /// They know whom to turn to from now on.
    case newContactKnown = "new-contact-known"
    /// Whoever looked after them before still gets in touch.
    case oldContactCalls = "old-contact-calls"
    /// An order or a claim of theirs is open.
    case openMatter = "open-matter"

    /// The most bytes of text that may come with it.
    public static let maximumWords = 2000
    /// The most replies that one delivery takes: whoever holds a link must not make the log grow for ever.
    public static let maximumCount = 12

    /// How the log names it: that it was stated, not that it is so.
    public var event: EvidenceEvent {
        switch self {
        case .newContactKnown: .statedNewContactKnown
        case .oldContactCalls: .statedOldContactCalls
        case .openMatter: .statedOpenMatter
        }
    }

    /// The reply behind an event; nil for all others.
    public init?(_ event: EvidenceEvent) {
        guard let reply = Self.allCases.first(where: { $0.event == event }) else { return nil }
        self = reply
    }
}

extension EvidenceEvent {
    /// On the page of a notice it was stated that the new contact is known.
    public static let statedNewContactKnown = EvidenceEvent(rawValue: "StatedNewContactKnown")
    /// On the page of a notice it was stated that the former contact still gets in touch.
    public static let statedOldContactCalls = EvidenceEvent(rawValue: "StatedOldContactCalls")
    /// On the page of a notice it was stated that an order or a claim is open.
    public static let statedOpenMatter = EvidenceEvent(rawValue: "StatedOpenMatter")
}

extension ReadingDesk {
    /// The replies that the kind of a notice takes; none unless its template names them.
    public func replies(to notice: Notice) -> [NoticeReply] {
        templates.template(kind: notice.kind, version: notice.templateVersion)?.settings.replies ?? []
    }

    /// Records a reply of somebody who holds a link and has not opened it; the link stays as it is.
    ///
    /// Of a personal notice nothing is taken before a person has identified themselves.
    public func reply(
        _ reply: NoticeReply, words: String?, link token: String, circumstances: [String: JSONValue]
    ) async throws {
        let (link, notice, person) = try await resolve(token)
        guard !notice.handling.isPersonal else {
            throw NoticeError(.credential, "this notice is personal; open it with its code and reply there")
        }
        _ = try await answer(
            .reply(reply, words), to: link.delivery, person: person.person, by: .linkOnly, source: .link,
            circumstances: circumstances)
    }

    /// The words of a reply, or nil without any; refused beyond what one may have.
    static func replyWords(_ words: String?) throws -> String? {
        guard let text = words?.trimmed, !text.isEmpty else { return nil }
        guard text.utf8.count <= NoticeReply.maximumWords, !text.utf8.contains(0) else {
            throw NoticeError(
                .invalid,
                "words: the text has \(text.utf8.count) bytes; write at most \(NoticeReply.maximumWords), without NUL")
        }
        return text
    }
}
