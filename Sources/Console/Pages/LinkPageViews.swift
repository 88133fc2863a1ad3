import Evidence

/// The page before anything is opened.
struct LandingPage: Sendable {
    let head: PageHead
    let w: PageWords
    let language: String
    let issuer: String
    let creditCode: String
    let number: String
    let code: CodeStep?
    let error: String?
    let message: String?
    let openAction: String
    let codeAction: String
    let switchAction: String
    let otherLanguage: String
    let replies: ReplyForm?
}

/// The step that identifies the reader of a personal notice.
struct CodeStep: Sendable {
    let goesTo: String
}

/// The document inside the sandboxed frame.
struct FramePage: Sendable {
    let head: PageHead
    /// Made from the notice's Markdown without raw tags.
    let html: String
}

/// The notice, once its opening is on record.
struct ShownPage: Sendable {
    let head: PageHead
    let w: PageWords
    let language: String
    let subject: String
    let issuer: String
    let creditCode: String
    let number: String
    /// A whole HTML document, written as the value of `srcdoc`.
    let frame: String
    let frameClass: String
    let hash: String
    let openedAt: String
    let ticket: String
    let pass: String
    let answerAction: String
    let documentAction: String
    let replies: ReplyForm?
}

/// The page after an answer was recorded.
struct AnsweredPage: Sendable {
    let head: PageHead
    let w: PageWords
    let title: String
    let text: String
    let words: String?
    let hash: String?
    let recordedAt: String
    var back: String?
    var backLabel: String?
}

extension Timestamp {
    /// `2026-11-21 18:32:05 +08:00`, as shown to people, with its zone.
    var shownInChina: String {
        let text = adding(.seconds(8 * 3600)).rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) +08:00"
    }
}
