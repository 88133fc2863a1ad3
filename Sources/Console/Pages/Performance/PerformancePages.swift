import Evidence
import Hummingbird
import Notices
import People

/// Goals and reviews: everybody sees, signs and appeals against their own; heads of units and HR see theirs.
struct PerformancePages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var desk: PerformanceDesk { services.people.performance }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.performanceList, .peoplePages, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.performancePage, .peoplePages, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.performanceGoals, .peoplePages, bodyLimit: 16 << 10, style: .page, answer: setGoal),
            Endpoint(.post, Site.performanceGoalEnd, .peoplePages, bodyLimit: 4096, style: .page, answer: withdrawGoal),
            Endpoint(.post, Site.performanceReviews, .peoplePages, bodyLimit: 64 << 10, style: .page, answer: score),
            Endpoint(.post, Site.performanceGoal, .peoplePages, bodyLimit: 4096, style: .page, answer: signGoal),
            Endpoint(.post, Site.performanceReview, .peoplePages, bodyLimit: 64 << 10, style: .page, answer: act),
        ]
    }

    // MARK: Who is behind

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let query: String
        let units: [NoticePages.Choice]
        let month: String
        let percent: String
        let sentence: String?
        let rows: [Row]
        let error: String?
    }

    /// One member of staff who is behind.
    struct Row: Sendable {
        let href: String
        let name: String
        let number: String
        let completion: String
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "q", "unit", "month", "percent"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let roster = services.people.roster
        guard AccessPolicy.reach(of: actor, for: .scorePerformance) != nil else {
            guard let own = actor.person else {
                throw PeopleError(.forbidden, "your account stands for no member of staff, and scores nobody")
            }
            return .seeOther(Site.page(performance: try await roster.employee(own.rawValue, by: actor).number))
        }
        var error: String?
        let wanted = (query["q"] ?? "").trimmed
        if !wanted.isEmpty {
            do {
                return .seeOther(Site.page(performance: try await roster.employee(wanted, by: actor).number))
            } catch let refusal as PeopleError {
                error = refusal.code == .notFound ? make.word("people_nobody") : make.phrases.refusal(refusal)
            }
        }
        let units = try await roster.units(by: actor)
        let today = CivilDate(inChina: services.clock.now)
        let month = query["month"].flatMap { Month($0) } ?? Month(today).adding(-1)
        let percent = query["percent"].flatMap { Hundredths($0) } ?? Hundredths(70)
        var below: PerformanceDesk.BelowTarget?
        if let unit = units.first(where: { $0.id.rawValue == query["unit"] })?.id {
            do { below = try await desk.belowTarget(percent, in: month, unit: unit, by: actor) } catch let refusal
                as PeopleError
            { error = make.phrases.refusal(refusal) }
        }
        let frame = make.frame(make.word("performance"))
        return make.reply(
            "performance-list",
            ListPage(
                frame: frame, w: frame.w, action: Site.performanceList, query: query["q"] ?? "",
                units: units.map {
                    .init(value: $0.id.rawValue, label: $0.name, isSelected: $0.id.rawValue == query["unit"])
                }, month: "\(month)", percent: "\(percent)", sentence: below.map { make.text($0.sentence) },
                rows: below?.people.prefix(200).map {
                    Row(
                        href: Site.page(performance: $0.employee.number), name: $0.employee.name,
                        number: $0.employee.number, completion: "\($0.completion)%")
                } ?? [], error: error), status: error == nil ? 200 : 422)
    }

    // MARK: One member of staff

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, error: nil)
    }

    func show(
        _ call: Call, error: PeopleError? = nil, refused: PerformanceForms.Refused = PerformanceForms.Refused(),
        status: Int = 200
    ) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let person = try await services.people.roster.person(try call.parameter("employee"))
        let found = try await desk.goals(of: person, period: nil, by: actor)
        let reviews = try await desk.reviews(of: person, by: actor)
        let names = try await services.names([person])
        return make.reply(
            "performance",
            PerformancePage(
                number: try call.parameter("employee"), name: names[person], goals: found.goals,
                progress: found.progress, reviews: reviews,
                role: .init(
                    isOwner: actor.person == person,
                    maySetGoals: actor.person != person && AccessPolicy.reach(of: actor, for: .setGoals) != nil,
                    mayScore: actor.person != person && AccessPolicy.reach(of: actor, for: .scorePerformance) != nil,
                    mayApprove: actor.person != person && AccessPolicy.reach(of: actor, for: .approvePerformance) != nil
                ),
                forms: PerformanceForms(
                    number: try call.parameter("employee"),
                    key: call.form["key"] ?? SecureRandom.uuid(at: services.clock.now), typed: call.form,
                    refused: refused, make),
                typed: call.form, error: error.map { make.phrases.refusal($0) }, make), status: status)
    }

    func page(_ call: Call) throws -> String { Site.page(performance: try call.parameter("employee")) }

    private func signGoal(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        guard let hash = Digest(hex: call.form["contentHash"] ?? "") else {
            throw Problem.malformed("contentHash is not a SHA-256 in hexadecimal")
        }
        do { _ = try await desk.sign(GoalID(try call.parameter("goal")), hash: hash, by: actor) } catch let refusal
            as PeopleError where refusal.code != .forbidden && refusal.code != .notFound
        { return try await show(call, error: refusal, status: Problem(refusal).status) }
        return .seeOther(try page(call))
    }

    private func act(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let id = ReviewID(try call.parameter("review"))
        guard let version = Int(call.form["version"] ?? "") else {
            throw Problem.malformed("version is missing; open the page again")
        }
        do {
            switch call.form["act"] ?? "" {
            case "confirm": _ = try await desk.confirm(id, version: version, by: actor)
            case "appeal":
                _ = try await desk.appeal(id, version: version, reason: call.form["words"] ?? "", by: actor)
            case "approve": _ = try await desk.approve(id, version: version, by: actor)
            case "sign":
                guard let hash = Digest(hex: call.form["versionHash"] ?? "") else {
                    throw Problem.malformed("versionHash is not a SHA-256 in hexadecimal")
                }
                _ = try await desk.sign(
                    id, version: version, hash: hash, statement: call.form["words"] ?? "", by: actor)
            case "reject": _ = try await desk.decide(id, decision: call.form["words"] ?? "", lines: nil, by: actor)
            case "uphold":
                let review = try await desk.review(id, by: actor)
                _ = try await desk.decide(
                    id, decision: call.form["words"] ?? "", lines: try lines(of: review, call),
                    payFactor: review.current.payFactor, by: actor)
            default: throw Problem.malformed("the form says nothing to do; open the page again")
            }
            return .seeOther(try page(call))
        } catch let refusal as PeopleError where refusal.code != .forbidden && refusal.code != .notFound {
            return try await show(call, error: refusal, status: Problem(refusal).status)
        }
    }

    /// The same dimensions with the deductions as HR has decided them.
    private func lines(of review: Review, _ call: Call) throws(PeopleError) -> [ScoreLine] {
        var (lines, faults) = ([ScoreLine](), [PeopleError.Fault]())
        for (index, line) in review.current.lines.enumerated() {
            guard let deduction = Hundredths(call.form["d.\(index)"] ?? "") else {
                faults.append(
                    .init(
                        field: line.dimension, message: "give the deduction as a figure like 5 or 2.5",
                        words: .init("figureOf", ["field": line.dimension])))
                continue
            }
            lines.append(
                ScoreLine(
                    dimension: line.dimension, weight: line.weight, deduction: deduction,
                    reason: call.typed("r.\(index)") ?? line.reason))
        }
        try PeopleError.check(faults, "the appeal was not decided")
        return lines
    }
}

extension Site {
    /// Who is behind, or one's own page.
    public static let performanceList = "/performance"
    /// Goals and reviews of a member of staff.
    public static let performancePage = "/performance/{employee}"
    /// A signature under a goal.
    public static let performanceGoal = "/performance/{employee}/goals/{goal}"
    /// A step of a review.
    public static let performanceReview = "/performance/{employee}/reviews/{review}"

    /// The page of a member of staff; numbers are plain segments.
    static func page(performance number: String) -> String { "/performance/\(number)" }
}
