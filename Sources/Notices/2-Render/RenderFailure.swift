/// One thing wrong with the values given for a notice: the field, what is wrong with which value, and the cure.
public struct FieldFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field as requests name it.
    public let field: String
    /// The sentence in both languages; values in it are shortened.
    public let message: BilingualText

    /// Names a fault.
    public init(field: String, message: BilingualText) {
        self.field = field
        self.message = message
    }

    init(_ field: String, zh: String, en: String) {
        self.init(field: field, message: BilingualText(zh: zh, en: en))
    }

    /// The field and the English sentence.
    public var description: String { "\(field): \(message.en)" }

    /// The fault as a refusal lists it.
    public func fault(in language: NoticeLanguage) -> NoticeError.Fault {
        NoticeError.Fault(field: field, message: .said(message.text(language)))
    }
}

/// Why nothing was rendered; every fault is listed at once.
public struct RenderFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// All faults, in the order of the kind's fields.
    public let faults: [FieldFault]

    /// Gathers faults.
    public init(faults: [FieldFault]) { self.faults = faults }

    /// One line a fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }

    /// The refusal that the gateway answers with.
    public func noticeError(in language: NoticeLanguage) -> NoticeError {
        let reason: Sentence =
            switch language {
            case .chinese: "通知内容有\(faults.count)处不符合要求，未生成文书"
            case .english: "the notice was not rendered: \(faults.count) field(s) need correction"
            }
        return NoticeError(.invalid, reason, faults: faults.map { $0.fault(in: language) })
    }
}
