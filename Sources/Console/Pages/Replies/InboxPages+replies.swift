import Hummingbird
import Notices

/// Replies in one tap, of somebody who has signed in.
extension InboxPages {
    /// Records one; what is too long is said in place, with what was typed.
    func reply(_ call: Call) async throws -> Reply {
        let make = PageMaker(call, templates)
        let item = try await item(call)
        let given = try NoticeReply(named: call.form["reply"])
        let words = call.form["words"] ?? ""
        do {
            _ = try await services.pipeline.read.answer(
                .reply(given, words), to: item.delivery, person: try owner(call), by: .account, source: .inbox,
                circumstances: call.circumstances)
        } catch let refusal as NoticeError where refusal.code == .invalid {
            let reason = make.phrases.word("reply_tooLong", ["n": "\(NoticeReply.maximumWords)"])
            return try await show(call, refused: ReplyForm.Refused(typed: words, reason: reason), status: 422)
        }
        let title = make.word("reply_recorded")
        let frame = make.frame(title)
        return make.reply(
            "inbox-answered",
            AnsweredPage(
                frame: frame, w: frame.w, title: title,
                text: "\(make.word("reply_\(given.rawValue)")). \(make.word("reply_recordedText"))",
                words: words.isEmpty ? nil : words, hash: nil, at: make.time(services.clock.now), back: Site.myInbox))
    }
}
