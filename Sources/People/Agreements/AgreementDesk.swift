import Evidence
import Notices

/// Offers agreements, has them signed, finds them again with their proof, and minds the non-compete clock.
public struct AgreementDesk: Sendable {
    let store: any AgreementStore & RosterReader & ActStore
    let sender: NoticeSender
    let signing: SignatureDesk
    let acts: ActRecorder
    let clock: any WallClock
    /// The templates.
    public let library: AgreementLibrary
    /// Who is offered what, and how the clock runs.
    public let rules: AgreementRules

    /// Offers the set for the person's position; what they have already is left alone (S-60).
    ///
    /// - Returns: what was offered now.
    @discardableResult
    public func offerSet(to person: PersonID, by actor: Actor) async throws -> [Agreement] {
        let employee = try await store.require(person)
        try AccessPolicy.require(.manageAgreements, actor, owner: person, unit: employee.unit)
        let held = Set(try await store.agreements(with: person).filter { $0.state != .withdrawn }.map(\.kind))
        var offered: [Agreement] = []
        for entry in rules.agreements(for: employee.position) where !held.contains(entry.kind) {
            let draft = try await draft(entry.kind, employee, values: entry.values, isMandatory: entry.isMandatory)
            if try await keep(draft, by: actor) { offered.append(draft.agreement) }
        }
        for agreement in offered { try await serve(agreement, by: actor) }
        return offered
    }

    /// Offers one agreement with values of HR's own.
    public func offer(
        _ kind: String, to person: PersonID, values: [String: JSONValue], isMandatory: Bool, signBy: CivilDate? = nil,
        issuer: IssuerID? = nil, by actor: Actor
    ) async throws -> Agreement {
        let employee = try await store.require(person)
        try AccessPolicy.require(.manageAgreements, actor, owner: person, unit: employee.unit)
        let draft = try await draft(
            kind, employee, values: values, isMandatory: isMandatory, signBy: signBy, issuer: issuer)
        guard try await keep(draft, by: actor) else {
            throw PeopleError(
                .conflict,
                "\(person) has \(kind) version \(draft.agreement.version) already; withdraw the offer, or publish a new version"
            )
        }
        try await serve(draft.agreement, by: actor)
        return draft.agreement
    }

    /// Takes an offer back before it is signed.
    public func withdraw(_ id: AgreementID, reason: String, by actor: Actor) async throws {
        let agreement = try await find(id, .manageAgreements, actor)
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw PeopleError(.invalid, "reason: say in 1 to 2000 bytes why the offer is withdrawn")
        }
        let act = try act(.agreementWithdrawn, agreement, by: actor, ["reason": .string(reason)])
        guard try await store.withdraw(id, acts: [act]) else {
            throw PeopleError(.conflict, "\(agreement.number) is no offer any more; look at it again")
        }
    }

    /// Every agreement with a person, the oldest first.
    public func agreements(with person: PersonID, by actor: Actor) async throws -> [Agreement] {
        let employee = try await store.require(person)
        try AccessPolicy.require(.viewAgreements, actor, owner: person, unit: employee.unit)
        return try await store.agreements(with: person)
    }

    /// The signed agreements of a person, each with its file and its proof (S-93).
    ///
    /// That evidence was read is recorded first.
    public func proofs(of person: PersonID, by actor: Actor) async throws -> [AgreementProof] {
        let signed = try await agreements(with: person, by: actor).filter { $0.state == .signed }
        var proofs: [AgreementProof] = []
        for agreement in signed { proofs.append(try await proof(of: agreement, by: actor)) }
        return proofs
    }

    /// One signed agreement with its file and its proof, by its number.
    public func proof(number: String, by actor: Actor) async throws -> AgreementProof {
        guard let agreement = try await store.agreement(number: number) else {
            throw PeopleError(.notFound, "there is no agreement \"\(number.prefix(60))\"")
        }
        return try await proof(of: try await find(agreement.id, .viewAgreements, actor), by: actor)
    }

    private func proof(of agreement: Agreement, by actor: Actor) async throws -> AgreementProof {
        guard agreement.state == .signed, let file = try await store.file(of: agreement.id) else {
            throw PeopleError(
                .notFound, "\(agreement.number) is not signed, or it was erased; there is nothing to prove")
        }
        try await store.record([
            try act(.evidenceRead, agreement, by: actor, ["what": "agreement proof"])
        ])
        return AgreementProof(
            agreement: agreement, file: file, acts: try await store.acts(about: Subject(.agreement, agreement.id)))
    }

    // MARK: Offering

    struct Draft {
        let agreement: Agreement
        let file: AgreementFile
        let keyTerms: [String]
    }

    private func draft(
        _ kind: String, _ employee: Employee, values: [String: JSONValue], isMandatory: Bool,
        signBy: CivilDate? = nil, issuer wanted: IssuerID? = nil
    ) async throws -> Draft {
        guard let template = library.template(kind: kind) else {
            throw PeopleError(
                .invalid,
                "kind: there is no agreement \"\(kind.prefix(40))\"; there are \(library.kinds.joined(separator: ", "))"
            )
        }
        let now = clock.now
        let today = CivilDate(inChina: now)
        let deadline = signBy ?? today.adding(days: rules.signWithinDays)
        var faults: [PeopleError.Fault] = []
        if deadline < today {
            faults.append(.init(field: "signBy", message: "\(deadline) is past; leave reasonable time to read"))
        }
        if kind == AgreementTemplate.nonCompete, let months = values["months"].flatMap(Self.whole),
            months > rules.nonCompete.maximumMonths
        {
            faults.append(
                .init(
                    field: "values.months",
                    message:
                        "\(months) months are more than \(rules.nonCompete.maximumMonths) (\(rules.nonCompete.source))")
            )
        }
        try PeopleError.check(faults, "the agreement was not offered")
        let issuer = try await signing.issuer(wanted)
        let person = try await signing.person(employee.id)
        let language = NoticeLanguage(rawValue: person.language) ?? .chinese
        let id = SecureRandom.uuid(at: now)
        let number = "AG-\(today.description.filter { $0 != "-" })-\(Hex.encode(SecureRandom.bytes(4)).uppercased())"
        var all = values
        // The roster's own word for what the person works as; a request need not repeat it.
        if all["position"] == nil, template.fields.contains(where: { $0.name == "position" }) {
            all["position"] = .string(employee.position)
        }
        let filled: (markdown: String, values: JSONValue)
        do throws(RenderFailure) {
            filled = try template.fill(
                all, language: language,
                context: RenderContext(
                    number: number, issuer: issuer.fullName, issuerCode: issuer.creditCode.text,
                    issuerContact: issuer.contact, recipient: person.name, issueDate: today, portal: "",
                    smsSignature: issuer.smsSignature))
        } catch {
            throw PeopleError(
                .invalid, "the agreement was not offered",
                faults: error.faults.map {
                    .init(field: "values.\($0.field)", message: .said($0.message.text(language)))
                })
        }
        let title = template.title.text(language)
        let bytes = try await signing.typeset(
            filled.markdown, title: title, language: language, number: number,
            contentHash: SHA256.hash(Array(filled.markdown.utf8)), issuer: issuer, at: now)
        return Draft(
            agreement: Agreement(
                id: AgreementID(id), number: number, person: employee.id, issuer: issuer.id, kind: kind,
                version: template.version, templateHash: template.hash, language: language, title: title,
                state: .offered, isMandatory: isMandatory, signBy: deadline, clauses: template.clauses.map(\.id),
                documentHash: SHA256.hash(bytes), offeredAt: now),
            file: AgreementFile(values: filled.values, bytes: bytes), keyTerms: template.keyTerms[language] ?? [])
    }

    private func keep(_ draft: Draft, by actor: Actor) async throws -> Bool {
        let act = try act(
            .agreementOffered, draft.agreement, by: actor,
            [
                "templateHash": .string(draft.agreement.templateHash.hex),
                "clauses": .array(draft.agreement.clauses.map { .string($0) }),
                "mandatory": .bool(draft.agreement.isMandatory),
                "signBy": .string(draft.agreement.signBy.description),
            ])
        return try await store.offer(draft.agreement, file: draft.file, acts: [act])
    }

    /// Serves an offer through the gateway; the same offer never makes a second notice.
    func serve(_ agreement: Agreement, by actor: Actor) async throws {
        guard let template = library.template(kind: agreement.kind, version: agreement.version) else {
            throw PeopleError(.unavailable, "the template of \(agreement.number) is gone; restore it")
        }
        let version = agreement.language == .chinese ? "第\(agreement.version)版" : "version \(agreement.version)"
        let notice = try await sender.send(
            NoticeSender.Order(
                kind: "agreement-to-sign", recipients: [agreement.person],
                fields: .object([
                    "agreementTitle": .string(agreement.title), "agreementVersion": .string(version),
                    "agreementHash": .string(agreement.documentHash.hex),
                    "keyTerms": .array((template.keyTerms[agreement.language] ?? []).map { .string($0) }),
                    "signBy": .string(agreement.signBy.description),
                ]),
                subjects: [.employee(agreement.person), Subject(.agreement, agreement.id)],
                occasion: "agreement \(agreement.id)", issuer: agreement.issuer), by: actor)
        try await store.markServed(agreement.id, by: notice)
    }

    // MARK: -

    func find(_ id: AgreementID, _ permission: Permission, _ actor: Actor) async throws -> Agreement {
        _ = try AccessPolicy.require(anyReach: permission, actor)
        guard let agreement = try await store.agreement(id) else {
            throw PeopleError(.notFound, "there is no agreement \"\(id.rawValue.prefix(60))\"")
        }
        let employee = try await store.require(agreement.person)
        try AccessPolicy.require(permission, actor, owner: agreement.person, unit: employee.unit)
        return agreement
    }

    func act(
        _ event: EvidenceEvent, _ agreement: Agreement, by actor: Actor, _ more: [String: JSONValue] = [:]
    ) throws -> Act {
        var facts = more
        facts["number"] = .string(agreement.number)
        facts["kind"] = .string(agreement.kind)
        facts["version"] = .integer(Int64(agreement.version))
        facts["documentHash"] = .string(agreement.documentHash.hex)
        return try acts.act(
            event, by: actor, about: [.employee(agreement.person), Subject(.agreement, agreement.id)], facts)
    }

    static func whole(_ value: JSONValue) -> Int? {
        value.integer.flatMap { Int(exactly: $0) } ?? value.string.flatMap { Int($0) }
    }
}

extension AgreementTemplate {
    /// The kind whose clock runs after somebody has left.
    public static let nonCompete = "non-compete"
}

extension AgreementDesk: OnboardingGate {
    /// Everybody from the day on which the rules begin to bind.
    public func bindsNewcomers(hiredOn: CivilDate) -> Bool { hiredOn >= rules.hiredFrom }

    /// The mandatory agreements of a person's position that they have not signed (S-91).
    ///
    /// Counted by what the rules demand, not by what was offered: an offer that never went out does not open the door.
    public func missingAgreements(of employee: Employee) async throws -> [String] {
        guard employee.hiredOn >= rules.hiredFrom else { return [] }
        let agreements = try await store.agreements(with: employee.id)
        let signed = Set(agreements.filter { $0.state == .signed }.map(\.kind))
        let demanded = rules.agreements(for: employee.position).filter(\.isMandatory).map(\.kind)
        let offered = agreements.filter { $0.state == .offered && $0.isMandatory }.map(\.kind)
        return Set(demanded + offered).subtracting(signed).sorted().map { kind in
            library.template(kind: kind).map { "\($0.title.zh) (\(kind))" } ?? kind
        }
    }
}
