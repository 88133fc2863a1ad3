import Evidence
import Notices
import People

/// Goals and reviews of one member of staff, with what whoever looks may do.
struct PerformancePage: Sendable {
    let frame: Frame
    let w: [String: String]
    let sentence: String?
    let goals: [GoalCard]
    let hasGoals: Bool
    let charts: [BarChart]
    let reviews: [ReviewCard]
    let hasReviews: Bool
    let forms: PerformanceForms
    let maySet: Bool
    let mayScore: Bool
    let error: String?

    /// What whoever looks is to the person.
    struct Role: Sendable {
        let isOwner: Bool
        let maySetGoals: Bool
        let mayScore: Bool
        let mayApprove: Bool
    }

    /// One goal.
    struct GoalCard: Sendable {
        let title: String
        let period: String
        let weight: Int
        let span: String
        let state: String
        let progress: String?
        let signatures: [String]
        let maySign: Bool
        let mayEnd: Bool
        let contentHash: String
        let action: String
    }

    /// One review.
    struct ReviewCard: Sendable {
        let id: String
        let month: String
        let state: String
        let stateClass: String
        let total: String
        let version: Int
        let versionHash: String
        let payFactor: String?
        let lines: [Line]
        let appeals: [Appeal]
        let signature: String?
        let action: String
        let mayConfirm: Bool
        let mayApprove: Bool
        let maySign: Bool
        let mayDecide: Bool
        let statement: String
        let words: String
    }

    /// One dimension.
    struct Line: Sendable {
        let inputID: String
        let place: Int
        let dimension: String
        let weight: Int
        let deduction: String
        let points: String
        let reason: String
    }

    /// One appeal with its decision.
    struct Appeal: Sendable {
        let reason: String
        let decision: String?
        let madeAt: String
        let state: String
    }

    init(
        number: String, name: String, goals: [Goal], progress: GoalProgress?, reviews: [Review], role: Role,
        forms: PerformanceForms, typed: [String: String], error: String?, _ make: PageMaker
    ) {
        frame = make.frame(make.phrases.title("performance", of: name))
        w = frame.w
        sentence = progress.map { make.text($0.sentence) }
        self.goals = goals.map { GoalCard($0, number: number, role: role, make) }
        hasGoals = !goals.isEmpty
        let scored = reviews.sorted { $0.month < $1.month }.suffix(12)
        charts =
            scored.isEmpty
            ? []
            : [
                BarChart(
                    id: "scores", title: make.word("performance_scores"),
                    summary: scored.map { "\($0.month): \($0.current.total)" }.joined(separator: "; "),
                    series: [make.word("performance_total")],
                    groups: scored.map {
                        .init(name: "\($0.month)", values: [($0.current.total.value, "\($0.current.total)")])
                    }, least: 10_000)
            ]
        self.reviews = reviews.sorted { $1.month < $0.month }.map {
            ReviewCard($0, number: number, role: role, typed: typed, make)
        }
        hasReviews = !reviews.isEmpty
        self.forms = forms
        maySet = role.maySetGoals
        mayScore = role.mayScore
        self.error = error
    }
}

extension PerformancePage.GoalCard {
    init(_ goal: Goal, number: String, role: PerformancePage.Role, _ make: PageMaker) {
        let signed = [
            ("performance_byManager", goal.managerSignedAt), ("performance_byEmployee", goal.employeeSignedAt),
        ]
        self.init(
            title: goal.title, period: goal.period, weight: goal.weight, span: "\(goal.startsOn) – \(goal.dueOn)",
            state: make.word("goal_\(goal.state.rawValue)"),
            progress: goal.progress.map { "\($0.percent)% · \($0.source) · \(make.time($0.at))" },
            signatures: signed.map { "\(make.word($0.0)) \($0.1.map { make.time($0) } ?? "—")" },
            maySign: goal.state == .draft
                && (role.isOwner ? goal.employeeSignedAt == nil : role.maySetGoals && goal.managerSignedAt == nil),
            mayEnd: role.maySetGoals && goal.state != .withdrawn, contentHash: goal.contentHash.hex,
            action: "\(Site.page(performance: number))/goals/\(goal.id.rawValue)")
    }
}

extension PerformancePage.ReviewCard {
    init(
        _ review: Review, number: String, role: PerformancePage.Role, typed: [String: String], _ make: PageMaker
    ) {
        let id = review.id.rawValue
        self.init(
            id: "review-\(id)", month: "\(review.month)", state: make.word("review_\(review.state.rawValue)"),
            stateClass: review.state == .appealed ? "negative" : review.state == .signed ? "acknowledged" : "",
            total: "\(review.current.total)", version: review.current.number,
            versionHash: review.current.hash(of: review.id).hex, payFactor: review.current.payFactor.map { "\($0)" },
            lines: review.current.lines.enumerated().map { place, line in
                PerformancePage.Line(
                    inputID: "d-\(id)-\(place)", place: place, dimension: line.dimension, weight: line.weight,
                    deduction: "\(line.deduction)", points: "\(line.points)", reason: line.reason ?? "")
            },
            appeals: review.appeals.map {
                PerformancePage.Appeal(
                    reason: $0.reason, decision: $0.decision, madeAt: make.time($0.madeAt),
                    state: make.word("appeal_\($0.state.rawValue)"))
            }, signature: review.signature.map { "\($0.statement) · \(make.time($0.at))" },
            action: "\(Site.page(performance: number))/reviews/\(id)",
            mayConfirm: role.isOwner && review.state == .scored,
            mayApprove: role.mayApprove && review.state == .confirmed,
            maySign: role.isOwner && review.state == .approved,
            mayDecide: role.mayApprove && review.state == .appealed,
            statement: make.word("performance_statement").replacing("{month}", with: "\(review.month)")
                .replacing("{total}", with: "\(review.current.total)"), words: typed["words"] ?? "")
    }
}
