import Evidence
import Hummingbird
import Notices

/// The pages behind the links in mails.
///
/// GET shows who wrote and opens nothing: mail scanners follow links. POST opens, once. Every form works without scripts;
/// nothing personal is shown before the opening is on record.
struct LinkPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates
    let passes: DocumentPass
    /// Codes asked for, wrong codes and wrong links, a client.
    private let tries = TokenBuckets(burst: 30, every: .seconds(2))
    /// Replies, a client.
    let presses = TokenBuckets(burst: 20, every: .seconds(15))

    /// An objection of 20,000 bytes, escaped.
    private static let formBody = 96 << 10

    init(services: ConsoleServices, templates: PageTemplates) {
        self.services = services
        self.templates = templates
        passes = DocumentPass(key: services.settings.passKey)
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.link, .open, bodyLimit: 0, style: .page, answer: landing),
            Endpoint(.post, Site.link, .open, bodyLimit: 4096, style: .page, answer: open),
            Endpoint(.post, Site.linkCode, .open, bodyLimit: 4096, style: .page, answer: sendCode),
            Endpoint(.post, Site.linkAnswer, .open, bodyLimit: Self.formBody, style: .page, answer: answer),
            Endpoint(.post, Site.linkReply, .open, bodyLimit: 16 << 10, style: .page, answer: reply),
            Endpoint(.post, Site.linkDocument, .open, bodyLimit: 4096, style: .page, answer: document),
            Endpoint(.get, Site.stylesheet, .open, bodyLimit: 0, answer: asset),
        ]
    }

    // MARK: Before it is opened

    private func landing(_ call: Call) async throws -> Reply {
        let token = try call.parameter("token")
        let query = try call.query(["lang"])
        return try await landing(token, language: query["lang"], call: call)
    }

    func landing(
        _ token: String, language: String?, call: Call, message: String? = nil, isError: Bool = false,
        refused: ReplyForm.Refused = ReplyForm.Refused(), status: Int = 200
    ) async throws -> Reply {
        let found = try await counted(call) { try await services.pipeline.read.landing(token) }
        let language = PageLanguage(named: language ?? found.language)
        return .page(
            templates.render(
                "landing",
                LandingPage(
                    head: templates.head(language.words.landingTitle, language), w: language.words,
                    language: language.rawValue, issuer: found.issuer.fullName, creditCode: found.issuer.creditCode,
                    number: found.number, code: found.needsCode ? CodeStep(goesTo: found.codeGoesTo ?? "—") : nil,
                    error: isError ? message : nil, message: isError ? nil : message,
                    openAction: Site.link(Site.link, token: token),
                    codeAction: Site.link(Site.linkCode, token: token),
                    switchAction: Site.link(Site.link, token: token) + "?lang=" + language.other.rawValue,
                    otherLanguage: language.other.rawValue,
                    replies: ReplyForm(
                        found.replies, to: Site.link(Site.linkReply, token: token),
                        hidden: [("lang", language.rawValue)], isIdentified: false, refused: refused,
                        Phrasebook(templates.words, language)))), status: status)
    }

    private func sendCode(_ call: Call) async throws -> Reply {
        let token = try call.parameter("token")
        let form = try form(call, ["lang"])
        let words = PageLanguage(named: form["lang"]).words
        guard tries.take(call.client, at: services.clock.now) == nil else {
            return try await landing(
                token, language: form["lang"], call: call, message: words.tooMany, isError: true, status: 429)
        }
        do {
            try await counted(call) { try await services.pipeline.read.sendCode(forLink: token) }
        } catch let error as NoticeError where error.code == .tooManyRequests {
            return try await landing(
                token, language: form["lang"], call: call, message: words.tooMany, isError: true, status: 429)
        }
        return try await landing(token, language: form["lang"], call: call, message: words.codeSent)
    }

    // MARK: Opening

    private func open(_ call: Call) async throws -> Reply {
        let token = try call.parameter("token")
        let form = try form(call, ["lang", "code"])
        let found = try await counted(call) { try await services.pipeline.read.landing(token) }
        let language = PageLanguage(named: form["lang"] ?? found.language)
        let words = language.words
        let code = form["code"].map { $0.filter { $0 != " " } }
        if found.needsCode {
            guard let code, code.isOneTimeCode else {
                return try await landing(
                    token, language: form["lang"], call: call, message: words.noCode, isError: true, status: 422)
            }
        }
        do {
            let shown = try await services.pipeline.read.openLink(
                token, code: code, circumstances: call.circumstances)
            return try shownPage(shown, token: token, isIdentified: found.needsCode, language: language)
        } catch let error as NoticeError where error.code == .credential || error.code == .tooManyRequests {
            // If the link still works, it was the code; otherwise this throws what is wrong with the link.
            _ = tries.take(call.client, at: services.clock.now)
            let isTooMany = error.code == .tooManyRequests
            return try await landing(
                token, language: form["lang"], call: call, message: isTooMany ? words.tooMany : words.wrongCode,
                isError: true, status: isTooMany ? 429 : 403)
        }
    }

    private func shownPage(
        _ shown: ReadingDesk.Shown, token: String, isIdentified: Bool, language: PageLanguage
    ) throws -> Reply {
        let now = services.clock.now
        let frame = templates.render(
            "frame",
            FramePage(
                head: templates.head(shown.notice.number, PageLanguage(named: shown.notice.language)),
                html: try services.renderMarkdown(shown.content.markdown)))
        return .page(
            templates.render(
                "shown",
                ShownPage(
                    head: templates.head(shown.content.subject, language), w: language.words,
                    language: language.rawValue, subject: shown.content.subject,
                    issuer: shown.notice.issuer.fullName, creditCode: shown.notice.issuer.creditCode,
                    number: shown.notice.number, frame: frame,
                    frameClass: FrameHeight.classes(of: shown.content.markdown), hash: shown.document.hash.hex,
                    openedAt: now.shownInChina, ticket: shown.ticket, pass: passes.pass(for: shown.notice.id, at: now),
                    answerAction: Site.link(Site.linkAnswer, token: token),
                    documentAction: Site.link(Site.linkDocument, token: token),
                    replies: ReplyForm(
                        services.pipeline.read.replies(to: shown.notice), to: Site.link(Site.linkReply, token: token),
                        hidden: [("lang", language.rawValue), ("ticket", shown.ticket)], isIdentified: isIdentified,
                        Phrasebook(templates.words, language)))))
    }

    // MARK: After it was opened

    private func answer(_ call: Call) async throws -> Reply {
        let form = try form(call, ["lang", "ticket", "answer", "documentHash", "words"])
        let language = PageLanguage(named: form["lang"])
        let words = language.words
        let given: ReadingDesk.Answer
        switch form["answer"] {
        case "acknowledge":
            guard let hash = form["documentHash"].flatMap({ Digest(hex: $0) }) else {
                throw Problem.malformed("documentHash is not a SHA-256 in hexadecimal")
            }
            given = .acknowledge(hash)
        case "object": given = .object(form["words"] ?? "")
        default: throw Problem.malformed("answer must be acknowledge or object")
        }
        let state = try await counted(call) {
            try await services.pipeline.read.answer(
                given, ticket: form["ticket"] ?? "", circumstances: call.circumstances)
        }
        let isAcknowledged = form["answer"] == "acknowledge"
        let isPersonal = state == .acknowledged
        let title =
            isAcknowledged
            ? isPersonal ? words.acknowledgedTitle : words.linkAcknowledgedTitle : words.objectedTitle
        return .page(
            templates.render(
                "answered",
                AnsweredPage(
                    head: templates.head(title, language), w: words, title: title,
                    text: isAcknowledged
                        ? isPersonal ? words.acknowledgedText : words.linkAcknowledgedText : words.objectedText,
                    words: isAcknowledged ? nil : form["words"],
                    hash: isAcknowledged ? form["documentHash"] : nil,
                    recordedAt: services.clock.now.shownInChina)))
    }

    private func document(_ call: Call) async throws -> Reply {
        let form = try form(call, ["pass"])
        let (notice, sealed) = try await counted(call) { () async throws -> (Notice, SealedNotice) in
            guard let id = passes.check(form["pass"] ?? "", at: services.clock.now),
                let notice = try await services.reader.notice(id),
                let sealed = try await services.reader.document(of: id)
            else { throw NoticeError(.credential, "the page was open for too long; read the notice in the inbox") }
            return (notice, sealed)
        }
        let name = notice.number + (sealed.mediaType == "application/pdf" ? ".pdf" : ".json")
        return .file(sealed.bytes, type: sealed.mediaType, name: name)
    }

    private func asset(_ call: Call) async throws -> Reply {
        let (type, body): (String, [UInt8])
        switch try call.parameter("file") {
        case templates.styleName: (type, body) = ("text/css; charset=utf-8", templates.style)
        case templates.iconName: (type, body) = ("image/svg+xml", templates.icon)
        case templates.scriptName: (type, body) = ("text/javascript; charset=utf-8", templates.script)
        default: throw Problem.notFound()
        }
        // The sandboxed frame of a document has an origin of its own, and wants the style too.
        return Reply(
            status: 200,
            headers: [
                ("Cache-Control", "public, max-age=31536000, immutable"),
                ("Cross-Origin-Resource-Policy", "cross-origin"),
            ], contentType: type, body: body)
    }

    // MARK: Forms

    func form(_ call: Call, _ known: Set<String>) throws -> [String: String] {
        try SameSite.check(call, publicBaseURL: services.settings.publicBaseURL)
        let type = try call.header("Content-Type") ?? ""
        guard call.body.isEmpty || MediaType.isForm(type) else {
            throw Problem.mediaType("application/x-www-form-urlencoded")
        }
        let values = try FormFields(call.body, what: "the form").values
        guard Set(values.keys).isSubset(of: known) else {
            throw Problem.malformed("the form has a field that is not known here")
        }
        return values
    }

    /// Counts what fails against the client, so that nobody tries links or tickets by the thousand.
    func counted<T>(_ call: Call, _ work: () async throws -> T) async throws -> T {
        do { return try await work() } catch let error as NoticeError {
            if error.code == .notFound || error.code == .credential,
                let wait = tries.take(call.client, at: services.clock.now)
            {
                throw Problem.tooMany(retryAfter: wait, "too many tries; wait")
            }
            // Used, expired or never there: the link is gone, whatever the reason.
            if error.code == .credential {
                var problem = Problem(error)
                problem = Problem(code: problem.code, status: 410, title: problem.title, detail: problem.detail)
                throw problem
            }
            throw error
        }
    }
}
