import Evidence

/// What happened to a notice, in the order in which it happened, negative events included.
///
/// Told from the evidence entries alone: what is not in the log is not in the time line.
public struct Timeline: Sendable, Hashable {
    /// One event.
    public struct Item: Sendable, Hashable {
        /// The evidence entry behind it.
        public let entry: String
        /// What happened; the name says no more than was observed.
        public let event: EvidenceEvent
        /// When it happened, by whose clock.
        public let happenedAt: ObservedTime
        /// When we learnt of it, by ours.
        public let learntAt: Timestamp
        /// The delivery it is about, if it is about one.
        public let delivery: String?
        /// The attempt, counted from 1.
        public let attempt: Int?
        /// The details.
        public let facts: JSONValue
        /// Its place in the log; nil while it waits for one.
        public let leafIndex: Int64?
        /// Whether its body was erased, so that only the commitment is left.
        public let isErased: Bool
    }

    /// The events.
    public let items: [Item]
    /// What a careful reader would ask about: times that contradict each other, weak receipts, gaps.
    public let doubts: [BilingualText]

    /// Tells the time line of these entries.
    public init(_ entries: [RecordedEntry]) throws {
        var items: [Item] = []
        for entry in entries {
            guard let body = entry.body else {
                items.append(
                    Item(
                        entry: entry.id, event: entry.event,
                        happenedAt: ObservedTime(at: Timestamp(microseconds: 0), clock: "erased"),
                        learntAt: Timestamp(microseconds: 0), delivery: nil, attempt: nil, facts: .object([:]),
                        leafIndex: entry.leafIndex, isErased: true))
                continue
            }
            let read = try EntryBody(parsing: body)
            items.append(
                Item(
                    entry: entry.id, event: read.event, happenedAt: read.happenedAt, learntAt: read.learntAt,
                    delivery: read.subject.delivery, attempt: read.subject.attempt, facts: read.facts,
                    leafIndex: entry.leafIndex, isErased: false))
        }
        // Stable: events of one moment stay in the order in which we recorded them.
        self.items = items.enumerated().sorted {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }.map(\.element)
        doubts = Self.doubts(self.items)
    }

    private static func doubts(_ items: [Item]) -> [BilingualText] {
        var doubts: [BilingualText] = []
        for item in items where item.happenedAt.clock != ObservedTime.ours && !item.isErased {
            if item.happenedAt.at > item.learntAt.adding(.seconds(5)) {
                doubts.append(
                    BilingualText(
                        zh: "\(item.event) 的时间(\(item.happenedAt.clock))晚于我方得知的时间,其时钟可能不准",
                        en:
                            "\(item.event) is dated after we learnt of it; the clock \(item.happenedAt.clock) may be wrong"
                    ))
            }
            let started = items.first {
                $0.event == .attemptStarted && $0.delivery == item.delivery && item.delivery != nil
            }
            if let started, item.happenedAt.at < started.happenedAt.at.adding(.seconds(-5)) {
                doubts.append(
                    BilingualText(
                        zh: "\(item.event) 的时间(\(item.happenedAt.clock))早于投递开始,双方时钟不一致",
                        en: "\(item.event) is dated before the attempt began; the clock \(item.happenedAt.clock) and "
                            + "ours disagree"))
            }
        }
        if items.contains(where: { $0.event == .proxySigned }) {
            doubts.append(
                BilingualText(
                    zh: "邮件由他人代收,不能证明本人收到", en: "somebody else signed for it: no proof that the person has it"))
        }
        if items.contains(where: {
            $0.facts["identification"]?.string == ReadingDesk.Identification.apiKey.rawValue
        }) {
            doubts.append(
                BilingualText(
                    zh: "阅读或者答复使用的是为本人签发的接口密钥,由发出单位的人签发:不能排除他人代为操作",
                    en: "it was opened or answered with an API key made for the person by somebody of the sender: "
                        + "that does not show who acted"))
        }
        if items.contains(where: { $0.event == .outcomeUnknown }) {
            doubts.append(
                BilingualText(
                    zh: "有投递尝试结果不明,对方可能收到不止一份(内容与标识相同)",
                    en: "an attempt ended unknown: the peer may have more than one copy, with the same bytes and id"))
        }
        return doubts
    }

    /// The time line as data.
    public var json: JSONValue {
        .object([
            "items": .array(
                items.map { item in
                    .object([
                        "entry": .string(item.entry), "event": .string(item.event.rawValue),
                        "etsi": item.event.etsiURI.map { .string($0) } ?? .null,
                        "happenedAt": .string(item.happenedAt.at.rfc3339), "clock": .string(item.happenedAt.clock),
                        "learntAt": .string(item.learntAt.rfc3339),
                        "delivery": item.delivery.map { .string($0) } ?? .null,
                        "attempt": item.attempt.map { .integer(Int64($0)) } ?? .null, "facts": item.facts,
                        "leafIndex": item.leafIndex.map { .integer($0) } ?? .null, "erased": .bool(item.isErased),
                    ])
                }),
            "doubts": .array(doubts.map { .object(["zh": .string($0.zh), "en": .string($0.en)]) }),
        ])
    }
}

extension Timeline.Item {
    /// Where it stands among the others.
    ///
    /// A clock that tells whole seconds means any moment of that second; shown before what led to it, a report would seem
    /// to come before the seal. The time itself is shown as it was told.
    fileprivate var place: Timestamp {
        let told = happenedAt.at
        guard happenedAt.clock != ObservedTime.ours, told.microseconds % 1_000_000 == 0, learntAt > told else {
            return told
        }
        return min(learntAt, told.adding(.microseconds(999_999)))
    }
}
