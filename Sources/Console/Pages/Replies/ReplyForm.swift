import Notices

/// The replies in one tap that a page offers: a button each, and a few words if somebody likes.
struct ReplyForm: Sendable {
    let title: String
    let hint: String
    let label: String
    let replyAction: String
    let hidden: [Hidden]
    let choices: [Option]
    let typed: String
    let replyError: String?

    /// A field that travels along.
    struct Hidden: Sendable {
        let name: String
        let value: String
    }

    /// One button.
    struct Option: Sendable {
        let value: String
        let text: String
    }

    /// What a refused reply had typed, and why it was refused.
    struct Refused: Sendable {
        var typed = ""
        var reason: String?
    }

    /// The form; nil where the kind of the notice takes no replies.
    ///
    /// - Parameter isIdentified: whether whoever presses is known; where not, the form says that the record says so.
    init?(
        _ replies: [NoticeReply], to action: String, hidden: [(String, String)], isIdentified: Bool,
        refused: Refused = Refused(), _ phrases: Phrasebook
    ) {
        guard !replies.isEmpty else { return nil }
        title = phrases.word("reply_title")
        hint = phrases.word(isIdentified ? "reply_hint" : "reply_hintLink")
        label = phrases.word("reply_words")
        replyAction = action
        self.hidden = hidden.map { Hidden(name: $0.0, value: $0.1) }
        choices = replies.map { Option(value: $0.rawValue, text: phrases.word("reply_\($0.rawValue)")) }
        typed = refused.typed
        replyError = refused.reason
    }
}

extension NoticeReply {
    /// The reply a form names; refused is what no form of ours sends.
    init(named name: String?) throws {
        guard let reply = NoticeReply(rawValue: name ?? "") else {
            throw Problem.malformed(
                "reply must be one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = reply
    }
}

/// What somebody said on the page of a notice, as the page of those who follow it shows it.
struct ReplyRow: Sendable {
    let name: String
    let person: String
    let at: String
    let words: String?
    let identification: String

    /// The replies in a time line, the oldest first.
    static func all(_ timeline: Timeline, in notice: Notice, _ phrases: Phrasebook) -> [ReplyRow] {
        let names = Dictionary(
            notice.recipients.map { ($0.person.rawValue, $0.name) }, uniquingKeysWith: { first, _ in first })
        return timeline.items.filter { NoticeReply($0.event) != nil && !$0.isErased }.map { item in
            let person = item.facts["person"]?.string ?? ""
            return ReplyRow(
                name: phrases.event(item.event), person: names[person] ?? person, at: phrases.time(item.happenedAt),
                words: item.facts["words"]?.string,
                identification: phrases.word("identification_\(item.facts["identification"]?.string ?? "link")"))
        }
    }
}
