import Evidence
import Notices

/// What the rows of one batch have in common that nobody may have meant: one notice twice, or one person twice.
///
/// Neither is refused: each row is a notice of its own, and may be meant so.
struct BatchTwins: Sendable {
    private var warnings: [Int: [FieldFault]] = [:]

    /// What distinguishes one notice from another for whoever gets it.
    private struct Content: Hashable {
        let issuer: IssuerID
        let kind: String
        let language: String?
        let people: [PersonID]
        let fields: [UInt8]
    }

    /// Somebody to whom a kind is given.
    private struct Recipient: Hashable {
        let kind: String
        let person: PersonID
    }

    /// Compares rows with those before them.
    ///
    /// - Parameter isGivenOnce: whether a person is hardly given two notices of a kind at once.
    init(_ rows: [BatchIssue.Row], isGivenOnce: (String) -> Bool) {
        var contents: [Content: Int] = [:]
        var recipients: [Recipient: Int] = [:]
        for row in rows {
            let request = row.request
            let content = Content(
                issuer: request.issuer, kind: request.kind, language: request.language, people: request.recipients,
                fields: request.fields.canonicalBytes)
            if let earlier = contents[content] {
                warnings[row.index, default: []].append(Self.sameContent(as: earlier))
                continue
            }
            contents[content] = row.index
            guard isGivenOnce(request.kind) else { continue }
            for person in request.recipients {
                let recipient = Recipient(kind: request.kind, person: person)
                if let earlier = recipients[recipient] {
                    warnings[row.index, default: []].append(Self.samePerson(person, as: earlier))
                } else {
                    recipients[recipient] = row.index
                }
            }
        }
    }

    /// What is to be said of a row.
    subscript(_ row: Int) -> [FieldFault] { warnings[row] ?? [] }

    private static func sameContent(as earlier: Int) -> FieldFault {
        FieldFault(
            field: "fields",
            message: BilingualText(
                zh: "与 notices[\(earlier)] 内容和受送达人完全相同，两份均会发出；如系重复，请在发出前撤回其中一份，已发出的另发更正",
                en: "says the same to the same people as notices[\(earlier)], and both go out; if that was not "
                    + "meant, cancel one before it leaves, or send a correction"))
    }

    private static func samePerson(_ person: PersonID, as earlier: Int) -> FieldFault {
        FieldFault(
            field: "recipients",
            message: BilingualText(
                zh: "\(person.rawValue) 在 notices[\(earlier)] 中已有一份同类通知；如系重复，请撤回其中一份",
                en: "\(person.rawValue) gets a notice of this kind by notices[\(earlier)] already; if one of them "
                    + "repeats the other, withdraw it"))
    }
}
