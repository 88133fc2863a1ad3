import Evidence

/// Makes a notice's words from a template and values; fails closed with the full list of what is missing or wrong.
public struct Renderer: Sendable {
    private let library: TemplateLibrary

    /// The largest text a template may produce.
    static let outputLimit = 512 * 1024
    /// The most parts of a text message, its signature counted.
    static let segmentLimit = 2

    /// Renders from a library.
    public init(library: TemplateLibrary) { self.library = library }

    /// Renders one notice for one recipient; the same input always gives the same bytes.
    ///
    /// Without a version, the newest published one is used.
    public func render(
        kind: String, version: Int? = nil, language: NoticeLanguage, values: [String: JSONValue], context: RenderContext
    ) throws(RenderFailure) -> RenderedNotice {
        guard let template = library.template(kind: kind, version: version), let texts = template.texts[language] else {
            throw RenderFailure(faults: [unknownKind(kind, version)])
        }
        var faults = context.faults
        let checked: FieldValues
        do throws(RenderFailure) {
            checked = try FieldValues(checking: values, fields: template.fields, issueDate: context.issueDate)
        } catch {
            throw RenderFailure(faults: faults + error.faults)
        }
        let basis = template.settings.basis(for: checked.choices)
        let view = Self.view(checked, context, language)
        func fill(_ words: NoticeText, _ name: String) -> String {
            let text = words.filled(with: view)
            if text.utf8.count > Self.outputLimit { faults.append(.tooLarge(name, text.utf8.count)) }
            return text
        }
        var rendered = [
            "document": fill(texts.document, "document"), "email": fill(texts.email, "email"),
            "sms": fill(texts.sms, "sms").trimmed, "subject": fill(texts.subject, "subject").trimmed,
            "inbox": fill(texts.inbox, "inbox").trimmed,
        ]
        let parts = SMSLength(text: rendered["sms"] ?? "", signature: context.smsSignature).parts
        if parts > Self.segmentLimit { faults.append(.longMessage(parts)) }
        guard faults.isEmpty else { throw RenderFailure(faults: faults) }
        var warnings = checked.warnings
        if context.isRehearsal {
            rendered = RehearsalMark.marking(texts: rendered, language)
            // The mark refuses nothing that would pass for real; what it costs is said.
            let marked = SMSLength(text: rendered["sms"] ?? "", signature: context.smsSignature).parts
            if marked != parts { warnings.append(.markedMessage(marked, instead: parts)) }
        }
        let content = RenderedNotice.content(
            template.reference, language, context, values: checked.snapshot, texts: rendered, basis: basis
        ).canonicalBytes
        return RenderedNotice(
            template: template.reference, language: language, markdown: rendered["document"] ?? "",
            subject: rendered["subject"] ?? "", emailText: rendered["email"] ?? "", smsText: rendered["sms"] ?? "",
            inboxTitle: rendered["inbox"] ?? "", fields: checked.snapshot.canonicalBytes, legalBasis: basis,
            deadlines: template.settings.deadlines(checked, context.issueDate), warnings: warnings,
            content: content, contentHash: SHA256.hash(content))
    }

    private static func view(
        _ values: FieldValues, _ context: RenderContext, _ language: NoticeLanguage
    ) -> [String: Any] {
        var view = values.values.mapValues { $0.view(language) }
        for field in SystemField.allCases { view[field.rawValue] = FieldView(context.text(field, language)) }
        return view
    }

    private func unknownKind(_ kind: String, _ version: Int?) -> FieldFault {
        guard let version, !library.versions(of: kind).isEmpty else {
            let known = library.kinds
            return FieldFault(
                "kind", zh: "没有\(kind.shortened)这一通知类型；可用类型：\(known.joined(separator: "、"))",
                en: "there is no kind \(kind.shortened); the kinds are \(known.joined(separator: ", "))")
        }
        let known = library.versions(of: kind).map(String.init)
        return FieldFault(
            "version", zh: "\(kind) 没有第\(version)版；可用版本：\(known.joined(separator: "、"))",
            en: "\(kind) has no version \(version); the versions are \(known.joined(separator: ", "))")
    }
}

extension KindSettings {
    fileprivate func deadlines(_ values: FieldValues, _ issueDate: CivilDate) -> [NoticeDeadline] {
        let choices = values.choices
        return deadlines.compactMap { rule in
            guard rule.when.isEmpty || rule.when.contains(where: { $0.holds(for: choices) }) else { return nil }
            let origin: CivilDate
            if rule.origin == SystemField.issueDate.rawValue {
                origin = issueDate
            } else if case .date(let date) = values.values[rule.origin] {
                origin = date
            } else {
                return nil
            }
            return NoticeDeadline(
                id: rule.id, label: rule.label, due: origin.adding(days: rule.days), basis: rule.basis)
        }
    }
}

extension RenderContext {
    /// What is missing or unprintable among the circumstances; the issuer's own data can be wrong too.
    fileprivate var faults: [FieldFault] {
        let texts = [
            ("number", number), ("issuer", issuer), ("issuerCode", issuerCode), ("issuerContact", issuerContact),
            ("recipient", recipient), ("portal", portal), ("smsSignature", smsSignature),
        ]
        return texts.compactMap { name, text in
            if text.utf8.count > 800 {
                return FieldFault(name, zh: "\(text.shortened)过长，请缩短", en: "\(text.shortened) is too long; shorten it")
            }
            if text.trimmed.isEmpty {
                return FieldFault(
                    name, zh: "缺失，请补全发出单位或受送达人的资料", en: "is missing; complete the issuer's or recipient's record")
            }
            if text.unicodeScalars.contains(where: \.isUnprintable) {
                return FieldFault(
                    name, zh: "\(text.shortened)含有控制字符，请更正资料",
                    en: "\(text.shortened) contains control characters; correct the record")
            }
            return nil
        }
    }
}

extension FieldFault {
    fileprivate static func tooLarge(_ name: String, _ size: Int) -> FieldFault {
        FieldFault(
            name, zh: "生成的文本有\(size)字节，超过\(Renderer.outputLimit)字节，请缩短字段内容",
            en: "the text produced has \(size) bytes, more than \(Renderer.outputLimit); shorten the fields")
    }

    fileprivate static func markedMessage(_ parts: Int, instead meant: Int) -> FieldFault {
        FieldFault(
            "sms", zh: "演练标记使短信成为\(parts)条；正式发出时为\(meant)条",
            en: "the mark of the rehearsal makes the text message \(parts) parts; issued for real it takes \(meant)")
    }

    fileprivate static func longMessage(_ parts: Int) -> FieldFault {
        FieldFault(
            "sms", zh: "短信含签名共\(parts)条，最多\(Renderer.segmentLimit)条，请缩短签名或字段内容",
            en:
                "the text message takes \(parts) parts with its signature, at most \(Renderer.segmentLimit) are allowed; "
                + "shorten the signature or the fields")
    }
}
