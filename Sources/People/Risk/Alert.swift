import Evidence
import Notices

/// Names one alert.
public struct AlertID: Identifier {
    /// The identifier as text.
    public let rawValue: String
    /// Wraps a string that is known to name an alert.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A hint that somebody needs attention: one a person and topic, raised in level as more rules fire, never doubled.
public struct Alert: Sendable, Hashable {
    /// Where an alert stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Nobody has taken it.
        case open
        /// Somebody has.
        case assigned
        /// Dealt with; outcome and reason are on record.
        case closed
        /// The records behind it turned out otherwise, or their consent was withdrawn.
        case retracted
    }

    /// How it came out.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case stayed, left
        case falseAlarm = "false-alarm"
    }

    /// Names it.
    public let id: AlertID
    /// About whom.
    public let person: PersonID
    /// What it is about, for example `absence`.
    public let topic: String
    /// Where it stands.
    public let state: State
    /// 1 attention, 2 warning, 3 alarm.
    public let level: Int
    /// When it was made.
    public let openedAt: Timestamp
    /// Who deals with it.
    public let assignee: String?
    /// The notice that told HR of the present level.
    public let notice: NoticeID?
    /// By when it is to be confirmed.
    public let answerDue: Timestamp?
    /// When the heads of the unit were told because nobody had confirmed.
    public let escalatedAt: Timestamp?
    /// How it came out.
    public let outcome: Outcome?
    /// Why it was closed, in words.
    public let closedReason: String?
    /// Why each level was reached, oldest first; none once the person was erased.
    public let raises: [AlertRaise]

    /// What the alert says now: the words of the highest level.
    public var text: BilingualText? { raises.max { ($0.level, $0.raisedAt) < ($1.level, $1.raisedAt) }?.content.text }
}

/// Why an alert has a level: the rule with its version and threshold, the window, the signals (S-2, S-22).
public struct AlertRaise: Sendable, Hashable {
    /// The rule.
    public let rule: String
    /// The version of the rules in force then.
    public let ruleVersion: Int
    /// The level it gives.
    public let level: Int
    /// Names the facts.
    public let occurrence: String
    /// The first and the last day looked at.
    public let window: ClosedRange<CivilDate>
    /// The limit in words.
    public let threshold: String
    /// What it says and on what ground.
    public let content: Content
    /// When.
    public let raisedAt: Timestamp
    /// The notice by which the person themselves was asked.
    public let question: NoticeID?

    /// The part about the person, sealed under their key.
    public struct Content: Sendable, Hashable {
        /// The sentence.
        public let text: BilingualText
        /// What could be done.
        public let suggestion: BilingualText?
        /// Each record that fired the rule.
        public let signals: [BilingualText]

        /// Gathers it.
        public init(text: BilingualText, suggestion: BilingualText?, signals: [BilingualText]) {
            self.text = text
            self.suggestion = suggestion
            self.signals = signals
        }

        /// The form in which it is sealed.
        public var json: JSONValue {
            func pair(_ text: BilingualText) -> JSONValue { ["zh": .string(text.zh), "en": .string(text.en)] }
            return [
                "text": pair(text), "suggestion": suggestion.map(pair) ?? .null,
                "signals": .array(signals.map(pair)),
            ]
        }

        /// Reads the sealed form; nil when it is none.
        public init?(json: JSONValue) {
            func pair(_ value: JSONValue?) -> BilingualText? {
                guard let zh = value?["zh"]?.string, let en = value?["en"]?.string else { return nil }
                return BilingualText(zh: zh, en: en)
            }
            guard let text = pair(json["text"]) else { return nil }
            self.init(
                text: text, suggestion: pair(json["suggestion"]),
                signals: (json["signals"]?.array ?? []).compactMap(pair))
        }
    }

    /// Gathers it.
    public init(
        rule: String, ruleVersion: Int, level: Int, occurrence: String, window: ClosedRange<CivilDate>,
        threshold: String, content: Content, raisedAt: Timestamp, question: NoticeID?
    ) {
        self.rule = rule
        self.ruleVersion = ruleVersion
        self.level = level
        self.occurrence = occurrence
        self.window = window
        self.threshold = threshold
        self.content = content
        self.raisedAt = raisedAt
        self.question = question
    }
}

extension Alert {
    /// Gathers what the store keeps.
    public init(
        id: AlertID, person: PersonID, topic: String, state: State, level: Int, openedAt: Timestamp, assignee: String?,
        notice: NoticeID?, answerDue: Timestamp?, escalatedAt: Timestamp?, outcome: Outcome?, closedReason: String?,
        with raises: [AlertRaise]
    ) {
        self.id = id
        self.person = person
        self.topic = topic
        self.state = state
        self.level = level
        self.openedAt = openedAt
        self.assignee = assignee
        self.notice = notice
        self.answerDue = answerDue
        self.escalatedAt = escalatedAt
        self.outcome = outcome
        self.closedReason = closedReason
        self.raises = raises
    }
}

/// Something that was done on account of an alert (S-6, S-21).
public struct Intervention: Sendable, Hashable {
    /// What was done.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Somebody talked with the person; the record says about what.
        case talk
        /// An assistant was added.
        case assistant
        /// The target was cut.
        case targetCut = "target-cut"
        /// Resources were added.
        case resources
        case other
    }

    /// Names it.
    public let id: String
    /// On account of which alert.
    public let alert: AlertID
    /// What was done.
    public let kind: Kind
    /// The day.
    public let on: CivilDate
    /// What was said or agreed, in words.
    public let record: String
    /// What came of it, in words.
    public let result: String?
    /// Who recorded it.
    public let recordedBy: String

    /// Describes an intervention.
    public init(
        id: String, alert: AlertID, kind: Kind, on: CivilDate, record: String, result: String?, recordedBy: String
    ) {
        self.id = id
        self.alert = alert
        self.kind = kind
        self.on = on
        self.record = record
        self.result = result
        self.recordedBy = recordedBy
    }
}
