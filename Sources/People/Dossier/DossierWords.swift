import Evidence
import Notices

/// What acts are called in an evidence list, and what they prove.
struct DossierWords: Sendable {
    let name: BilingualText
    let proves: BilingualText
    let phase: Dossier.Phase

    /// The words for an act; one that nobody has described is named as the log names it and proves that it happened.
    init(_ event: EvidenceEvent, subjects: [Subject]) {
        if let known = Self.known(event.rawValue) {
            self = known
            return
        }
        let kind = subjects.map(\.kind.rawValue).first { Self.topics[$0] != nil }
        let topic = kind.flatMap { Self.topics[$0] }
        name = BilingualText(zh: "\(topic?.chinese ?? "人事")记录（\(event.rawValue)）", en: event.rawValue)
        proves = BilingualText(
            zh: "该行为确已发生，行为人、时间和内容见材料", en: "that it was done, by whom, when, and what it said")
        phase = topic?.phase ?? .during
    }

    init(
        _ chinese: String, _ english: String, _ proves: String, _ provesEnglish: String, _ phase: Dossier.Phase
    ) {
        name = BilingualText(zh: chinese, en: english)
        self.proves = BilingualText(zh: proves, en: provesEnglish)
        self.phase = phase
    }

    /// By the kind of thing that an act is about beside the person.
    private static let topics: [String: (chinese: String, phase: Dossier.Phase)] = [
        "client": ("客户", .during), "order": ("订单", .during), "handover": ("交接", .during),
        "handover-item": ("交接", .during), "alert": ("风险预警", .before),
        "agreement": ("协议", .before), "policy": ("制度培训", .before), "course": ("培训", .before),
        "goal": ("绩效目标", .before), "review": ("绩效考核", .before), "pay-sheet": ("薪酬", .after),
        "shift-plan": ("排班", .before),
        "notice": ("通知", .after),
    ]
}
