import Evidence
import Hummingbird
import Notices
import People

/// Policies, courses, exams and signed statements.
struct TrainingAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.policies, .people, answer: list),
            Endpoint(.post, Site.policies, .people, answer: publish),
            Endpoint(.post, Site.course, .people, answer: begin),
            Endpoint(.post, Site.heartbeats, .people, answer: report),
            Endpoint(.post, Site.exams, .people, answer: beginExam),
            Endpoint(.post, Site.examAnswers, .people, answer: submit),
            Endpoint(.post, Site.statementCode, .people, answer: code),
            Endpoint(.post, Site.statement, .people, answer: sign),
            Endpoint(.get, Site.trainingProof, .people, answer: proof),
        ]
    }

    private var desk: TrainingDesk { services.people.training }
    private func policy(_ call: Call) throws -> PolicyID { PolicyID(try call.parameter("policy")) }
    private func exam(_ call: Call) throws -> ExamID { ExamID(try call.parameter("exam")) }

    // MARK: Policies

    private func list(_ call: Call) async throws -> Reply {
        let policy = try call.query(["policy"])["policy"].map { PolicyID($0) }
        let versions = try await desk.policies(policy, by: try await services.actor(call))
        return .json(.object(["items": .array(versions.map(\.json))]))
    }

    private func publish(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let (policy, title) = (reader.line("policy"), reader.line("title"))
        let text = reader.text("text", maximum: 500_000)
        let effectiveOn = reader.day("effectiveOn")
        let procedure = reader.value("procedure") == nil ? "" : reader.text("procedure", maximum: 5000)
        let course = reader.optionalNested("course") { reader -> Course? in
            let (location, hash, seconds) = (
                reader.line("location", maximum: 1000), reader.digest("hash"), reader.integer("seconds")
            )
            guard let location, let hash, let seconds else { return nil }
            return Course(location: location, hash: hash, seconds: seconds)
        }
        let exam = reader.optionalNested("exam") { reader -> ExamPlan? in
            let questions = reader.nestedList("questions", maximum: 500, isRequired: true, Self.question)
            let (asked, mark) = (reader.integer("asked"), reader.integer("passMark"))
            guard let asked, let mark else { return nil }
            return ExamPlan(questions: questions, asked: asked, passMark: mark)
        }
        if course == nil { reader.fault("course", "is missing; give location, hash and seconds of the video") }
        if exam == nil { reader.fault("exam", "is missing; give questions, asked and passMark") }
        try reader.finish()
        guard let policy, let title, let text, let effectiveOn, let procedure, let course = course.flatMap({ $0 }),
            let exam = exam.flatMap({ $0 })
        else { throw reader.refusal }
        let version = try await desk.publish(
            PolicyID(policy),
            TrainingDesk.Draft(
                title: title, text: text, effectiveOn: effectiveOn, procedure: procedure, course: course, exam: exam),
            by: try await services.actor(call))
        return .json(version.json, status: 201)
    }

    private static func question(_ reader: inout ObjectReader) -> Question? {
        let (id, text) = (reader.line("id"), reader.line("text", maximum: 2000))
        let options = reader.lines("options", maximum: 10, isRequired: true)
        let answer = reader.integer("answer")
        guard let id, let text, let answer else { return nil }
        return Question(id: id, text: text, options: options, answer: answer)
    }

    // MARK: Course

    private func begin(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        try reader.finish()
        return .json(try await desk.beginCourse(try policy(call), by: try await services.actor(call)).json)
    }

    private func report(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let position = reader.integer("position")
        try reader.finish()
        guard let position else { throw reader.refusal }
        return .json(
            try await desk.report(try policy(call), atSeconds: position, by: try await services.actor(call)).json)
    }

    // MARK: Exam and statement

    private func beginExam(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        try reader.finish()
        let sitting = try await desk.beginExam(try policy(call), by: try await services.actor(call))
        return .json(sitting.json(showsAnswers: false), status: 201)
    }

    private func submit(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let values = reader.elements("answers", maximum: 500, isRequired: true)
        let answers = values.compactMap { $0.integer.flatMap { Int(exactly: $0) } }
        if answers.count != values.count { reader.fault("answers", "must be whole numbers, counted from 0") }
        try reader.finish()
        let sitting = try await desk.submit(try exam(call), answers: answers, by: try await services.actor(call))
        // Which answers were right stays with the bank: the next sitting draws from it.
        return .json(sitting.json(showsAnswers: false))
    }

    private func code(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let channel = reader.choice("channel", ChannelKind.self)
        try reader.finish()
        guard let channel else { throw reader.refusal }
        let words = try await desk.askToSign(try exam(call), channel: channel, by: try await services.actor(call))
        return .json(
            .object([
                "statement": .string(words),
                "validForSeconds": .integer(OneTimeCodes.lifetime.components.seconds),
            ]), status: 202)
    }

    private func sign(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let code = reader.converted("code", "a code of six digits") { $0.isOneTimeCode ? $0 : nil }
        try reader.finish()
        guard let code else { throw reader.refusal }
        return .json(
            try await desk.sign(try exam(call), code: code, by: try await services.actor(call)).json, status: 201)
    }

    private func proof(_ call: Call) async throws -> Reply {
        let query = try call.query(["person"])
        let person = try await services.person(try call.required("person", in: query)) as PersonID
        let actor = try await services.actor(call)
        let proof = try await desk.proof(of: person, in: try policy(call), by: actor)
        return .json(proof.json(showsAnswers: actor.person != person))
    }
}

extension PolicyVersion {
    /// The version as the API shows it, without the right answers.
    var json: JSONValue {
        .object([
            "policy": .string(policy.rawValue), "version": .integer(Int64(version)), "title": .string(title),
            "text": .string(text), "textHash": .string(textHash.hex), "effectiveOn": .string(effectiveOn.description),
            "procedure": .string(procedure), "publishedAt": .string(publishedAt.rfc3339),
            "course": .object([
                "location": .string(course.location), "hash": .string(course.hash.hex),
                "seconds": .integer(Int64(course.seconds)),
            ]),
            "exam": .object([
                "questions": .integer(Int64(exam.questions.count)), "asked": .integer(Int64(exam.asked)),
                "passMark": .integer(Int64(exam.passMark)),
            ]),
        ])
    }
}

extension TrainingDesk.Progress {
    /// Where the viewing stands.
    var json: JSONValue {
        .object([
            "version": .integer(Int64(version.version)), "location": .string(version.course.location),
            "seconds": .integer(Int64(version.course.seconds)), "percent": .integer(Int64(percent)),
            "resumeAt": .integer(Int64(resumeAtSeconds)), "skipped": .bool(isSkip),
            "completedAt": viewing.completedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }
}

extension ExamSitting {
    /// The sitting; the right answers only for those who did not sit it.
    func json(showsAnswers: Bool) -> JSONValue {
        .object([
            "id": .string(id.rawValue), "person": .string(person.rawValue), "policy": .string(policy.rawValue),
            "version": .integer(Int64(version)), "passMark": .integer(Int64(passMark)),
            "startedAt": .string(startedAt.rfc3339), "closesAt": .string(closesAt.rfc3339),
            "questions": .array(
                questions.map { question in
                    var members: [String: JSONValue] = [
                        "id": .string(question.id), "text": .string(question.text),
                        "options": .array(question.options.map { .string($0) }),
                    ]
                    if showsAnswers { members["answer"] = .integer(Int64(question.answer)) }
                    return .object(members)
                }),
            "answers": answers.map { .array($0.map { .integer(Int64($0)) }) } ?? .null,
            "score": score.map { .integer(Int64($0)) } ?? .null, "passed": .bool(isPassed),
            "submittedAt": submittedAt.map { .string($0.rfc3339) } ?? .null,
        ])
    }
}

extension PolicyStatement {
    /// The statement with its document and seal.
    var json: JSONValue {
        .object([
            "person": .string(person.rawValue), "policy": .string(policy.rawValue),
            "version": .integer(Int64(version)), "exam": .string(exam.rawValue),
            "signedAt": .string(signedAt.rfc3339), "content": .string(String(decoding: content, as: UTF8.self)),
            "signature": proof.json, "document": .string(Base64.encode(document.bytes)),
            "documentHash": .string(document.hash.hex), "seal": .string(Base64.encode(document.signature)),
            "certificate": .string(document.certificatePEM),
        ])
    }
}

extension TrainingProof {
    /// Everything in one object.
    func json(showsAnswers: Bool) -> JSONValue {
        .object([
            "versions": .array(versions.map { $0.json(showsAnswers: showsAnswers) }),
            "acts": .array(acts.map(\.proofJSON)),
        ])
    }
}

extension TrainingProof.Part {
    /// One version with what the person did.
    func json(showsAnswers: Bool) -> JSONValue {
        var watched: JSONValue = .null
        if let viewing {
            watched = .object([
                "percent": .integer(Int64(viewing.percent(of: policy.course))), "skips": .integer(Int64(viewing.skips)),
                "completedAt": viewing.completedAt.map { .string($0.rfc3339) } ?? .null,
            ])
        }
        return .object([
            "policy": policy.json, "viewing": watched,
            "exams": .array(exams.map { $0.json(showsAnswers: showsAnswers) }),
            "statement": statement?.json ?? .null,
        ])
    }
}
