import Evidence
import Notices

extension PerformanceDesk {
    /// A manager or HR scores a period; each deduction stands with its reason (S-100, S-104).
    ///
    /// - Parameter payFactor: by how much the month's performance pay is multiplied, where the policy says so (S-114).
    public func score(
        _ person: PersonID, month: Month, lines: [ScoreLine], payFactor: Hundredths? = nil, by actor: Actor
    ) async throws -> Review {
        let employee = try await store.require(person)
        try AccessPolicy.require(.scorePerformance, actor, owner: person, unit: employee.unit)
        guard actor.person != person else { throw PeopleError(.forbidden, "nobody scores themselves; ask HR") }
        var faults = ScoreLine.faults(lines, payFactor: payFactor)
        let now = clock.now
        if month > Month(CivilDate(inChina: now)) {
            faults.append(
                .init(
                    field: "month", message: "\(month) has not begun", words: .init("notBegun", ["value": "\(month)"])))
        }
        try PeopleError.check(faults, "nothing was scored")
        let id = ReviewID(SecureRandom.uuid(at: now))
        let version = Review.Version(number: 1, lines: lines, payFactor: payFactor)
        let review = Review(
            id: id, person: person, month: month, state: .scored,
            // The person where it is one: whoever has two keys has two eyes all the same.
            scoredBy: actor.person?.rawValue ?? actor.principal.id, approvedBy: nil,
            current: version, signature: nil, appeals: [])
        let act = try acts.act(
            .performanceScored, by: actor, about: subjects(review), facts(version, review))
        guard try await store.begin(review, at: now, acts: [act]) else {
            throw PeopleError(
                .conflict, "\(month) was scored already for \(person); only an appeal that is upheld changes it",
                words: .init("scoredAlready", ["month": "\(month)"]))
        }
        return review
    }

    /// The member of staff confirms the version they saw (S-102).
    public func confirm(_ id: ReviewID, version: Int, by actor: Actor) async throws -> Review {
        let review = try await own(id, .confirmGoals, actor)
        try requireStanding(review, .scored, version, "confirmed")
        return try await move(review, .confirm, .performanceConfirmed, by: actor)
    }

    /// The member of staff appeals; nothing moves until it is decided (S-101).
    public func appeal(_ id: ReviewID, version: Int, reason: String, by actor: Actor) async throws -> Review {
        let review = try await own(id, .appeal, actor)
        try requireStanding(review, .scored, version, "appealed against")
        try requireText("reason", reason)
        let now = clock.now
        let appeal = Review.Appeal(
            id: SecureRandom.uuid(at: now), version: version, state: .open, reason: reason, madeAt: now)
        return try await move(
            review, .appeal(appeal), .performanceAppealed, by: actor,
            ["appeal": .string(appeal.id), "reason": .string(reason)])
    }

    /// HR decides an appeal: with other lines it is upheld, without it is rejected; either way with a reason.
    ///
    /// Whoever scored does not decide about it.
    public func decide(
        _ id: ReviewID, decision: String, lines: [ScoreLine]?, payFactor: Hundredths? = nil, by actor: Actor
    ) async throws -> Review {
        let review = try await require(id)
        try await requireApproval(review, actor)
        guard review.state == .appealed, let appeal = review.appeals.last(where: { $0.state == .open }) else {
            throw PeopleError(.conflict, "review \(id) is \(review.state.rawValue); no appeal is open")
        }
        try requireText("decision", decision)
        var more: [String: JSONValue] = [
            "appeal": .string(appeal.id), "decision": .string(decision), "upheld": .bool(lines != nil),
        ]
        var next: Review.Version?
        if let lines {
            try PeopleError.check(ScoreLine.faults(lines, payFactor: payFactor), "the appeal was not decided")
            next = Review.Version(number: review.current.number + 1, lines: lines, payFactor: payFactor)
        }
        if let next {
            for (name, value) in facts(next, review) { more[name] = value }
        }
        return try await move(
            review, .decide(appeal: appeal.id, decision: decision, next: next, by: actor.principal.id),
            .appealDecided, by: actor, more)
    }

    /// HR approves what the member of staff confirmed; the score enters the person's figures.
    public func approve(_ id: ReviewID, version: Int, by actor: Actor) async throws -> Review {
        let review = try await require(id)
        try await requireApproval(review, actor)
        try requireStanding(review, .confirmed, version, "approved")
        return try await move(
            review, .approve(by: actor.principal.id, month: review.month, score: review.current.total),
            .performanceApproved, by: actor)
    }

    /// The member of staff signs the approved version, with the words that go with it; kept for good (S-103).
    public func sign(
        _ id: ReviewID, version: Int, hash: Digest, statement: String, by actor: Actor
    ) async throws -> Review {
        let review = try await own(id, .sign, actor)
        try requireStanding(review, .approved, version, "signed")
        try requireText("statement", statement)
        guard review.current.hash(of: id) == hash else {
            throw PeopleError(
                .conflict, "hash: it is not that of version \(version); read the review and sign what it says")
        }
        let signature = Review.Signature(version: version, hash: hash, at: clock.now, statement: statement)
        return try await move(
            review, .sign(signature), .performanceSigned, by: actor, ["statement": .string(statement)])
    }

    /// One review, for those who may see it.
    public func review(_ id: ReviewID, by actor: Actor) async throws -> Review {
        let review = try await require(id)
        try await requireView(review.person, actor)
        return review
    }

    /// The reviews of a person.
    public func reviews(of person: PersonID, by actor: Actor) async throws -> [Review] {
        try await requireView(person, actor)
        return try await store.reviews(of: person)
    }

    // MARK: -

    private func move(
        _ review: Review, _ kind: ReviewStep.Kind, _ event: EvidenceEvent, by actor: Actor,
        _ more: [String: JSONValue] = [:]
    ) async throws -> Review {
        let act = try acts.act(
            event, by: actor, about: subjects(review),
            facts(review.current, review).merging(more) { _, new in new })
        let step = ReviewStep(
            from: review.state, version: review.current.number, kind: kind, person: review.person, at: clock.now)
        guard try await store.move(review.id, step, acts: [act]) else {
            throw PeopleError(.conflict, "review \(review.id) has moved on meanwhile; look at it again")
        }
        return try await require(review.id)
    }

    private func subjects(_ review: Review) -> [Subject] { [.employee(review.person), Subject(.review, review.id)] }

    private func facts(_ version: Review.Version, _ review: Review) -> [String: JSONValue] {
        [
            "month": .string(review.month.description), "version": .integer(Int64(version.number)),
            "total": .string(version.total.description),
            "payFactor": version.payFactor.map { .string($0.description) } ?? .null,
            "versionHash": .string(version.hash(of: review.id).hex),
            "lines": .array(
                version.lines.map {
                    [
                        "dimension": .string($0.dimension), "weight": .integer(Int64($0.weight)),
                        "deduction": .string($0.deduction.description),
                        "reason": $0.reason.map { .string($0) } ?? .null,
                    ]
                }),
        ]
    }

    private func require(_ id: ReviewID) async throws -> Review {
        guard let review = try await store.review(id) else {
            throw PeopleError(.notFound, "there is no review \"\(id.rawValue.prefix(60))\"")
        }
        return review
    }

    private func own(_ id: ReviewID, _ permission: Permission, _ actor: Actor) async throws -> Review {
        let review = try await require(id)
        guard actor.person == review.person else {
            throw PeopleError(.forbidden, "only the person reviewed confirms, appeals and signs")
        }
        try AccessPolicy.require(permission, actor, owner: review.person)
        return review
    }

    private func requireApproval(_ review: Review, _ actor: Actor) async throws {
        let employee = try await store.require(review.person)
        try AccessPolicy.require(.approvePerformance, actor, owner: review.person, unit: employee.unit)
        guard actor.person != review.person, actor.principal.id != review.scoredBy,
            actor.person?.rawValue != review.scoredBy
        else {
            throw PeopleError(.forbidden, "whoever was scored or has scored does not approve; ask another of HR")
        }
    }

    private func requireStanding(
        _ review: Review, _ state: Review.State, _ version: Int, _ verb: String
    ) throws(PeopleError) {
        guard review.state == state else {
            throw PeopleError(
                .conflict,
                "review \(review.id) is \(review.state.rawValue) and cannot be \(verb); it goes scored, confirmed, "
                    + "approved, signed, and waits while an appeal is open")
        }
        guard review.current.number == version else {
            throw PeopleError(.conflict, "version \(version) counts no more; read version \(review.current.number)")
        }
    }

    private func requireText(_ field: String, _ text: String) throws(PeopleError) {
        guard !text.isEmpty, text.utf8.count <= 2_000 else {
            throw PeopleError(.invalid, "\(field): say it in 1 to 2000 bytes")
        }
    }
}

extension PerformanceDesk: SignedResultReader {
    /// What a review says for the pay: its score, its factor, when the person signed it; nothing before HR approved it.
    public func signedResult(_ reference: String, of person: PersonID) async throws -> SignedResult? {
        guard let review = try await store.review(ReviewID(rawValue: reference)), review.person == person,
            review.state == .approved || review.state == .signed
        else { return nil }
        return SignedResult(
            reference: reference, score: ExactNumber(review.current.total.description),
            factor: review.current.payFactor.flatMap { ExactNumber($0.description) },
            signedOn: review.signature.map { CivilDate(inChina: $0.at) })
    }
}
