import Evidence
import Hummingbird
import Notices
import People

/// The roster in the browser: find somebody, see their file, record a departure, take the dossier.
struct PeoplePages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    private var roster: RosterDesk { services.people.roster }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.peopleList, .peoplePages, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.personPage, .peoplePages, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.personDeparture, .peoplePages, bodyLimit: 16 << 10, style: .page, answer: depart),
            Endpoint(.post, Site.personDossier, .peoplePages, bodyLimit: 4096, style: .page, answer: dossier),
        ]
    }

    // MARK: List

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let query: String
        let units: [NoticePages.Choice]
        let states: [NoticePages.Choice]
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
        let error: String?
    }

    /// One member of staff.
    struct Row: Sendable {
        let href: String
        let number: String
        let name: String
        let unit: String
        let position: String
        let state: String
        let stateClass: String
        let lastDay: String?

        init(_ employee: Employee, units: [UnitID: String], _ make: PageMaker) {
            href = Site.page(person: employee.number)
            number = employee.number
            name = employee.name.isEmpty ? employee.number : employee.name
            unit = units[employee.unit] ?? employee.unit.rawValue
            position = employee.position
            state = make.word("employment_\(employee.state.rawValue)")
            stateClass = employee.freezeReason == nil ? employee.state.rawValue : "negative"
            lastDay = employee.lastDay.map { "\($0)" }
        }
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "q", "unit", "state", "cursor"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let wanted = (query["q"] ?? "").filter { !$0.isWhitespace }
        var error: String?
        if !wanted.isEmpty {
            do { return .seeOther(Site.page(person: try await roster.employee(wanted, by: actor).number)) } catch let
                refusal as PeopleError
            { error = refusal.code == .notFound ? make.word("people_nobody") : make.phrases.refusal(refusal) }
        }
        let units = try await roster.units(by: actor)
        let state = try call.choice("state", in: query, EmploymentState.self)
        let unit = try call.choice("unit", in: query, among: units.map(\.id.rawValue)).map { UnitID($0) }
        let limit = 40
        let found =
            error != nil
            ? []
            : try await roster.employees(
                in: unit.map { [$0] }, states: state.map { [$0] }, after: try call.cursor(in: query), limit: limit + 1,
                by: actor)
        let names = Dictionary(units.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let frame = make.frame(make.word("people"))
        return make.reply(
            "people",
            ListPage(
                frame: frame, w: frame.w, action: Site.peopleList, query: query["q"] ?? "",
                units: [.init(value: "", label: make.word("people_anyUnit"), isSelected: unit == nil)]
                    + units.map { .init(value: $0.id.rawValue, label: $0.name, isSelected: $0.id == unit) },
                states: [.init(value: "", label: make.word("list_anyState"), isSelected: state == nil)]
                    + EmploymentState.allCases.map {
                        .init(
                            value: $0.rawValue, label: make.word("employment_\($0.rawValue)"), isSelected: $0 == state)
                    },
                rows: found.prefix(limit).map { Row($0, units: names, make) }, isEmpty: found.isEmpty,
                next: PageMaker.next(
                    Site.peopleList, query, cursor: found.count > limit ? found[limit - 1].number : nil),
                error: error))
    }

    // MARK: One person

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(call, error: nil)
    }

    private func show(_ call: Call, error: String?, status: Int = 200) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates, library: services.templates)
        let file = try await roster.file(of: try call.parameter("employee"), by: actor)
        let units = try await Self.units(roster, actor)
        let isHR = AccessPolicy.reach(of: actor, for: .manageDepartures) != nil
        let person = file.employee.id
        var clients: [HeldClient] = []
        if AccessPolicy.reach(of: actor, for: .assignClients) != nil || actor.person == person {
            let desk = services.people.clients
            clients = try await desk.clients(
                heldBy: person, ever: false, after: nil, limit: min(50, desk.longestPage(for: actor)), by: actor)
        }
        var agreements: [Agreement] = []
        if AccessPolicy.reach(of: actor, for: .viewAgreements) == .all || actor.person == person {
            agreements = try await services.people.agreements.agreements(with: person, by: actor)
        }
        return make.reply(
            "person",
            PersonPage(
                file, row: Row(file.employee, units: units, make), clients: clients, agreements: agreements,
                mayIssue: try call.person().may(.issue), mayDepart: isHR && file.employee.state == .active,
                mayTakeDossier: AccessPolicy.reach(of: actor, for: .viewDossier) == .all, typed: call.form,
                error: error,
                make), status: status)
    }

    /// The names of units, for those who may see them.
    static func units(_ roster: RosterDesk, _ actor: Actor) async throws -> [UnitID: String] {
        guard AccessPolicy.reach(of: actor, for: .viewRoster) != nil else { return [:] }
        return Dictionary(
            try await roster.units(by: actor).map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    private func depart(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        do {
            guard let kind = DepartureKind(rawValue: call.form["kind"] ?? "") else {
                throw PeopleError(.invalid, .said(make.word("departure_kindMissing")))
            }
            guard let noticeOn = CivilDate(call.form["noticeOn"] ?? "") else {
                throw PeopleError(.invalid, .said(make.word("departure_dayMissing")))
            }
            let person = try await roster.person(try call.parameter("employee"))
            var successor: PersonID?
            if let number = call.typed("successor") { successor = try await roster.person(number) }
            let record = try await services.people.handover.record(
                Departure(
                    person: person, kind: kind, noticeOn: noticeOn,
                    lastDay: call.typed("lastDay").flatMap { CivilDate($0) }, reason: call.form["reason"] ?? "",
                    successor: successor), by: actor)
            return .seeOther(Site.page(handover: record.handover.id))
        } catch let refusal as PeopleError where refusal.code != .forbidden {
            return try await show(call, error: make.phrases.refusal(refusal), status: Problem(refusal).status)
        }
    }

    /// By POST: that somebody took it is an entry of its own.
    private func dossier(_ call: Call) async throws -> Reply {
        let actor = try await services.signedInActor(call)
        let person = try await roster.person(try call.parameter("employee"))
        let (name, bundle) = try await services.people.dossiers.bundle(about: .employee(person), by: actor)
        return .file(bundle.bytes, type: "application/vnd.etsi.asic-e+zip", name: name)
    }
}

extension PeopleError {
    /// The reason with every place that is wrong, for people.
    var sentence: String {
        faults.isEmpty ? reason : reason + ": " + faults.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
    }
}
