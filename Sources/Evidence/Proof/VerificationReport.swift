/// What the examination of a proof bundle found, check by check.
public struct VerificationReport: Sendable, Hashable {
    /// How a check ended.
    public enum Status: String, Sendable, Hashable {
        /// It holds.
        case ok
        /// It holds, or could not be made, and the reader should know something.
        case warning
        /// It does not hold.
        case failed
    }

    /// The language of the sentences.
    public enum Language: String, Sendable, Hashable, CaseIterable {
        /// Simplified Chinese.
        case chinese = "zh"
        /// English.
        case english = "en"
    }

    /// One check.
    public struct Check: Sendable, Hashable {
        /// What was checked: a stable name, such as `entry-signature`.
        public let name: String
        /// Where: a file of the bundle, or the part in general.
        public let subject: String
        /// How it ended.
        public let status: Status
        /// The finding in Chinese.
        public let chinese: String
        /// The finding in English.
        public let english: String

        /// The finding in a language.
        public func sentence(_ language: Language) -> String { language == .chinese ? chinese : english }
    }

    /// The overall verdict.
    public enum Verdict: String, Sendable, Hashable {
        /// Every check holds.
        case sound
        /// Every check holds, and there is something the reader should know.
        case soundWithWarnings = "sound-with-warnings"
        /// At least one check does not hold.
        case notSound = "not-sound"
    }

    /// The notice the bundle is about, if that could be read.
    public internal(set) var notice: String?
    /// The log's name, if that could be read.
    public internal(set) var origin: String?
    /// How many entries were examined.
    public internal(set) var entryCount = 0
    /// All checks, in the order made.
    public internal(set) var checks: [Check] = []

    init() {}

    /// The overall verdict.
    public var verdict: Verdict {
        if checks.isEmpty || checks.contains(where: { $0.status == .failed }) { return .notSound }
        return checks.contains { $0.status == .warning } ? .soundWithWarnings : .sound
    }

    /// Whether nothing failed.
    public var isSound: Bool { verdict != .notSound }

    /// The checks that failed.
    public var faults: [Check] { checks.filter { $0.status == .failed } }

    /// The report for machines.
    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "v": 1, "verdict": .string(verdict.rawValue), "entries": .integer(Int64(entryCount)),
            "checks": .array(
                checks.map {
                    [
                        "name": .string($0.name), "subject": .string($0.subject), "status": .string($0.status.rawValue),
                        "zh": .string($0.chinese), "en": .string($0.english),
                    ]
                }),
        ]
        members["notice"] = notice.map(JSONValue.string)
        members["origin"] = origin.map(JSONValue.string)
        return .object(members)
    }

    /// The report for people, one line a check; the last line is the verdict in the words of `verify.sh`.
    public func text(_ language: Language) -> String {
        var lines = checks.map { check in
            let mark =
                switch check.status {
                case .ok: "ok     "
                case .warning: language == .chinese ? "注意   " : "note   "
                case .failed: language == .chinese ? "错误   " : "FAULT  "
                }
            return "\(mark)\(check.subject): \(check.sentence(language))"
        }
        let count = faults.count
        switch (isSound, language) {
        case (true, .english): lines.append("VERDICT: SOUND")
        case (true, .chinese): lines.append("结论: 核验通过 (VERDICT: SOUND)")
        case (false, .english): lines.append("VERDICT: NOT SOUND (\(count))")
        case (false, .chinese): lines.append("结论: 核验不通过,\(count) 项错误 (VERDICT: NOT SOUND)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    mutating func note(
        _ status: Status, _ name: String, _ subject: String, zh chinese: String, en english: String
    ) {
        checks.append(Check(name: name, subject: subject, status: status, chinese: chinese, english: english))
    }
}
