import Evidence
import Hummingbird
import Notices
import People

/// Pay in the browser: everybody sees what of theirs is or was in force, HR works months out, puts them in force and takes
/// them back.
struct PayPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var desk: PayDesk { services.people.pay }

    var endpoints: [Endpoint] {
        let pages = Endpoint.Access.peoplePages
        return [
            Endpoint(.get, Site.payList, pages, bodyLimit: 0, style: .page, answer: find),
            Endpoint(.get, Site.payPage, pages, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.payPage, pages, bodyLimit: 64 << 10, style: .page, answer: draft),
            Endpoint(.get, Site.payMonth, pages, bodyLimit: 0, style: .page, answer: sheet),
            Endpoint(.post, Site.payMonth, pages, bodyLimit: 16 << 10, style: .page, answer: move),
        ]
    }

    // MARK: Whose

    struct FindPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let query: String
        let rules: String
        let error: String?
    }

    /// HR looks somebody up; everybody else gets their own.
    private func find(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "q"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let roster = services.people.roster
        guard AccessPolicy.reach(of: actor, for: .managePay) != nil else {
            guard let own = actor.person else {
                throw PeopleError(.forbidden, "your account stands for no member of staff, and works out no pay")
            }
            return .seeOther(Site.page(pay: try await roster.employee(own.rawValue, by: actor).number))
        }
        var error: String?
        let wanted = (query["q"] ?? "").trimmed
        if !wanted.isEmpty {
            do { return .seeOther(Site.page(pay: try await roster.employee(wanted, by: actor).number)) } catch let
                refusal as PeopleError
            { error = refusal.code == .notFound ? make.word("people_nobody") : make.phrases.refusal(refusal) }
        }
        let frame = make.frame(make.word("pay"))
        return make.reply(
            "pay-find",
            FindPage(
                frame: frame, w: frame.w, action: Site.payList, query: query["q"] ?? "",
                rules: make.phrases.word(
                    "pay_rulesInForce",
                    [
                        "id": desk.rules.id, "version": "\(desk.rules.version)", "from": "\(desk.rules.effectiveFrom)",
                        "hash": desk.rules.hash.hex,
                    ]), error: error), status: error == nil ? 200 : 422)
    }

    // MARK: One member of staff

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, error: nil)
    }

    private func show(
        _ call: Call, error: PeopleError?, faults: [NoticeError.Fault] = [], status: Int = 200
    ) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let number = try call.parameter("employee")
        let person = try await services.people.roster.person(number)
        let sheets = try await desk.sheets(of: person, by: actor)
        let names = try await services.names([person])
        let mayManage = AccessPolicy.reach(of: actor, for: .managePay) != nil && actor.person != person
        return make.reply(
            "pay",
            PayPage(
                number: number, name: names[person], sheets: sheets,
                form: mayManage ? PayForm(desk.rules, typed: call.form, faults: faults, make) : nil,
                isOpen: !faults.isEmpty || error != nil, error: error.map { make.phrases.refusal($0) }, make),
            status: status)
    }

    /// Works a month out as a draft.
    private func draft(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let number = try call.parameter("employee")
        let person = try await services.people.roster.person(number)
        var faults = FormFaults()
        let month = PayMonth(call.typed("month") ?? "")
        if month == nil { faults.add("month", "month", ["value": shortened(call.form["month"] ?? "")]) }
        let facts = PayForm.facts(desk.rules, call, &faults)
        guard let month, faults.isEmpty else {
            return try await show(call, error: nil, faults: faults.all, status: 422)
        }
        do {
            let sheet = try await desk.draft(
                person, month: month, region: call.form["region"] ?? "", facts: facts, by: actor)
            return .seeOther(Site.page(pay: number, sheet.id))
        } catch let refusal as PeopleError where refusal.isCurable {
            let placed = PayForm.placed(refusal.faults, facts, desk.rules)
            return try await show(
                call, error: placed.isEmpty ? refusal : nil, faults: placed, status: Problem(refusal).status)
        }
    }

    // MARK: One month

    private func sheet(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await sheet(call, error: nil)
    }

    private func sheet(_ call: Call, error: PeopleError?, status: Int = 200) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let sheet = try await found(call, by: actor)
        let names = try await services.names([sheet.person])
        let mayManage = AccessPolicy.reach(of: actor, for: .managePay) != nil && actor.person != sheet.person
        return make.reply(
            "pay-sheet",
            PaySheetPage(
                sheet, number: try call.parameter("employee"), name: names[sheet.person], rules: desk.rules,
                mayManage: mayManage, reason: call.form["reason"] ?? "", error: error.map { make.phrases.refusal($0) },
                make), status: status)
    }

    /// A sheet under another's number is not there.
    private func found(_ call: Call, by actor: Actor) async throws -> PaySheet {
        let id = PaySheetID(try call.parameter("sheet"))
        let sheet = try await desk.sheet(id, by: actor)
        guard try await services.people.roster.person(try call.parameter("employee")) == sheet.person else {
            throw PeopleError(.notFound, "there is no pay sheet \"\(id.rawValue.prefix(60))\"")
        }
        return sheet
    }

    private func move(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let sheet = try await found(call, by: actor)
        do {
            switch call.form["act"] {
            case "finalise": try await desk.finalise(sheet.id, by: actor)
            case "withdraw":
                try await desk.withdraw(sheet.id, reason: call.typed("reason")?.trimmed ?? "", by: actor)
            default: throw Problem.malformed("the form does not say what to do; open the page again")
            }
        } catch let refusal as PeopleError where refusal.isCurable {
            return try await self.sheet(call, error: refusal, status: Problem(refusal).status)
        }
        return .seeOther(Site.page(pay: try call.parameter("employee"), sheet.id))
    }
}

extension Site {
    /// Whose pay is looked for, or one's own.
    public static let payList = "/pay"
    /// The pay sheets of a member of staff.
    public static let payPage = "/pay/{employee}"
    /// One of them.
    public static let payMonth = "/pay/{employee}/sheets/{sheet}"

    /// The pay sheets of somebody; numbers are plain segments.
    static func page(pay number: String) -> String { "/pay/\(number)" }
    /// One of them.
    static func page(pay number: String, _ sheet: PaySheetID) -> String { "/pay/\(number)/sheets/\(sheet.rawValue)" }
}
