import Evidence
import Notices

extension TrainingDesk {
    /// Begins an exam; locked until the course was watched to its end.
    public func beginExam(_ policy: PolicyID, by actor: Actor) async throws -> ExamSitting {
        let person = try learner(actor)
        let version = try await current(policy)
        let viewing = try await viewing(person, version)
        guard viewing.completedAt != nil else {
            throw PeopleError(
                .locked,
                "the exam is locked: \(viewing.percent(of: version.course)) % of the course were watched, 100 % are needed; "
                    + "go on at second \(viewing.watchedMilliseconds / 1000)")
        }
        let now = clock.now
        let dayAgo = now.adding(.seconds(-86_400))
        let recent = try await store.exams(of: person, policy: policy).filter { $0.startedAt > dayAgo }
        guard recent.count < rules.examsADay else {
            throw PeopleError(
                .locked, "\(rules.examsADay) exams were begun within a day; read the policy again and come back later")
        }
        let sitting = ExamSitting(
            id: ExamID(SecureRandom.uuid(at: now)), person: person, policy: policy, version: version.version,
            questions: Self.drawn(version.exam), passMark: version.exam.passMark, startedAt: now,
            closesAt: now.adding(rules.examTime))
        try await store.open(
            sitting,
            acts: [
                try act(
                    .examStarted, version, by: actor, exam: sitting.id,
                    ["questions": .array(sitting.questions.map { .string($0.id) })])
            ])
        return sitting
    }

    /// Takes the answers, one an asked question, and scores them (S-107).
    public func submit(_ id: ExamID, answers: [Int], by actor: Actor) async throws -> ExamSitting {
        let person = try learner(actor)
        guard let sitting = try await store.exam(id), sitting.person == person else {
            throw PeopleError(.notFound, "there is no exam \"\(id.rawValue.prefix(60))\" of yours")
        }
        guard sitting.submittedAt == nil else {
            throw PeopleError(
                .conflict, "the exam was handed in at \(sitting.submittedAt?.rfc3339 ?? ""); begin another")
        }
        let now = clock.now
        guard now <= sitting.closesAt else {
            throw PeopleError(.locked, "the exam closed at \(sitting.closesAt.rfc3339); begin another")
        }
        var faults: [PeopleError.Fault] = []
        if answers.count != sitting.questions.count {
            faults.append(
                .init(
                    field: "answers",
                    message: "has \(answers.count) answers; give \(sitting.questions.count), one a question"))
        }
        for (index, pair) in zip(sitting.questions, answers).enumerated()
        where !pair.0.options.indices.contains(pair.1) {
            faults.append(
                .init(
                    field: "answers[\(index)]",
                    message: "\(pair.1) is none of the \(pair.0.options.count) options, which are counted from 0"))
        }
        try PeopleError.check(faults, "the exam was not handed in")
        let version = try await version(of: sitting)
        let scored = sitting.handedIn(answers, at: now)
        let act = try act(
            .examSubmitted, version, by: actor, exam: id,
            [
                "score": .integer(Int64(scored.score ?? 0)), "passMark": .integer(Int64(scored.passMark)),
                "passed": .bool(scored.isPassed), "questions": .array(scored.questions.map { .string($0.id) }),
                "answers": .array(answers.map { .integer(Int64($0)) }),
            ])
        guard try await store.submit(scored, acts: [act]) else {
            throw PeopleError(.conflict, "the exam was handed in a moment ago; look at its score")
        }
        return scored
    }

    /// Sends the code with which the statement on a passed exam is signed.
    ///
    /// - Returns: the words that will be signed.
    public func askToSign(_ exam: ExamID, channel: ChannelKind, by actor: Actor) async throws -> String {
        let statement = try await statement(exam, by: actor)
        try await signing.challenge(
            statement.sitting.person, channel: channel, hash: statement.hash, issuer: try await signing.issuer())
        return statement.words
    }

    /// Signs the statement, bound to the version of the policy and to the exam (S-108).
    public func sign(_ exam: ExamID, code: String, by actor: Actor) async throws -> PolicyStatement {
        let statement = try await statement(exam, by: actor)
        let issuer = try await signing.issuer()
        let person = statement.sitting.person
        let proof = try await signing.prove(person, code: code, intent: statement.words, hash: statement.hash)
        let version = statement.version
        let words = Self.document(statement, proof, issuer)
        let bytes = try await signing.typeset(
            words.markdown, title: words.title, language: statement.language,
            number: "PS-\(version.policy)-\(version.version)", contentHash: statement.hash, issuer: issuer, at: proof.at
        )
        let signed = PolicyStatement(
            person: person, policy: version.policy, version: version.version, effectiveOn: version.effectiveOn,
            exam: exam, signedAt: proof.at, content: statement.content, proof: proof,
            document: try signing.seal(bytes, issuer: issuer))
        var facts = proof.facts
        facts["statement"] = .string(statement.words)
        facts["exam"] = .string(exam.rawValue)
        facts["score"] = .integer(Int64(statement.sitting.score ?? 0))
        facts["documentHash"] = .string(signed.document.hash.hex)
        guard
            try await store.sign(
                signed, acts: [try act(.policyStatementSigned, version, by: actor, exam: exam, facts)])
        else {
            throw PeopleError(.conflict, "you have signed \(version.policy) version \(version.version) before")
        }
        return signed
    }

    // MARK: -

    /// What is about to be signed.
    private struct Pending {
        let sitting: ExamSitting
        let version: PolicyVersion
        let language: NoticeLanguage
        let words: String
        let content: [UInt8]
        var hash: Digest { SHA256.hash(content) }
    }

    private func statement(_ exam: ExamID, by actor: Actor) async throws -> Pending {
        let person = try learner(actor)
        guard let sitting = try await store.exam(exam), sitting.person == person else {
            throw PeopleError(.notFound, "there is no exam \"\(exam.rawValue.prefix(60))\" of yours")
        }
        guard sitting.isPassed else {
            throw PeopleError(
                .locked,
                sitting.score.map { "the exam has the score \($0), the pass mark is \(sitting.passMark); sit another" }
                    ?? "the exam was not handed in; answer it first")
        }
        let version = try await version(of: sitting)
        let language = NoticeLanguage(rawValue: try await signing.person(person).language) ?? .chinese
        let words = version.statement(language)
        let content = JSONValue.object([
            "format": "songda.policy-statement.v1", "statement": .string(words), "person": .string(person.rawValue),
            "policy": .string(version.policy.rawValue), "version": .integer(Int64(version.version)),
            "textHash": .string(version.textHash.hex), "effectiveOn": .string(version.effectiveOn.description),
            "exam": .string(exam.rawValue), "score": .integer(Int64(sitting.score ?? 0)),
            "passMark": .integer(Int64(sitting.passMark)),
        ])
        return Pending(
            sitting: sitting, version: version, language: language, words: words, content: content.canonicalBytes)
    }

    private func version(of sitting: ExamSitting) async throws -> PolicyVersion {
        guard
            let version = try await store.policies(sitting.policy).first(where: { $0.version == sitting.version })
        else { throw PeopleError(.unavailable, "the policy of exam \(sitting.id) is gone; run `songda audit`") }
        return version
    }

    /// Draws questions without repetition.
    private static func drawn(_ plan: ExamPlan) -> [Question] {
        var left = plan.questions
        return (0..<plan.asked).map { _ in
            // 2^64 is so much larger than the bank that the remainder's bias does not matter.
            let number = SecureRandom.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return left.remove(at: Int(number % UInt64(left.count)))
        }
    }

    private static func document(
        _ pending: Pending, _ proof: SignatureProof, _ issuer: Issuer
    ) -> (title: String, markdown: String) {
        let version = pending.version
        let score = pending.sitting.score ?? 0
        let title = PlainMarkdown.escape(version.title)
        switch pending.language {
        case .chinese:
            return (
                "制度培训确认书",
                """
                # 制度培训确认书

                \(PlainMarkdown.escape(pending.words))。

                1. 制度：《\(title)》第\(version.version)版，自\(version.effectiveOn.formatted(.chinese))起施行
                1. 制度全文校验值（SHA-256）：\(version.textHash.hex)
                1. 考试编号：\(pending.sitting.id)，得分\(score)分，合格线\(pending.sitting.passMark)分
                1. 签署方式：一次性验证码（\(proof.channel.rawValue)），签署内容校验值（SHA-256）：\(proof.hash.hex)
                1. 签署时间：\(PlainMarkdown.escape(proof.at.rfc3339))

                \(PlainMarkdown.escape(issuer.fullName))
                """
            )
        case .english:
            return (
                "Statement on a policy",
                """
                # Statement on a policy

                \(PlainMarkdown.escape(pending.words)).

                1. Policy: "\(title)", version \(version.version), in force from \(version.effectiveOn.formatted(.english))
                1. Checksum of its text (SHA-256): \(version.textHash.hex)
                1. Exam \(pending.sitting.id), score \(score), pass mark \(pending.sitting.passMark)
                1. Signed by one-time code (\(proof.channel.rawValue)), checksum of what was signed (SHA-256): \(proof.hash.hex)
                1. Signed at \(PlainMarkdown.escape(proof.at.rfc3339))

                \(PlainMarkdown.escape(issuer.fullName))
                """
            )
        }
    }
}

extension TrainingDesk: TrainingRecordReader {
    /// Every exam that was handed in, as a line of the person's file (S-117).
    public func trainingRecords(of person: PersonID) async throws -> [TrainingRecord] {
        let titles = Dictionary(
            try await store.policies(nil).map { ("\($0.policy) \($0.version)", $0.title) },
            uniquingKeysWith: { first, _ in first })
        return try await store.exams(of: person, policy: nil).compactMap { sitting in
            guard let score = sitting.score, let at = sitting.submittedAt else { return nil }
            let title = titles["\(sitting.policy) \(sitting.version)"] ?? sitting.policy.rawValue
            return TrainingRecord(
                course: "《\(title)》第\(sitting.version)版", score: String(score), isPassed: sitting.isPassed,
                on: CivilDate(inChina: at))
        }
    }
}

/// Writes a value into Markdown so that it reads as plain words.
enum PlainMarkdown {
    /// Every ASCII punctuation mark gets a backslash; line breaks become spaces.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E:
                result += "\\"
                result.unicodeScalars.append(scalar)
            case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
