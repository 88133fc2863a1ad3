import Evidence
import Notices
import People

/// One policy with the course and the exam of whoever looks.
struct TrainingPage: Sendable {
    let frame: Frame
    let w: [String: String]
    let facts: [Fact]
    let text: String
    let courseAction: String
    let heartbeatAction: String
    let examAction: String
    let video: String?
    let location: String
    let seconds: Int
    let percent: Int
    let resumeAt: Int
    let hasBegun: Bool
    let isWatched: Bool
    let exams: [Sitting]
    let hasExams: Bool
    let statement: String?
    let script: String
    let error: String?

    /// One exam.
    struct Sitting: Sendable {
        let href: String
        let startedAt: String
        let score: String
        let stateClass: String
    }

    init(_ standing: TrainingPages.Standing, text: String, script: String, error: String?, _ make: PageMaker) {
        let version = standing.version
        frame = make.frame("《\(version.title)》")
        w = frame.w
        facts =
            [
                Fact(label: make.word("template_version"), value: String(version.version)),
                Fact(label: make.word("training_effective"), value: "\(version.effectiveOn)"),
                Fact(label: make.word("training_state"), value: make.word(standing.word)),
            ]
            + (version.procedure.isEmpty
                ? [] : [Fact(label: make.word("training_procedure"), value: version.procedure)])
        self.text = text
        let page = Site.page(training: version.policy)
        (courseAction, heartbeatAction, examAction) = ("\(page)/course", "\(page)/heartbeats", "\(page)/exams")
        location = version.course.location
        video = location.hasPrefix("/") || Self.origin(of: location) != nil ? location : nil
        seconds = version.course.seconds
        let viewing = standing.part?.viewing
        percent = viewing?.percent(of: version.course) ?? 0
        resumeAt = (viewing?.watchedMilliseconds ?? 0) / 1000
        hasBegun = viewing != nil
        isWatched = viewing?.completedAt != nil
        exams = (standing.part?.exams ?? []).reversed().map { exam in
            Sitting(
                href: Site.page(training: version.policy, exam: exam.id), startedAt: make.time(exam.startedAt),
                score: exam.score.map { "\($0) / \(exam.passMark)" } ?? make.word("exam_open"),
                stateClass: exam.isPassed ? "acknowledged" : "")
        }
        hasExams = !exams.isEmpty
        statement = standing.part?.statement.map { make.time($0.signedAt) }
        self.script = script
        self.error = error
    }

    /// Scheme, host and port of an address, made of plain characters alone; nil for anything else.
    static func origin(of location: String) -> String? {
        for scheme in ["https://", "http://"] where location.hasPrefix(scheme) {
            let host = location.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            guard !host.isEmpty, host.utf8.allSatisfy({ $0.isNameByte || $0 == UInt8(ascii: ":") }) else { return nil }
            return scheme + host
        }
        return nil
    }
}
