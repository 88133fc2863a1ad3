import Evidence
import Hummingbird
import Notices
import People

/// One's own agreements: read the document, ask for a code, sign.
///
/// The form to sign appears once the document was taken, which is an entry of its own; it names the hash of those bytes.
struct AgreementPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: AgreementDesk { services.people.agreements }

    var endpoints: [Endpoint] {
        let own = Endpoint.Access.session([.staff])
        return [
            Endpoint(.get, Site.myAgreements, own, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.myAgreement, own, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.myAgreementDocument, own, bodyLimit: 4096, style: .page, answer: document),
            Endpoint(.post, Site.myAgreementCode, own, bodyLimit: 4096, style: .page, answer: code),
            Endpoint(.post, Site.myAgreement, own, bodyLimit: 16 << 10, style: .page, answer: sign),
        ]
    }

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let rows: [Row]
        let isEmpty: Bool
    }

    /// One agreement.
    struct Row: Sendable {
        let href: String
        let title: String
        let number: String
        let state: String
        let stateClass: String
        let when: String

        init(_ agreement: Agreement, _ make: PageMaker) {
            href = Site.page(agreement: agreement.id)
            title = agreement.title
            number = agreement.number
            state = make.word("agreement_\(agreement.state.rawValue)")
            stateClass = agreement.state == .signed ? "acknowledged" : ""
            when =
                agreement.signedAt.map { make.time($0) } ?? "\(make.word("agreement_signBy")) \(agreement.signBy)"
        }
    }

    private func list(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        guard let person = actor.person else {
            throw PeopleError(.forbidden, "your account stands for no member of staff, who alone has agreements")
        }
        let found = try await desk.agreements(with: person, by: actor)
        let frame = make.frame(make.word("agreements"))
        return make.reply(
            "agreements",
            ListPage(frame: frame, w: frame.w, rows: found.map { Row($0, make) }, isEmpty: found.isEmpty))
    }

    struct ShowPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let row: Row
        let hash: String
        let intent: String
        let maySign: Bool
        let hasRead: Bool
        let wasSent: Bool
        let action: String
        let documentAction: String
        let codeAction: String
        let error: String?
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, wasSent: false, error: nil)
    }

    private func id(_ call: Call) throws -> AgreementID { AgreementID(try call.parameter("agreement")) }

    private func show(_ call: Call, wasSent: Bool, error: String?, status: Int = 200) async throws -> Reply {
        let (id, actor) = (try id(call), try await services.signedInActor(call))
        let make = PageMaker(call, templates)
        guard let person = actor.person,
            let agreement = try await desk.agreements(with: person, by: actor).first(where: { $0.id == id })
        else { throw PeopleError(.notFound, "there is no agreement \"\(shortened(id.rawValue))\" of yours") }
        let frame = make.frame(agreement.title)
        return make.reply(
            "agreement",
            ShowPage(
                frame: frame, w: frame.w, row: Row(agreement, make), hash: agreement.documentHash.hex,
                intent: agreement.intent, maySign: agreement.state == .offered,
                hasRead: try await desk.wasShown(agreement),
                wasSent: wasSent, action: Site.page(agreement: id),
                documentAction: Site.page(agreement: id) + "/document", codeAction: Site.page(agreement: id) + "/code",
                error: error), status: status)
    }

    /// By POST: that it was shown is an entry of its own.
    private func document(_ call: Call) async throws -> Reply {
        let (agreement, file) = try await desk.document(
            of: try id(call), by: try await services.signedInActor(call))
        return .file(file.bytes, type: "application/pdf", name: "\(agreement.number).pdf")
    }

    private func code(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let channel: ChannelKind = call.form["channel"] == "email" ? .email : .sms
        do {
            _ = try await desk.askToSign(try id(call), channel: channel, by: actor)
            return try await show(call, wasSent: true, error: nil)
        } catch { return try await refused(error, call) }
    }

    private func sign(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        do {
            guard let code = call.form["code"]?.trimmed, code.isOneTimeCode else {
                throw PeopleError(.invalid, .said(make.word("sign_noCode")))
            }
            guard let hash = Digest(hex: call.form["documentHash"] ?? "") else {
                throw Problem.malformed("documentHash is not a SHA-256 in hexadecimal")
            }
            _ = try await desk.sign(
                try id(call), code: code, documentHash: hash, intent: call.form["intent"] ?? "", by: actor)
            return .seeOther(Site.page(agreement: try id(call)))
        } catch { return try await refused(error, call) }
    }

    /// What somebody can cure is said on the page; the rest as everywhere.
    private func refused(_ error: any Error, _ call: Call) async throws -> Reply {
        guard let (sentence, status) = PageMaker(call, templates).curable(error) else { throw error }
        return try await show(call, wasSent: call.form["code"] != nil, error: sentence, status: status)
    }
}

extension PageMaker {
    /// The sentence and status of a refusal that whoever filled in a form can cure; nil for any other error.
    func curable(_ error: any Error) -> (String, Int)? {
        switch error {
        case let refusal as PeopleError
        where refusal.code != .forbidden && refusal.code != .notFound && refusal.code != .unavailable:
            (phrases.refusal(refusal), Problem(refusal).status)
        case let refusal as NoticeError
        where refusal.code == .credential || refusal.code == .invalid || refusal.code == .tooManyRequests
            || refusal.code == .conflict:
            (refusal.code == .credential ? word("sign_wrongCode") : phrases.refusal(refusal), Problem(refusal).status)
        default: nil
        }
    }
}

extension Site {
    /// One's own agreements.
    public static let myAgreements = "/agreements"
    /// One of them; signed here too.
    public static let myAgreement = "/agreements/{agreement}"
    /// Its document.
    public static let myAgreementDocument = "/agreements/{agreement}/document"
    /// Asks for the code that signs it.
    public static let myAgreementCode = "/agreements/{agreement}/code"

    /// The page of an agreement.
    static func page(agreement: AgreementID) -> String { "/agreements/\(agreement.rawValue)" }
}
