import Evidence
import Hummingbird
import Notices

/// The kinds of notices: what they ask for, where it may appear, and how they look with example values.
///
/// A test rendering is made anew each time, says on every channel that it is a test, and is kept nowhere.
struct TemplatePages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        let look = Endpoint.Access.session([.read, .issue, .approve])
        return [
            Endpoint(.get, Site.templateList, look, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.templatePage, look, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.get, Site.templateTrial, look, bodyLimit: 0, style: .page, answer: document),
        ]
    }

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let rows: [Row]
    }

    /// One kind.
    struct Row: Sendable {
        let href: String
        let kind: String
        let name: String
        let version: Int
        let versions: Int
        let approvals: Int
        let document: String
        let plan: String
    }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates, library: services.templates)
        let library = services.templates
        let rows = library.kinds.compactMap { kind in
            library.template(kind: kind).map { template in
                Row(
                    href: Site.page(Site.templatePage, kind: kind), kind: kind, name: make.text(template.settings.name),
                    version: template.reference.version, versions: library.versions(of: kind).count,
                    approvals: template.settings.approvals,
                    document: make.word("template_\(template.settings.document.rawValue)"),
                    plan: template.settings.plan.rungs.map { IssuePreviewPage.Step($0, make) }
                        .map { $0.after + make.word("colon") + $0.channels }.joined(
                            separator: make.word("report_semicolon")))
            }
        }
        let frame = make.frame(make.word("templates"))
        return make.reply("templates", ListPage(frame: frame, w: frame.w, rows: rows))
    }

    // MARK: One kind

    /// Which version, in which language, with which options.
    private struct Wish {
        let template: NoticeTemplate
        let language: NoticeLanguage
        let chosen: [String: String]
    }

    private func wish(_ call: Call) throws -> Wish {
        let kind = try call.parameter("kind")
        let newest = services.templates.template(kind: kind)
        let choices = newest?.fields.filter { $0.type == .choice }.map { "c.\($0.name)" } ?? []
        let query = try call.query(Set(["lang", "version", "in"] + choices))
        var version: Int?
        if let text = query["version"] {
            version = Int(text)
            if version == nil { throw Problem.malformed("version \"\(shortened(text))\" is not a whole number") }
        }
        guard let template = services.templates.template(kind: kind, version: version) else {
            throw NoticeError(.notFound, "there is no such version of \"\(shortened(kind))\"; look at the list")
        }
        var chosen: [String: String] = [:]
        for field in template.fields where field.type == .choice {
            if let option = query["c.\(field.name)"], field.options.contains(where: { $0.id == option }) {
                chosen[field.name] = option
            }
        }
        let language = query["in"].map { PageLanguage(named: $0) } ?? PageLanguage(call)
        return Wish(template: template, language: language == .english ? .english : .chinese, chosen: chosen)
    }

    private func show(_ call: Call) async throws -> Reply {
        let wish = try wish(call)
        let make = PageMaker(call, templates, library: services.templates)
        var (trial, fault): (TemplatePage.Trial?, String?) = (nil, nil)
        do {
            let made = try await render(wish)
            trial = TemplatePage.Trial(
                made, document: try make.documentFrame(markdown: made.markdown, services),
                letter: try Letter(made.rendered, make, services), pdf: pdf(wish), make.phrases)
        } catch let refusal as NoticeError where refusal.code == .invalid {
            fault = ([make.phrases.refusal(refusal)] + refusal.faults.map { make.phrases.sentence($0, in: nil) })
                .joined(
                    separator: make.word("report_semicolon"))
        }
        return make.reply(
            "template",
            TemplatePage(
                wish.template, versions: services.templates.versions(of: wish.template.reference.kind),
                language: wish.language, chosen: wish.chosen, trial: trial, fault: fault, make))
    }

    private func render(_ wish: Wish) async throws -> IssueDesk.Trial {
        try await services.pipeline.issue.trial(
            kind: wish.template.reference.kind, version: wish.template.reference.version, language: wish.language,
            choosing: wish.chosen)
    }

    /// Where the same rendering is as a PDF; nil for kinds without one.
    private func pdf(_ wish: Wish) -> String? {
        guard wish.template.settings.document == .pdf else { return nil }
        let chosen = wish.chosen.sorted { $0.key < $1.key }.map { "&c.\($0.key)=\($0.value)" }.joined()
        return Site.page(Site.templateTrial, kind: wish.template.reference.kind)
            + "?version=\(wish.template.reference.version)&in=\(wish.language.rawValue)\(chosen)"
    }

    private func document(_ call: Call) async throws -> Reply {
        let wish = try wish(call)
        guard let pdf = try await render(wish).pdf else {
            throw NoticeError(
                .notFound, "\(wish.template.reference.kind) has no PDF: the message itself is sealed")
        }
        return .file(pdf, type: "application/pdf", name: "TEST-\(wish.template.reference.kind).pdf")
    }
}

extension Site {
    /// The kinds of notices, in the browser.
    public static let templateList = "/templates"
    /// One kind with a test rendering.
    public static let templatePage = "/templates/{kind}"
    /// The test rendering as a PDF.
    public static let templateTrial = "/templates/{kind}/trial"
}
