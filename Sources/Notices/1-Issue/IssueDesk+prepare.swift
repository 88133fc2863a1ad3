import Evidence
import Typeset

extension IssueDesk {
    /// A request that has passed every check, rendered.
    struct Draft: Sendable {
        let request: IssueRequest
        let template: NoticeTemplate
        let rendered: RenderedNotice
        let issuer: Issuer
        let recipients: [NoticeRecipient]
        let findings: [PreflightFinding]
        let number: String
        let now: Timestamp
        let isRehearsal: Bool

        /// The document as it will be typeset.
        var page: PageDocument {
            DocumentMaker.page(
                markdown: rendered.markdown, title: template.settings.name.text(rendered.language),
                language: rendered.language.rawValue, number: number, contentHash: rendered.contentHash,
                issuer: issuer.fullName, issuedAt: now, isRehearsal: isRehearsal)
        }

        func notice(id: NoticeID, author: Principal) -> Notice {
            let settings = template.settings
            let confirmers = Set(request.overrides.map(\.confirmedBy)).sorted()
            return Notice(
                id: id, number: number, issuer: IssuerSnapshot(issuer), kind: request.kind,
                templateVersion: rendered.template.version, templateHash: rendered.template.hash,
                language: rendered.language.rawValue, priority: settings.priority,
                state: settings.approvals > 0 || !confirmers.isEmpty ? .awaitingApproval : .approved,
                approvalsNeeded: settings.approvals,
                author: author, createdAt: now, sealedAt: nil, contentHash: rendered.contentHash, documentHash: nil,
                recipients: recipients, plan: settings.plan,
                legalBasis: rendered.legalBasis.map { "\($0.law) \($0.article)" },
                handling: Notice.Handling(
                    sealsPDF: settings.document == .pdf, observesQuietHours: settings.keepsQuietHours,
                    asksAcknowledgement: settings.needsAcknowledgement,
                    // A formal document, and whatever may say what harms the person: the link may have been forwarded.
                    isPersonal: settings.document == .pdf || template.isSensitive),
                batch: request.batch, confirmers: confirmers, remindsOf: request.remindsOf, isRehearsal: isRehearsal)
        }

        func facts(of notice: Notice) -> [String: JSONValue] {
            var facts: [String: JSONValue] = [
                "number": .string(notice.number), "kind": .string(notice.kind),
                "templateVersion": .integer(Int64(notice.templateVersion)),
                "templateHash": .string(notice.templateHash.hex), "language": .string(notice.language),
                "issuer": .string(notice.issuer.id.rawValue), "issuerName": .string(notice.issuer.fullName),
                "creditCode": .string(notice.issuer.creditCode), "contentHash": .string(notice.contentHash.hex),
                "author": notice.author.facts, "approvalsNeeded": .integer(Int64(notice.approvalsNeeded)),
                "recipients": .array(notice.recipients.map { .string($0.person.rawValue) }),
            ]
            if let earlier = request.remindsOf { facts["remindsOf"] = .string(earlier.rawValue) }
            // Of a kind without sensitive fields the articles follow from the kind, and say nothing about the person.
            if !template.isSensitive { facts["legalBasis"] = .array(notice.legalBasis.map { .string($0) }) }
            return facts
        }

        /// What the notice rests on and was declared for it; empty when it is nothing about the person.
        func grounds(of notice: Notice) -> [String: JSONValue] {
            var facts: [String: JSONValue] = [:]
            if template.isSensitive, !notice.legalBasis.isEmpty {
                facts["legalBasis"] = .array(notice.legalBasis.map { .string($0) })
            }
            if let union = request.declarations.unionNotifiedAt { facts["unionNotifiedAt"] = .string(union.rfc3339) }
            if let states = request.declarations.protectedStates {
                facts["protectedStates"] = .array(states.sorted().map { .string($0) })
            }
            if !request.declarations.evidence.isEmpty {
                facts["evidenceListed"] = .array(request.declarations.evidence.map { .string($0) })
            }
            return facts
        }
    }

    /// Checks a request in the order in which people can cure it: who, what, may it.
    func prepare(
        _ request: IssueRequest, number: String?, by author: Principal, enforcesPreflight: Bool = true,
        isRehearsal: Bool? = nil, telling: NoticeLanguage? = nil
    ) async throws -> Draft {
        let isRehearsal = isRehearsal ?? (settings.isRehearsal || author.isTesting)
        let now = clock.now
        let issuer = try await issuer(request.issuer)
        let recipients = try await recipients(request.recipients)
        let language = try language(request.language ?? recipients[0].language)
        let told = telling ?? language
        guard case .object(let values) = request.fields else {
            throw NoticeError(.invalid, "fields must be an object of field names and values")
        }
        let number = number ?? NoticeNumber.mint(at: now)
        let context = RenderContext(
            number: number, issuer: issuer.fullName, issuerCode: issuer.creditCode.text, issuerContact: issuer.contact,
            recipient: recipients.map(\.name).joined(separator: language == .chinese ? "、" : ", "),
            issueDate: CivilDate(inChina: now), portal: settings.portal, smsSignature: issuer.smsSignature,
            isRehearsal: isRehearsal)
        let rendered: RenderedNotice
        do throws(RenderFailure) {
            rendered = try renderer.render(
                kind: request.kind, version: request.version, language: language, values: values, context: context)
        } catch { throw error.noticeError(in: told) }
        guard let template = templates.template(kind: request.kind, version: rendered.template.version) else {
            throw NoticeError(.unavailable, "the template of \(request.kind) went away while it was used")
        }
        if let expected = request.expectedContentHash, expected != rendered.contentHash {
            throw NoticeError(
                .conflict,
                "expectedContentHash \(expected.hex.prefix(16))… is not the content's \(rendered.contentHash.hex.prefix(16))…"
            )
        }
        try Self.requireAddress(template.settings.plan, recipients)
        if author.keyKind == .team { try await requireListed(template.settings.plan, recipients) }
        try await requireEarlier(request.remindsOf)
        let findings = preflight.findings(
            kind: request.kind, fields: request.fields, declarations: request.declarations, recipients: recipients,
            now: now)
        if enforcesPreflight { try Self.settle(findings, request.overrides, author, told) }
        let draft = Draft(
            request: request, template: template, rendered: rendered, issuer: issuer, recipients: recipients,
            findings: findings, number: number, now: now, isRehearsal: isRehearsal)
        // A document that cannot be typeset (a glyph no font has) is refused now, not when it is due.
        if template.settings.document == .pdf {
            let unprintable = try await typesetter.unprintable(draft.page)
            guard unprintable.isEmpty else { throw Self.refusal(of: unprintable, values, recipients, told) }
        }
        return draft
    }

    /// Which field has the characters that no font can print.
    private static func refusal(
        of unprintable: [Unicode.Scalar], _ values: [String: JSONValue], _ recipients: [NoticeRecipient],
        _ language: NoticeLanguage
    ) -> NoticeError {
        func found(_ text: String) -> [Unicode.Scalar] {
            unprintable.filter { text.unicodeScalars.contains($0) }
        }
        func fault(_ field: String, _ characters: [Unicode.Scalar]) -> NoticeError.Fault {
            let shown = characters.prefix(20).map { "\($0) (U+\(String($0.value, radix: 16, uppercase: true)))" }
                .joined(separator: language == .chinese ? "、" : ", ")
            return .init(
                field: field,
                message: language == .chinese
                    ? "字体无法显示 \(shown)；请改用其他字" : "no font can show \(shown); write it with other characters")
        }
        var faults = values.sorted { $0.key < $1.key }.compactMap { name, value in
            let characters = found(String(decoding: value.canonicalBytes, as: UTF8.self))
            return characters.isEmpty ? nil : fault(name, characters)
        }
        let names = found(recipients.map(\.name).joined())
        if !names.isEmpty { faults.append(fault("recipients", names)) }
        // Neither: the issuing entity's own data, which the author cannot change here.
        if faults.isEmpty { faults = [fault("issuer", unprintable)] }
        return NoticeError(
            .invalid, language == .chinese ? "文书含有无法印刷的字符" : "the document has characters that cannot be printed",
            faults: faults)
    }

    private func issuer(_ id: IssuerID) async throws -> Issuer {
        guard let issuer = try await directory.issuer(id) else {
            throw NoticeError(
                .invalid, "issuer: there is no issuing entity \"\(id.rawValue.prefix(60))\"; create it first",
                faults: [.init(field: "issuer", message: "unknown issuing entity")])
        }
        return issuer
    }

    private func recipients(_ ids: [PersonID]) async throws -> [NoticeRecipient] {
        guard !ids.isEmpty, ids.count <= 100, Set(ids).count == ids.count else {
            throw NoticeError(
                .invalid, "recipients: name 1 to 100 people, none twice; \(ids.count) were named",
                faults: [.init(field: "recipients", message: "1 to 100 people, none twice")])
        }
        let known = try await directory.recipients(ids)
        let missing = ids.filter { known[$0] == nil }
        guard missing.isEmpty else {
            throw NoticeError(
                .invalid, "recipients: \(missing.count) of \(ids.count) are not on record; add them first",
                faults: missing.prefix(20).map {
                    .init(field: "recipients", message: "there is no person \"\($0.rawValue.prefix(60))\"")
                })
        }
        return ids.compactMap { known[$0] }.map { NoticeRecipient($0) }
    }

    /// Whatever the plan could reach with a team key is on the organisation's list.
    ///
    /// The inbox is reached by signing in, so it follows whoever has a listed address; with none of its own it must be listed.
    private func requireListed(_ plan: DeliveryPlan, _ recipients: [NoticeRecipient]) async throws {
        let channels = Set(plan.rungs.flatMap(\.channels))
        let reached = recipients.flatMap { recipient -> [ServiceAddress] in
            let outside = recipient.addresses.filter { channels.contains($0.channel) && $0.channel != .inbox }
            return outside.isEmpty ? [ServiceAddress(channel: .inbox, value: recipient.person.rawValue)] : outside
        }
        let unlisted = try await store.unlisted(reached)
        guard !unlisted.isEmpty else { return }
        throw NoticeError(
            .forbidden,
            "recipients: a team key sends to listed addresses alone; an administrator lists one with songda keys team add "
                + "or POST /v1/team-addresses",
            faults: unlisted.map {
                .init(field: "recipients", message: "\($0.channel.rawValue) \($0.value) is not listed")
            })
    }

    private func requireEarlier(_ notice: NoticeID?) async throws {
        guard let notice, try await reader.notice(notice) == nil else { return }
        throw NoticeError(
            .invalid, "remindsOf: there is no notice \"\(notice.rawValue.prefix(40))\" to remind of; give its id",
            faults: [.init(field: "remindsOf", message: "unknown notice")])
    }

    private func language(_ text: String) throws -> NoticeLanguage {
        guard let language = NoticeLanguage(rawValue: text) else {
            throw NoticeError(
                .invalid, "language: \"\(text.prefix(20))\" is not one of zh-CN, en",
                faults: [.init(field: "language", message: "write zh-CN or en")])
        }
        return language
    }

    /// Each recipient can be reached by at least one channel of the plan besides those that are always there.
    private static func requireAddress(_ plan: DeliveryPlan, _ recipients: [NoticeRecipient]) throws {
        let channels = Set(plan.rungs.flatMap(\.channels))
        let names = channels.map(\.rawValue).sorted().joined(separator: ", ")
        for recipient in recipients {
            let reachable = channels.contains(.inbox) || recipient.addresses.contains { channels.contains($0.channel) }
            guard reachable else {
                throw NoticeError(
                    .invalid,
                    "recipients: \(recipient.person) has no address for any of \(names); add one first")
            }
        }
    }

    /// The request with every confirmer under the id that their approval will carry.
    ///
    /// A notice waits until each of them has approved; one that names nobody would wait for ever.
    func withKnownConfirmers(
        _ request: IssueRequest, _ author: Principal, among approvers: [Approver]?
    ) async throws -> IssueRequest {
        guard !request.overrides.isEmpty else { return request }
        let approvers = if let approvers { approvers } else { try await store.approvers() }
        var request = request
        for (index, override) in request.overrides.enumerated() {
            // Without a name, or with the author's own, the check of the overrides has the better sentence.
            guard !override.confirmedBy.isEmpty, override.confirmedBy != author.id else { continue }
            guard let approver = approvers.named(override.confirmedBy) else {
                let choice = approvers.choice(besides: author)
                let message: Sentence =
                    "\"\(override.confirmedBy.prefix(60))\" is no key or account that may approve; \(choice)"
                throw NoticeError(
                    .preflight, "override \"\(override.finding.prefix(40))\": confirmedBy \(message)",
                    faults: [.init(field: "overrides[\(index)].confirmedBy", message: message)])
            }
            request.overrides[index] = PreflightOverride(
                finding: override.finding, reason: override.reason, confirmedBy: approver.id)
        }
        return request
    }

    /// The findings that nobody overrode; an override needs a reason, and the author and one other person.
    static func open(
        _ findings: [PreflightFinding], _ overrides: [PreflightOverride], _ author: Principal
    ) throws -> [PreflightFinding] {
        for override in overrides {
            guard override.confirmedBy != author.id, !override.confirmedBy.isEmpty else {
                throw NoticeError(
                    .preflight,
                    "override \"\(override.finding)\": confirmedBy must name a second person, not the author")
            }
            guard override.reason.utf8.count >= 4, override.reason.utf8.count <= 2000 else {
                throw NoticeError(.preflight, "override \"\(override.finding)\": give a reason of 4 to 2000 bytes")
            }
            guard findings.contains(where: { $0.id == override.finding }) else {
                throw NoticeError(
                    .preflight, "override \"\(override.finding.prefix(40))\" matches no finding; leave it out")
            }
        }
        return findings.filter { finding in !overrides.contains { $0.finding == finding.id } }
    }

    /// Refuses while a finding is open.
    static func settle(
        _ findings: [PreflightFinding], _ overrides: [PreflightOverride], _ author: Principal,
        _ language: NoticeLanguage
    ) throws {
        let open = try open(findings, overrides, author)
        guard open.isEmpty else {
            throw NoticeError(
                .preflight, language == .chinese ? "发出前检查未通过" : "the pre-flight check found what must be cured first",
                faults: open.map {
                    .init(field: $0.id, message: "\(language == .chinese ? $0.zh : $0.en) [\($0.basis)]")
                })
        }
    }
}
