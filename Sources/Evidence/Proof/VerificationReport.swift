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

        /// The whole name: `zh-CN` or `en`.
        public var name: String { self == .chinese ? "zh-CN" : "en" }

        /// The language that a person names on the command line: `zh-CN`, `zh` or `en`.
        public init?(named name: String) {
            switch name.lowercased() {
            case "zh-cn", "zh": self = .chinese
            case "en": self = .english
            default: return nil
            }
        }
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

        /// The subject as people read it: a file keeps its name, a part in general is named in the language.
        public func place(_ language: Language) -> String {
            guard language == .chinese else { return subject }
            return switch subject {
            case "bundle": "证据包"
            case "roots": "根证书"
            case "log": "日志"
            default: subject
            }
        }
    }

    /// The overall verdict.
    public enum Verdict: String, Sendable, Hashable {
        /// Every check holds.
        case sound
        /// Every check holds, and there is something the reader should know.
        case soundWithWarnings = "sound-with-warnings"
        /// Every check holds, but against roots that came with the bundle: anybody can make such a bundle in any name.
        case issuerNotEstablished = "issuer-not-established"
        /// At least one check does not hold.
        case notSound = "not-sound"
    }

    /// How much of a bundle comes from a rehearsal.
    public enum Rehearsal: Sendable, Hashable {
        /// None of its entries.
        case none
        /// Some of its entries, and not the issue of a notice.
        case part(Int, of: Int)
        /// The notice was issued in a rehearsal, or every entry was recorded in one.
        case whole

        /// What follows the verdict, in the words of `verify.sh`; empty when there is nothing to say.
        var words: String {
            switch self {
            case .none: ""
            case .part(let count, let all): " (\(count) of \(all) entries are of a REHEARSAL 含演练记录)"
            case .whole: " (REHEARSAL, NO LEGAL EFFECT 演练，无法律效力)"
            }
        }

        /// The same in Chinese alone.
        var chineseWords: String {
            switch self {
            case .none: ""
            case .part(let count, let all): "（\(all) 条记录中有 \(count) 条是演练中的记录）"
            case .whole: "（演练，无法律效力）"
            }
        }
    }

    /// The notice the bundle is about, if that could be read.
    public internal(set) var notice: String?
    /// The log's name, if that could be read.
    public internal(set) var origin: String?
    /// How many entries were examined.
    public internal(set) var entryCount = 0
    /// Whether the roots were the reader's own, so that the name on the seal means something.
    public internal(set) var isIssuerEstablished = false
    /// How much of it comes from a rehearsal, which served nobody.
    public internal(set) var rehearsal = Rehearsal.none
    /// All checks, in the order made.
    public internal(set) var checks: [Check] = []

    init() {}

    /// The overall verdict.
    public var verdict: Verdict {
        if checks.isEmpty || checks.contains(where: { $0.status == .failed }) { return .notSound }
        guard isIssuerEstablished else { return .issuerNotEstablished }
        return checks.contains { $0.status == .warning } ? .soundWithWarnings : .sound
    }

    /// Whether nothing failed, and it is established whose bundle it is.
    public var isSound: Bool { verdict == .sound || verdict == .soundWithWarnings }

    /// The checks that failed.
    public var faults: [Check] { checks.filter { $0.status == .failed } }

    /// The report for machines.
    public var json: JSONValue {
        var members: [String: JSONValue] = [
            "v": 1, "verdict": .string(verdict.rawValue), "issuerEstablished": .bool(isIssuerEstablished),
            "entries": .integer(Int64(entryCount)),
            "checks": .array(
                checks.map {
                    [
                        "name": .string($0.name), "subject": .string($0.subject), "status": .string($0.status.rawValue),
                        "zh": .string($0.chinese), "en": .string($0.english),
                    ]
                }),
        ]
        members["notice"] = notice.map(JSONValue.string)
        switch rehearsal {
        case .none: members["rehearsal"] = false
        case .part(let count, _): members["rehearsal"] = .object(["entries": .integer(Int64(count))])
        case .whole: members["rehearsal"] = true
        }
        members["origin"] = origin.map(JSONValue.string)
        return .object(members)
    }

    /// The report for people, one line a check; the last line is the verdict in the words of `verify.sh`, which the
    /// Chinese report quotes beside its own.
    public func text(_ language: Language) -> String {
        var lines = checks.map { check in
            let mark =
                switch check.status {
                case .ok: language == .chinese ? "成立   " : "ok     "
                case .warning: language == .chinese ? "注意   " : "note   "
                case .failed: language == .chinese ? "不成立 " : "FAULT  "
                }
            return "\(mark)\(check.place(language)): \(check.sentence(language))"
        }
        let count = faults.count
        let of = language == .chinese ? rehearsal.chineseWords : rehearsal.words
        switch (verdict, language) {
        case (.sound, .english), (.soundWithWarnings, .english): lines.append("VERDICT: SOUND\(of)")
        case (.sound, .chinese), (.soundWithWarnings, .chinese): lines.append("结论: 核验通过\(of) (VERDICT: SOUND)")
        case (.issuerNotEstablished, .english):
            lines.append(
                "VERDICT: ISSUER NOT ESTABLISHED (it agrees with itself; check it with roots you trust)\(of)")
        case (.issuerNotEstablished, .chinese):
            lines.append("结论: 未确认由谁签发，仅内容自洽；请用您信任的根证书再核验\(of) (VERDICT: ISSUER NOT ESTABLISHED)")
        case (.notSound, .english): lines.append("VERDICT: NOT SOUND (\(count))")
        case (.notSound, .chinese): lines.append("结论: 核验不通过，\(count) 项不成立 (VERDICT: NOT SOUND)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    mutating func note(
        _ status: Status, _ name: String, _ subject: String, zh chinese: String, en english: String
    ) {
        checks.append(Check(name: name, subject: subject, status: status, chinese: chinese, english: english))
    }
}
