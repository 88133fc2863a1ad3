import Evidence
import Hummingbird
import Notices

/// Replies in one tap, behind a link: with its token before it was opened, with the ticket of the page afterwards.
extension LinkPages {
    /// A reply; a press counts against whoever presses, because every one that is new becomes an entry.
    func reply(_ call: Call) async throws -> Reply {
        let token = try call.parameter("token")
        let form = try form(call, ["lang", "ticket", "reply", "words"])
        let given = try NoticeReply(named: form["reply"])
        if let wait = presses.take(call.client, at: services.clock.now) {
            throw Problem.tooMany(retryAfter: wait, "too many replies came from your address; wait")
        }
        do {
            try await counted(call) {
                if let ticket = form["ticket"], !ticket.isEmpty {
                    _ = try await services.pipeline.read.answer(
                        .reply(given, form["words"]), ticket: ticket, circumstances: call.circumstances)
                } else {
                    try await services.pipeline.read.reply(
                        given, words: form["words"], link: token, circumstances: call.circumstances)
                }
            }
        } catch let refusal as NoticeError where refusal.code == .invalid && (form["ticket"] ?? "").isEmpty {
            let language = PageLanguage(named: form["lang"])
            let reason = Phrasebook(templates.words, language).word(
                "reply_tooLong", ["n": "\(NoticeReply.maximumWords)"])
            return try await landing(
                token, language: form["lang"], call: call,
                refused: ReplyForm.Refused(typed: form["words"] ?? "", reason: reason), status: 422)
        }
        let phrases = Phrasebook(templates.words, PageLanguage(named: form["lang"]))
        let title = phrases.word("reply_recorded")
        return .page(
            templates.render(
                "answered",
                AnsweredPage(
                    head: templates.head(title, phrases.language), w: phrases.language.words, title: title,
                    text: "\(phrases.word("reply_\(given.rawValue)")). \(phrases.word("reply_recordedText"))",
                    words: form["words"].flatMap { $0.isEmpty ? nil : $0 }, hash: nil,
                    recordedAt: services.clock.now.shownInChina,
                    back: (form["ticket"] ?? "").isEmpty ? Site.link(Site.link, token: token) : nil,
                    backLabel: phrases.word("reply_back"))))
    }
}

extension Site {
    /// Replies to a notice in one tap.
    public static let linkReply = "/n/{token}/reply"
    /// The same in the inbox.
    public static let myReply = "/inbox/{delivery}/reply"
    /// The same by API.
    public static let reply = "/v1/inbox/{delivery}/reply"
}
