import Evidence
import Hummingbird
import Notices

/// The inbox of whoever has signed in: unread first, the sealed document, receipt and objection.
///
/// Opening is a POST: a browser that looks ahead must not read in somebody's name.
struct InboxPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    /// An objection of 20,000 bytes, escaped.
    private static let formBody = 96 << 10

    var endpoints: [Endpoint] {
        let own = Endpoint.Access.session([.inbox])
        return [
            Endpoint(.get, Site.myInbox, own, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.myNotice, own, bodyLimit: 0, style: .page, answer: cover),
            Endpoint(.post, Site.myNotice, own, bodyLimit: 4096, style: .page, answer: open),
            Endpoint(.post, Site.myAnswer, own, bodyLimit: Self.formBody, style: .page, answer: answer),
            Endpoint(.post, Site.myReply, own, bodyLimit: 16 << 10, style: .page, answer: reply),
            Endpoint(.post, Site.myDocument, own, bodyLimit: 4096, style: .page, answer: document),
        ]
    }

    /// One item in the list.
    struct Row: Sendable {
        let href: String
        let subject: String
        let issuer: String
        let placedAt: String
        let state: String
        let isUnread: Bool

        init(_ item: InboxItem, _ make: PageMaker) {
            href = Site.page(Site.myNotice, item.delivery)
            subject = item.subject
            issuer = item.issuerName
            placedAt = make.time(item.placedAt)
            state = make.word("delivery_\(item.state.rawValue)")
            isUnread = item.state == .available
        }
    }

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(try call.query(["lang", "cursor"]))
        let make = PageMaker(call, templates)
        let found = try await services.inbox.items(
            of: try owner(call), after: try page.inboxCursor(), limit: page.limit)
        let frame = make.frame(make.word("inbox"))
        return make.reply(
            "inbox",
            ListPage(
                frame: frame, w: frame.w, rows: found.items.map { Row($0, make) },
                isEmpty: found.items.isEmpty && found.next == nil,
                next: found.next.map { "\(Site.myInbox)?cursor=\($0.text)" }))
    }

    struct CoverPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let row: Row
        let number: String
        let action: String
    }

    private func cover(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates)
        let item = try await item(call)
        let frame = make.frame(item.subject)
        return make.reply(
            "inbox-cover",
            CoverPage(
                frame: frame, w: frame.w, row: Row(item, make), number: item.number,
                action: Site.page(Site.myNotice, item.delivery)))
    }

    struct OpenPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let subject: String
        let issuer: String
        let creditCode: String
        let number: String
        let openedAt: String
        let hash: String
        let document: String
        let frameClass: String
        let asksAcknowledgement: Bool
        let answerAction: String
        let documentAction: String
        let isAnswered: Bool
        let state: String
        let error: String?
        let replies: ReplyForm?
    }

    private func open(_ call: Call) async throws -> Reply { try await show(call) }

    /// Shows the document, which records that it was shown.
    func show(
        _ call: Call, error: String? = nil, refused: ReplyForm.Refused = ReplyForm.Refused(), status: Int = 200
    ) async throws -> Reply {
        let make = PageMaker(call, templates)
        let item = try await item(call)
        let shown = try await services.pipeline.read.open(
            item.delivery, person: try owner(call), by: .account, source: .inbox,
            circumstances: call.circumstances)
        let now = try await self.item(call)
        let frame = make.frame(shown.content.subject)
        return make.reply(
            "inbox-open",
            OpenPage(
                frame: frame, w: frame.w, subject: shown.content.subject, issuer: shown.notice.issuer.fullName,
                creditCode: shown.notice.issuer.creditCode, number: shown.notice.number,
                openedAt: make.time(services.clock.now), hash: shown.document.hash.hex,
                document: try make.documentFrame(markdown: shown.content.markdown, services),
                frameClass: FrameHeight.classes(of: shown.content.markdown),
                asksAcknowledgement: item.asksAcknowledgement,
                answerAction: Site.page(Site.myAnswer, item.delivery),
                documentAction: Site.page(Site.myDocument, item.delivery), isAnswered: now.state == .acknowledged,
                state: make.word("delivery_\(now.state.rawValue)"), error: error,
                replies: ReplyForm(
                    services.pipeline.read.replies(to: shown.notice), to: Site.page(Site.myReply, item.delivery),
                    hidden: [("csrf", frame.csrf ?? "")], isIdentified: true, refused: refused, make.phrases)),
            status: status)
    }

    struct AnsweredPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let title: String
        let text: String
        let words: String?
        let hash: String?
        let at: String
        let back: String
    }

    private func answer(_ call: Call) async throws -> Reply {
        let make = PageMaker(call, templates)
        let item = try await item(call)
        let given: ReadingDesk.Answer
        let isAcknowledged = call.form["answer"] == "acknowledge"
        if isAcknowledged {
            guard let hash = call.form["documentHash"].flatMap({ Digest(hex: $0) }) else {
                throw Problem.malformed("documentHash is not a SHA-256 in hexadecimal")
            }
            given = .acknowledge(hash)
        } else {
            given =
                call.form["answer"] == "refuse" ? .refuse(call.form["words"] ?? "") : .object(call.form["words"] ?? "")
        }
        do {
            _ = try await services.pipeline.read.answer(
                given, to: item.delivery, person: try owner(call), by: .account, source: .inbox,
                circumstances: call.circumstances)
        } catch let refusal as NoticeError where refusal.code == .invalid || refusal.code == .conflict {
            return try await show(call, error: make.phrases.refusal(refusal), status: Problem(refusal).status)
        }
        let title = make.word(isAcknowledged ? "answer_acknowledged" : "answer_objected")
        let frame = make.frame(title)
        return make.reply(
            "inbox-answered",
            AnsweredPage(
                frame: frame, w: frame.w, title: title,
                text: make.word(isAcknowledged ? "answer_acknowledged_text" : "answer_objected_text"),
                words: isAcknowledged ? nil : call.form["words"],
                hash: isAcknowledged ? call.form["documentHash"] : nil,
                at: make.time(services.clock.now), back: Site.myInbox))
    }

    /// By POST, like the opening, which must have come first.
    private func document(_ call: Call) async throws -> Reply {
        let item = try await item(call)
        guard item.state == .opened || item.state == .acknowledged,
            let sealed = try await services.reader.document(of: item.notice)
        else { throw NoticeError(.conflict, "open the notice first; its document comes with it") }
        let name = item.number + (sealed.mediaType == "application/pdf" ? ".pdf" : ".json")
        // The file itself carries no signature: with this beside it anybody can check whose it is.
        if call.form["part"] == "seal" {
            return .file(sealed.signature, type: "application/pkcs7-signature", name: name + ".p7s")
        }
        return .file(sealed.bytes, type: sealed.mediaType, name: name)
    }

    func owner(_ call: Call) throws -> PersonID {
        guard let person = try call.person().account.person else {
            throw Problem.forbidden("your account stands for nobody on record; ask an administrator")
        }
        return person
    }

    /// Somebody else's item is not there: the answer is the same as for one that never was.
    func item(_ call: Call) async throws -> InboxItem {
        let id = DeliveryID(try call.parameter("delivery"))
        guard let item = try await services.inbox.item(id, of: try owner(call)), item.state != .cancelled else {
            throw NoticeError(.notFound, "there is nothing \"\(shortened(id.rawValue))\" in your inbox")
        }
        return item
    }
}
