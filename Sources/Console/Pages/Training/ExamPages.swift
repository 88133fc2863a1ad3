import Evidence
import Hummingbird
import Notices
import People

/// Sitting an exam and signing the statement that follows.
struct ExamPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: TrainingDesk { services.people.training }

    var endpoints: [Endpoint] {
        let own = Endpoint.Access.session([.staff])
        return [
            Endpoint(.post, Site.trainingExams, own, bodyLimit: 4096, style: .page, answer: begin),
            Endpoint(.get, Site.trainingExam, own, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.trainingExam, own, bodyLimit: 64 << 10, style: .page, answer: submit),
            Endpoint(.post, Site.trainingCode, own, bodyLimit: 4096, style: .page, answer: code),
            Endpoint(.post, Site.trainingStatement, own, bodyLimit: 4096, style: .page, answer: sign),
        ]
    }

    struct ExamPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let back: String
        let title: String
        let isOpen: Bool
        let closesAt: String
        let questions: [Question]
        let count: Int
        let score: String
        let scoreClass: String
        let verdict: String
        let isPassed: Bool
        let words: String
        let wasSent: Bool
        let signedAt: String?
        let action: String
        let codeAction: String
        let signAction: String
        let error: String?
    }

    /// One question; which answer is right stays with the bank.
    struct Question: Sendable {
        let name: String
        let number: Int
        let text: String
        let options: [Option]

        struct Option: Sendable {
            let id: String
            let name: String
            let value: Int
            let label: String
            let isChecked: Bool
        }
    }

    private func policy(_ call: Call) throws -> PolicyID { PolicyID(try call.parameter("policy")) }
    private func exam(_ call: Call) throws -> ExamID { ExamID(try call.parameter("exam")) }
    private func page(_ call: Call) throws -> String { Site.page(training: try policy(call), exam: try exam(call)) }

    private func begin(_ call: Call) async throws -> Reply {
        let sitting = try await desk.beginExam(try policy(call), by: try await services.signedInActor(call))
        return .seeOther(Site.page(training: sitting.policy, exam: sitting.id))
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, wasSent: false, error: nil)
    }

    private func show(_ call: Call, wasSent: Bool, error: String?, status: Int = 200) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let (policy, exam) = (try policy(call), try exam(call))
        guard let person = actor.person,
            let part = try await desk.proof(of: person, in: policy, by: actor).versions.first(where: { part in
                part.exams.contains { $0.id == exam }
            }), let sitting = part.exams.first(where: { $0.id == exam })
        else { throw PeopleError(.notFound, "there is no exam \"\(shortened(exam.rawValue))\" of yours") }
        let known = try await services.recipients.recipients([person])[person]
        let frame = make.frame(make.phrases.title("exam", of: part.policy.title))
        return make.reply(
            "training-exam",
            ExamPage(
                frame: frame, w: frame.w, back: Site.page(training: policy), title: part.policy.title,
                isOpen: sitting.submittedAt == nil, closesAt: make.time(sitting.closesAt),
                questions: sitting.questions.enumerated().map { place, question in
                    Question(
                        name: "a.\(place)", number: place + 1, text: question.text,
                        options: question.options.enumerated().map { number, label in
                            .init(
                                id: "a-\(place)-\(number)", name: "a.\(place)", value: number, label: label,
                                isChecked: call.form["a.\(place)"] == String(number))
                        })
                }, count: sitting.questions.count,
                score: sitting.score.map { "\($0) / \(sitting.passMark)" } ?? "",
                scoreClass: sitting.isPassed ? "done" : "error",
                verdict: make.word(sitting.isPassed ? "exam_passed" : "exam_failed"), isPassed: sitting.isPassed,
                words: part.policy.statement(known?.language == "en" ? .english : .chinese), wasSent: wasSent,
                signedAt: part.statement.map { make.time($0.signedAt) },
                action: try page(call), codeAction: try page(call) + "/code", signAction: try page(call) + "/statement",
                error: error), status: status)
    }

    private func submit(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        do {
            // As many as were asked; a question without an answer is told before anything is scored.
            let count = Int(call.form["count"] ?? "") ?? 0
            guard (1...500).contains(count) else { throw Problem.malformed("count is missing; open the page again") }
            let answers = (0..<count).map { Int(call.form["a.\($0)"] ?? "") }
            let open = answers.enumerated().filter { $0.element == nil }.map { String($0.offset + 1) }
            guard open.isEmpty else {
                throw PeopleError(.invalid, "\(make.word("exam_unanswered")) \(open.joined(separator: ", "))")
            }
            _ = try await desk.submit(try exam(call), answers: answers.compactMap { $0 }, by: actor)
            return .seeOther(try page(call))
        } catch { return try await refused(error, call) }
    }

    private func code(_ call: Call) async throws -> Reply {
        let channel: ChannelKind = call.form["channel"] == "email" ? .email : .sms
        do {
            _ = try await desk.askToSign(
                try exam(call), channel: channel, by: try await services.signedInActor(call))
            return try await show(call, wasSent: true, error: nil)
        } catch { return try await refused(error, call) }
    }

    private func sign(_ call: Call) async throws -> Reply {
        do {
            guard let code = call.form["code"]?.trimmed, code.isOneTimeCode else {
                throw PeopleError(.invalid, .said(PageMaker(call, templates).word("sign_noCode")))
            }
            _ = try await desk.sign(try exam(call), code: code, by: try await services.signedInActor(call))
            return .seeOther(try page(call))
        } catch { return try await refused(error, call) }
    }

    private func refused(_ error: any Error, _ call: Call) async throws -> Reply {
        guard let (sentence, status) = PageMaker(call, templates).curable(error) else { throw error }
        return try await show(call, wasSent: false, error: sentence, status: status)
    }
}
