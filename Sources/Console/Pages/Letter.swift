import Notices

/// A mail as its reader will see it: the subject, and the body as a whole document for its frame.
///
/// The body is Markdown, whose escapes nobody is to read; `letter.mustache` shows it.
struct Letter: Sendable {
    let subject: String
    let body: String

    init(_ rendered: RenderedNotice, _ make: PageMaker, _ services: ConsoleServices) throws {
        subject = rendered.subject
        body = try make.documentFrame(markdown: rendered.emailText, services)
    }
}
