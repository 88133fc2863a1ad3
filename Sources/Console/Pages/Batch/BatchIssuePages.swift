import Evidence
import Hummingbird
import Notices
import People

/// Issuing a batch in the browser: a table, a check of every line, then all of it.
///
/// Nothing is stored before the last step, and one wrong line holds all of them back. What the last step was given is
/// checked once more; each line has its own idempotency key, so that a batch that was interrupted is simply sent again.
struct BatchIssuePages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        let issue = Endpoint.Access.session([.issue])
        // A table is escaped in the form that carries it on: three bytes for one.
        let body = 3 * BatchSheet.maximumBytes + 16 << 10
        return [
            Endpoint(.get, Site.batchNew, issue, bodyLimit: 0, style: .page, answer: form),
            Endpoint(.post, Site.batchNew, issue, bodyLimit: body, style: .page, file: "file", answer: check),
            Endpoint(.post, Site.batchIssue, issue, bodyLimit: body, style: .page, answer: submit),
        ]
    }

    /// Kinds that need nobody's approval: whoever must be heard before a notice leaves is heard for each by itself.
    private var kinds: [String] {
        services.templates.kinds.filter { services.templates.template(kind: $0)?.settings.approvals == 0 }
    }

    private func template(_ kind: String) throws -> NoticeTemplate {
        guard kinds.contains(kind), let template = services.templates.template(kind: kind) else {
            throw NoticeError(
                .notFound, "\"\(shortened(kind))\" is no kind that is issued in batches; choose one without approvals")
        }
        return template
    }

    /// Checks and issues, and tells in the language of the page.
    private func issuing(_ make: PageMaker) -> BatchIssue {
        BatchIssue(services: services, language: make.language.ofNotices)
    }

    // MARK: The form

    private func form(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "kind"])
        let usual = kinds.contains("client-contact-change") ? "client-contact-change" : kinds.first ?? ""
        let typed = TypedBatch(key: SecureRandom.uuid(at: services.clock.now), kind: query["kind"] ?? usual)
        return try await page(call, typed)
    }

    private func page(
        _ call: Call, _ typed: TypedBatch, refusal: NoticeError? = nil, check: BatchFormPage.Checked? = nil,
        status: Int = 200, headers: [(name: String, value: String)] = []
    ) async throws -> Reply {
        let make = PageMaker(call, templates, library: services.templates)
        var reply = make.reply(
            "batch-new",
            BatchFormPage(
                typed, of: try template(typed.kind), kinds: kinds, issuers: try await services.recipients.issuers(),
                mayChooseClients: try call.person().may(.hr), refusal: refusal, check: check, make), status: status)
        reply.headers += headers
        return reply
    }

    // MARK: Check

    private func check(_ call: Call) async throws -> Reply {
        var typed = TypedBatch(form: call.form)
        if let people = ChosenContacts(form: call.form) { typed.table = people.table }
        if call.form["back"] != nil { return try await page(call, typed) }
        let bytes = call.file.isEmpty ? Array(typed.table.utf8) : call.file
        do {
            let (sheet, rows, checks) = try await read(bytes, typed, call)
            typed.table = sheet.text
            let make = PageMaker(call, templates, library: services.templates)
            var sample: BatchFormPage.Sample?
            if let first = rows.first { sample = try await self.sample(first.request, call, make) }
            let checked = BatchFormPage.Checked(sheet, checks, in: try template(typed.kind), sample: sample, make)
            return try await page(call, typed, check: checked, status: checked.isClean ? 200 : 422)
        } catch let refusal as NoticeError where refusal.code == .invalid {
            return try await page(call, typed, refusal: refusal, status: 422)
        }
    }

    /// The table, the lines that can be asked for, and what is open in each line.
    private func read(
        _ bytes: [UInt8], _ typed: TypedBatch, _ call: Call
    ) async throws -> (BatchSheet, [BatchIssue.Row], [BatchIssue.Check]) {
        let make = PageMaker(call, templates)
        let say = BatchWords(words: templates.words, language: make.language)
        guard bytes.count <= BatchSheet.maximumBytes else {
            let sizes = ["bytes": String(bytes.count), "most": String(BatchSheet.maximumBytes)]
            throw NoticeError(.invalid, .said(say("tooManyBytes", sizes)))
        }
        guard typed.name.utf8.count <= 100, !typed.name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw NoticeError(.invalid, .said(say("nameWrong")))
        }
        let template = try template(typed.kind)
        let sheet = try BatchSheet(bytes, of: template, issuer: typed.issuer, key: typed.key, saying: say)
        let title = typed.title(for: call.principal.id)
        var checks = sheet.rows.map { BatchIssue.Check(faults: $0.faults) }
        var rows: [BatchIssue.Row] = []
        for (index, row) in sheet.rows.enumerated() {
            do {
                var request = try await services.request(template, row.typed, make)
                request.batch = title
                request.version = template.reference.version
                rows.append(
                    BatchIssue.Row(
                        index: index, request: request,
                        claim: IdempotencyClaim(
                            principal: call.principal.id, key: "page-batch:\(row.typed.key)",
                            requestHash: SHA256.hash(
                                Array("\(typed.kind)\u{1F}\(title)\u{1F}\(row.typed.canonical)".utf8)))))
            } catch let refusal as NoticeError where refusal.code == .invalid {
                checks[index].faults += refusal.faults
            }
        }
        let found = try await issuing(make).check(rows, by: call.principal)
        for (row, check) in zip(rows, found) {
            checks[row.index].faults += check.faults
            checks[row.index].findings += check.findings
        }
        return (sheet, rows, checks)
    }

    private func sample(
        _ request: IssueRequest, _ call: Call, _ make: PageMaker
    ) async throws -> BatchFormPage.Sample? {
        do {
            let preview = try await services.pipeline.issue.preview(
                request, by: call.principal, telling: make.language.ofNotices)
            return BatchFormPage.Sample(
                letter: try Letter(preview.rendered, make, services), sms: preview.rendered.smsText,
                plan: preview.settings.plan.rungs.map { IssuePreviewPage.Step($0, make) })
        } catch let refusal as NoticeError where refusal.code == .invalid || refusal.code == .notFound {
            // What is wrong with the first line stands beside it.
            return nil
        }
    }

    // MARK: Issue

    private func submit(_ call: Call) async throws -> Reply {
        let typed = TypedBatch(form: call.form)
        do {
            let (sheet, rows, checks) = try await read(Array(typed.table.utf8), typed, call)
            guard checks.allSatisfy(\.isClean) else {
                let make = PageMaker(call, templates, library: services.templates)
                return try await page(
                    call, typed,
                    check: BatchFormPage.Checked(sheet, checks, in: try template(typed.kind), sample: nil, make),
                    status: 422)
            }
            let results = try await issuing(PageMaker(call, templates)).issue(rows, by: call.principal)
            var (refused, first) = ([NoticeError.Fault](), NoticeID?.none)
            for (row, result) in zip(rows, results) {
                switch result {
                case .issued(let notice): first = first ?? notice.id
                case .refused(let problem):
                    refused.append(
                        .init(
                            field: "\(sheet.rows[row.index].line)", message: .said(problem.detail), words: problem.words
                        ))
                }
            }
            guard refused.isEmpty, let first else {
                let outcome = BatchOutcome(results)
                let (word, values) = outcome.refusalWord
                let say = BatchWords(words: templates.words, language: PageMaker(call, templates).language)
                return try await page(
                    call, typed, refusal: NoticeError(.invalid, .said(say(word, values)), faults: refused),
                    status: outcome.refusalStatus, headers: outcome.refusalHeaders)
            }
            return .seeOther(Site.page(Site.batchPage, first))
        } catch let refusal as NoticeError where refusal.code == .invalid {
            return try await page(call, typed, refusal: refusal, status: 422)
        }
    }
}
