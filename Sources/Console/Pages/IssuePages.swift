import Evidence
import Hummingbird
import Notices

/// Issuing in the browser: choose a kind, fill in its fields, see every channel as it will be, issue.
///
/// Nothing is stored before the last step: what was typed travels in the form, with the version of the template that was
/// shown. Number and day are given when it is issued; approvers see the content hash over all of it.
struct IssuePages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    /// Every field at its longest.
    private static let formBody = 512 << 10

    var endpoints: [Endpoint] {
        let issue = Endpoint.Access.session([.issue])
        return [
            Endpoint(.get, Site.issue, issue, bodyLimit: 0, style: .page, answer: kinds),
            Endpoint(.get, Site.issueKind, issue, bodyLimit: 0, style: .page, answer: form),
            Endpoint(.post, Site.issuePreview, issue, bodyLimit: Self.formBody, style: .page, answer: preview),
            Endpoint(.post, Site.issueKind, issue, bodyLimit: Self.formBody, style: .page, answer: submit),
        ]
    }

    struct KindsPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let kinds: [Kind]

        struct Kind: Sendable {
            let href: String
            let name: String
            let approvals: String
        }
    }

    private func kinds(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates, library: services.templates)
        let kinds = services.templates.kinds.compactMap { kind in
            services.templates.template(kind: kind).map {
                KindsPage.Kind(
                    href: Site.page(Site.issueKind, kind: kind), name: make.text($0.settings.name),
                    approvals: make.phrases.approvals($0.settings.approvals))
            }
        }
        let frame = make.frame(make.word("issue"))
        return make.reply("issue", KindsPage(frame: frame, w: frame.w, kinds: kinds))
    }

    // MARK: The form

    private func form(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "person"])
        var typed = TypedNotice(key: SecureRandom.uuid(at: services.clock.now))
        typed.recipients = query["person"] ?? ""
        return try await form(call, typed)
    }

    private func form(
        _ call: Call, _ typed: TypedNotice, refused: NoticeError? = nil, status: Int = 200
    ) async throws -> Reply {
        let template = try template(call)
        let make = PageMaker(call, templates, library: services.templates)
        let issuers = try await services.recipients.issuers()
        return make.reply(
            "issue-form",
            IssueFormPage(
                template, typed, issuers: issuers, faults: refused?.faults ?? [],
                reason: refused.map { make.phrases.refusal($0) }, make),
            status: status)
    }

    private func template(_ call: Call) throws -> NoticeTemplate {
        let kind = try call.parameter("kind")
        guard let template = services.templates.template(kind: kind) else {
            throw NoticeError(.notFound, "there is no kind of notice \"\(shortened(kind))\"")
        }
        return template
    }

    // MARK: Preview and issue

    private func preview(_ call: Call) async throws -> Reply {
        let template = try template(call)
        let typed = TypedNotice(form: call.form, fields: template.fields)
        if call.form["back"] != nil { return try await form(call, typed) }
        do {
            let request = try await services.request(template, typed, PageMaker(call, templates))
            let preview = try await services.pipeline.issue.preview(
                request, by: call.principal, telling: PageMaker(call, templates).language.ofNotices)
            let make = PageMaker(call, templates, library: services.templates)
            return make.reply(
                "issue-preview",
                IssuePreviewPage(
                    template, typed, preview,
                    document: try make.documentFrame(markdown: preview.rendered.markdown, services),
                    letter: try Letter(preview.rendered, make, services),
                    confirmers: try await confirmers(besides: call), make))
        } catch let refusal as NoticeError where refusal.code == .invalid || refusal.code == .notFound {
            return try await form(call, typed, refused: refusal, status: 422)
        }
    }

    private func submit(_ call: Call) async throws -> Reply {
        let template = try template(call)
        let typed = TypedNotice(form: call.form, fields: template.fields)
        do {
            var request = try await services.request(template, typed, PageMaker(call, templates))
            request.overrides = typed.overrides
            // The words that were shown: another version may have been published meanwhile.
            request.version = call.form["version"].flatMap { Int($0) }
            let claim = IdempotencyClaim(
                principal: call.principal.id, key: "page:\(typed.key)",
                requestHash: SHA256.hash(Array(typed.canonical.utf8)))
            let acceptance = try await services.pipeline.issue.issue(
                request, by: call.principal, idempotency: claim,
                telling: PageMaker(call, templates).language.ofNotices)
            let issued = try await IssuedNotice(acceptance, services)
            return .seeOther(Site.page(Site.noticePage, issued.id))
        } catch let refusal as NoticeError where Self.isForTheForm(refusal.code) {
            return try await form(call, typed, refused: refusal, status: Problem(refusal).status)
        }
    }

    private static func isForTheForm(_ code: NoticeError.Code) -> Bool {
        switch code {
        case .invalid, .preflight, .conflict, .idempotencyMismatch, .notFound: true
        default: false
        }
    }

    /// Who could stand behind an override: everybody else who approves.
    private func confirmers(besides call: Call) async throws -> [NoticePages.Choice] {
        try await services.accounts.accounts().filter {
            $0.scopes.contains(.approve) && $0.disabledAt == nil && $0.id.rawValue != call.principal.id
        }.map { NoticePages.Choice(value: $0.id.rawValue, label: $0.name, isSelected: false) }
    }
}

extension ConsoleServices {
    /// What is wrong with the values themselves, whoever it is for.
    private func fieldFaults(
        _ template: NoticeTemplate, _ typed: TypedNotice, _ make: PageMaker
    ) -> [NoticeError.Fault] {
        guard case .object(let values) = typed.json(template.fields) else { return [] }
        do throws(RenderFailure) {
            _ = try FieldValues(
                checking: values, fields: template.fields, issueDate: CivilDate(inChina: clock.now))
            return []
        } catch {
            return error.faults.map { .init(field: $0.field, message: .said(make.text($0.message))) }
        }
    }

    /// What was typed as a request; people are named by their number in the company's books or by id.
    func request(
        _ template: NoticeTemplate, _ typed: TypedNotice, _ make: PageMaker
    ) async throws -> IssueRequest {
        var people: [PersonID] = []
        var faults: [NoticeError.Fault] = []
        for name in typed.recipientNames {
            if let person = try await recipients.person(externalID: name) {
                people.append(person.id)
            } else if try await recipients.recipients([PersonID(name)])[PersonID(name)] != nil {
                people.append(PersonID(name))
            } else {
                faults.append(
                    .init(
                        field: "recipients",
                        message: .said(make.word("issue_nobody").replacing("{name}", with: shortened(name)))))
            }
        }
        guard faults.isEmpty else {
            // What else is wrong is said at once: nobody should have to come back for each.
            faults += fieldFaults(template, typed, make)
            throw NoticeError(.invalid, .said(make.word("issue_wrong")), faults: faults)
        }
        return IssueRequest(
            issuer: IssuerID(typed.issuer), kind: template.reference.kind,
            language: typed.language.isEmpty ? nil : typed.language, recipients: people,
            fields: typed.json(template.fields))
    }
}
