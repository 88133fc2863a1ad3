import Evidence
import Hummingbird
import Notices
import People

/// Training of whoever has signed in: the policies, a course whose watching the server checks, and what was reached.
struct TrainingPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: TrainingDesk { services.people.training }

    var endpoints: [Endpoint] {
        let own = Endpoint.Access.session([.staff])
        return [
            Endpoint(.get, Site.trainingList, own, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.trainingPage, own, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.trainingCourse, own, bodyLimit: 4096, style: .page, answer: begin),
            Endpoint(.post, Site.trainingHeartbeat, own, bodyLimit: 4096, style: .page, answer: report),
        ]
    }

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let rows: [Row]
        let isEmpty: Bool
    }

    /// One policy.
    struct Row: Sendable {
        let href: String
        let title: String
        let version: Int
        let effectiveOn: String
        let state: String
        let stateClass: String
    }

    /// The version in which somebody is to be trained, with what they did in it.
    struct Standing: Sendable {
        let version: PolicyVersion
        let part: TrainingProof.Part?

        /// The word for how far they came.
        var word: String {
            guard let part else { return "training_new" }
            if part.statement != nil { return "training_signed" }
            if part.exams.contains(where: \.isPassed) { return "training_passed" }
            return part.viewing?.completedAt != nil ? "training_watched" : "training_begun"
        }
    }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let versions = try await desk.policies(by: actor)
        var rows: [Row] = []
        for policy in Set(versions.map(\.policy)).sorted(by: { $0.rawValue < $1.rawValue }) {
            let standing = try await standing(in: policy, versions, actor)
            rows.append(
                Row(
                    href: Site.page(training: policy), title: standing.version.title, version: standing.version.version,
                    effectiveOn: "\(standing.version.effectiveOn)", state: make.word(standing.word),
                    stateClass: standing.part?.statement == nil ? "" : "acknowledged"))
        }
        let frame = make.frame(make.word("training"))
        return make.reply("training", ListPage(frame: frame, w: frame.w, rows: rows, isEmpty: rows.isEmpty))
    }

    /// As the desk chooses it: the newest version that holds on this day, or the first that will.
    func standing(in policy: PolicyID, _ versions: [PolicyVersion], _ actor: Actor) async throws -> Standing {
        let own = versions.filter { $0.policy == policy }
        let today = CivilDate(inChina: services.clock.now)
        guard let person = actor.person, let version = own.last(where: { $0.effectiveOn <= today }) ?? own.first else {
            throw PeopleError(.notFound, "there is no policy \"\(shortened(policy.rawValue))\" for you")
        }
        let proof = try await desk.proof(of: person, in: policy, by: actor)
        return Standing(version: version, part: proof.versions.first { $0.policy.version == version.version })
    }

    // MARK: One policy

    private func policy(_ call: Call) throws -> PolicyID { PolicyID(try call.parameter("policy")) }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, error: nil)
    }

    private func show(_ call: Call, error: String?, status: Int = 200) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let policy = try policy(call)
        let standing = try await standing(in: policy, try await desk.policies(policy, by: actor), actor)
        var reply = make.reply(
            "training-policy",
            TrainingPage(
                standing, text: try make.documentFrame(markdown: standing.version.text, services),
                script: Site.asset(templates.scriptName), error: error, make), status: status)
        if let origin = TrainingPage.origin(of: standing.version.course.location) {
            // The video may lie on another host; nothing else may come from there.
            reply.headers.append(
                ("Content-Security-Policy", "\(SecurityHeaders.policy); media-src 'self' \(origin)"))
        }
        return reply
    }

    private func begin(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let policy = try policy(call)
        _ = try await desk.beginCourse(policy, by: actor)
        return .seeOther(Site.page(training: policy))
    }

    /// Takes the place of the player; our own clock decides what is credited.
    ///
    /// The script asks for figures, a form for the page.
    private func report(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let policy = try policy(call)
        let wantsFigures = call.headers.values(of: "Accept").contains { $0.contains("application/json") }
        do {
            guard let position = Int(call.form["position"] ?? "") else {
                throw PeopleError(.invalid, .said(PageMaker(call, templates).word("training_noPosition")))
            }
            let progress = try await desk.report(policy, atSeconds: position, by: actor)
            guard wantsFigures else {
                guard !progress.isSkip else {
                    return try await show(call, error: PageMaker(call, templates).word("training_skip"), status: 409)
                }
                return .seeOther(Site.page(training: policy))
            }
            return .json(progress.json)
        } catch let refusal as PeopleError
            where refusal.code != .forbidden && refusal.code != .notFound && !wantsFigures
        {
            return try await show(
                call, error: PageMaker(call, templates).phrases.refusal(refusal), status: Problem(refusal).status)
        }
    }
}

extension Site {
    /// The policies in which staff are trained.
    public static let trainingList = "/training"
    /// One policy: its text, course and exam.
    public static let trainingPage = "/training/{policy}"
    /// Begins its course.
    public static let trainingCourse = "/training/{policy}/course"
    /// Where the player is.
    public static let trainingHeartbeat = "/training/{policy}/heartbeats"
    /// Begins its exam.
    public static let trainingExams = "/training/{policy}/exams"
    /// One sitting.
    public static let trainingExam = "/training/{policy}/exams/{exam}"
    /// Asks for the code that signs the statement.
    public static let trainingCode = "/training/{policy}/exams/{exam}/code"
    /// Signs the statement.
    public static let trainingStatement = "/training/{policy}/exams/{exam}/statement"

    /// The page of a policy.
    static func page(training policy: PolicyID) -> String { "/training/\(policy.rawValue)" }
    /// The page of a sitting.
    static func page(training policy: PolicyID, exam: ExamID) -> String {
        "/training/\(policy.rawValue)/exams/\(exam.rawValue)"
    }
}
