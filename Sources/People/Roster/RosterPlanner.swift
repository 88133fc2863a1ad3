import Evidence
import Notices

/// One change of the roster, checked and ready to be stored in one transaction.
public struct RosterEntry: Sendable, Hashable {
    /// The person with their addresses, as the gateway keeps them.
    public let person: Recipient
    /// What the roster will say.
    public let employee: Employee
    /// The step it makes in the employment; nil when neither unit nor position changes.
    public let step: EmploymentStep?
    /// What the roster says now; nil for a new member of staff.
    public let before: Employee?
    /// How the gateway knows the person now; nil for a new person.
    public let personBefore: Recipient?

    /// Whether it puts somebody on record.
    public var isNew: Bool { before == nil }

    /// What changes, for the act.
    var facts: [String: JSONValue] {
        guard let before, let personBefore else {
            return [
                "number": .string(employee.number), "name": .string(employee.name),
                "unit": .string(employee.unit.rawValue), "position": .string(employee.position),
                "state": .string(employee.state.rawValue), "hiredOn": .string("\(employee.hiredOn)"),
                "lastDay": employee.lastDay.map { .string("\($0)") } ?? .null,
            ]
        }
        var changes: [String: JSONValue] = [:]
        func note(_ field: String, _ old: String?, _ new: String?) {
            guard old != new else { return }
            changes[field] = ["was": old.map { .string($0) } ?? .null, "is": new.map { .string($0) } ?? .null]
        }
        note("name", before.name, employee.name)
        note("unit", before.unit.rawValue, employee.unit.rawValue)
        note("position", before.position, employee.position)
        note("hiredOn", "\(before.hiredOn)", "\(employee.hiredOn)")
        note("probationUntil", before.probationUntil.map { "\($0)" }, employee.probationUntil.map { "\($0)" })
        note("contractUntil", before.contractUntil.map { "\($0)" }, employee.contractUntil.map { "\($0)" })
        note("language", personBefore.language, person.language)
        if personBefore.addresses.map(\.value) != person.addresses.map(\.value) { changes["addresses"] = "changed" }
        return ["number": .string(employee.number), "changes": .object(changes)]
    }
}

/// What is to be done about a draft.
enum RosterPlan: Sendable {
    /// Something.
    case entry(RosterEntry)
    /// Nothing: the roster says so already.
    case unchanged(Employee)

    var employee: Employee {
        switch self {
        case .entry(let entry): entry.employee
        case .unchanged(let employee): employee
        }
    }
}

/// Compares drafts with what is on record; asks the store once for a whole batch.
struct RosterPlanner: Sendable {
    private let check: EmployeeCheck
    private let addresses: AddressDesk
    private let known: [String: Employee]
    private let people: [PersonID: Recipient]
    private let byExternalID: [String: Recipient]
    private let gate: any OnboardingGate
    private let reason: String

    init(desk: RosterDesk, drafts: [EmployeeDraft], reason: String = "资料更新") async throws {
        let numbers = Array(Set(drafts.map(\.number).filter(EmployeeCheck.isNumber)))
        check = EmployeeCheck(units: Set(try await desk.store.units().map(\.id)), today: desk.today)
        addresses = desk.addresses
        let known = try await desk.store.employees(numbers: numbers)
        self.known = known
        people = try await desk.directory.recipients(known.values.map(\.id))
        byExternalID = try await desk.store.people(externalIDs: numbers.filter { known[$0] == nil })
        self.reason = reason
        gate = desk.hooks.gate
    }

    /// What a draft would do, or every fault it has.
    ///
    /// - Parameter newcomer: the id of whoever is not known; one is made when none is given.
    func plan(_ draft: EmployeeDraft, newcomer: PersonID? = nil) -> Result<RosterPlan, PeopleError> {
        var faults = check.faults(of: draft)
        let before = known[draft.number]
        if let before { faults += Self.faults(of: draft, against: before) } else { faults += newcomerFaults(of: draft) }
        let personBefore = before.flatMap { people[$0.id] } ?? byExternalID[draft.number]
        var person: Recipient?
        do throws(NoticeError) { person = try recipient(draft, personBefore, newcomer) } catch {
            faults += error.faults.filter { fault in !faults.contains { $0.field == fault.field } }
        }
        guard faults.isEmpty, let person else {
            return .failure(
                PeopleError(.invalid, "employee \(draft.number.prefix(60)) was not saved", faults: faults))
        }
        let employee = employee(draft, person.id, before)
        if before == employee, let personBefore, Self.isSame(personBefore, person) {
            return .success(.unchanged(employee))
        }
        return .success(
            .entry(
                RosterEntry(
                    person: person, employee: employee, step: step(employee, before), before: before,
                    personBefore: personBefore)))
    }

    private func newcomerFaults(of draft: EmployeeDraft) -> [PeopleError.Fault] {
        guard let state = draft.state, state != .onboarding else { return [] }
        let isBound = state == .active && gate.bindsNewcomers(hiredOn: draft.hiredOn)
        guard draft.hiredOn >= check.today || isBound else { return [] }
        // Whoever begins today has agreements to sign; whoever was here before us comes on record as they stand.
        return [
            .init(
                field: "state",
                message:
                    "\(state.rawValue), but the first day is \(draft.hiredOn): a newcomer begins with onboarding, so that "
                    + "the agreements are served and signed; whoever was here before Songda came is hired before "
                    + "hired-from in agreements.yaml")
        ]
    }

    private static func faults(of draft: EmployeeDraft, against known: Employee) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        if let state = draft.state, state != known.state {
            faults.append(
                .init(
                    field: "state",
                    message: "\(state.rawValue), but the roster says \(known.state.rawValue); move the employment "
                        + "with its day and reason"))
        }
        if let last = draft.lastDay, last != known.lastDay {
            faults.append(
                .init(field: "lastDay", message: "\(last) differs from the roster; record it with the resignation"))
        }
        return faults
    }

    private func recipient(
        _ draft: EmployeeDraft, _ before: Recipient?, _ newcomer: PersonID?
    ) throws(NoticeError) -> Recipient {
        let given = draft.addresses.sorted { $0.key.rawValue < $1.key.rawValue }
        do throws(NoticeError) {
            let fresh = try addresses.check(
                id: before?.id ?? newcomer, externalID: draft.number, name: draft.name, language: draft.language,
                addresses: given.map { ($0.key, $0.value) })
            // Channels that were not given stay as they are; the inbox belongs to everybody.
            var all = (before?.addresses ?? []).filter { draft.addresses[$0.channel] == nil } + fresh.addresses
            if !all.contains(where: { $0.channel == .inbox }) {
                all.append(ServiceAddress(channel: .inbox, value: fresh.id.rawValue))
            }
            return Recipient(
                id: fresh.id, externalID: before.map { $0.externalID } ?? fresh.externalID, name: fresh.name,
                language: fresh.language, addresses: all)
        } catch {
            let faults = error.faults.map { fault in
                let index = fault.field.split(whereSeparator: { $0 == "[" || $0 == "]" }).dropFirst().first
                    .flatMap { Int($0) }
                return fault.at(index.map { given[$0].key.columnName } ?? fault.field)
            }
            throw NoticeError(.invalid, .said(error.reason), faults: faults)
        }
    }

    private func employee(_ draft: EmployeeDraft, _ id: PersonID, _ before: Employee?) -> Employee {
        let state = before?.state ?? draft.state ?? .onboarding
        let since = state == .left ? draft.lastDay ?? draft.hiredOn : draft.hiredOn
        return Employee(
            id: id, number: draft.number, name: draft.name, unit: draft.unit, position: draft.position, state: state,
            stateSince: before?.stateSince ?? since, hiredOn: draft.hiredOn,
            lastDay: before.map { $0.lastDay } ?? draft.lastDay, freezeReason: before?.freezeReason,
            probationUntil: draft.probationUntil, contractUntil: draft.contractUntil)
    }

    private func step(_ employee: Employee, _ before: Employee?) -> EmploymentStep? {
        if let before, before.unit == employee.unit, before.position == employee.position { return nil }
        return EmploymentStep(
            person: employee.id, state: employee.state,
            effectiveOn: before == nil ? employee.stateSince : check.today, unit: employee.unit,
            position: employee.position, lastDay: employee.lastDay, reason: before == nil ? "入职登记" : reason)
    }

    /// Confirmations are earned, not imported: they do not count here.
    private static func isSame(_ a: Recipient, _ b: Recipient) -> Bool {
        func plain(_ one: Recipient) -> [String] { one.addresses.map { "\($0.channel.rawValue) \($0.value)" }.sorted() }
        return a.name == b.name && a.language == b.language && plain(a) == plain(b)
    }
}

extension ChannelKind {
    /// What its address is called in imports and requests.
    public var columnName: String {
        switch self {
        case .email: "email"
        case .sms: "phone"
        case .ems: "postal"
        default: rawValue
        }
    }
}
