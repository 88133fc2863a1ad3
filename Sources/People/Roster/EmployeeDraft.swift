import Notices

/// What somebody wants the roster to say about a member of staff.
public struct EmployeeDraft: Sendable, Hashable {
    /// The number in the company's own books (工号); names the person in imports and paths.
    public var number: String
    /// Name as on formal documents.
    public var name: String
    /// Where they work.
    public var unit: UnitID
    /// What they work as.
    public var position: String
    /// The first day of work.
    public var hiredOn: CivilDate
    /// Where the employment stands; nil leaves it as it is, or begins with onboarding.
    public var state: EmploymentState?
    /// The last day, for whoever leaves or has left.
    public var lastDay: CivilDate?
    /// The last day of probation.
    public var probationUntil: CivilDate?
    /// The last day of a contract for a fixed term.
    public var contractUntil: CivilDate?
    /// In which language notices are written.
    public var language: String
    /// Addresses by channel; channels that are absent keep what is on record.
    public var addresses: [ChannelKind: String]

    /// Drafts a member of staff.
    public init(
        number: String, name: String, unit: UnitID, position: String, hiredOn: CivilDate,
        state: EmploymentState? = nil, lastDay: CivilDate? = nil, probationUntil: CivilDate? = nil,
        contractUntil: CivilDate? = nil, language: String = "zh-CN", addresses: [ChannelKind: String] = [:]
    ) {
        self.number = number
        self.name = name
        self.unit = unit
        self.position = position
        self.hiredOn = hiredOn
        self.state = state
        self.lastDay = lastDay
        self.probationUntil = probationUntil
        self.contractUntil = contractUntil
        self.language = language
        self.addresses = addresses
    }
}

/// Checks drafts; gathers every fault, so that a caller corrects them in one go.
struct EmployeeCheck: Sendable {
    let units: Set<UnitID>
    let today: CivilDate

    /// Everything that is wrong with a draft by itself and against the units.
    func faults(of draft: EmployeeDraft) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }
        if !Self.isNumber(draft.number) {
            note("number", "\"\(draft.number.prefix(30))\" is not 1 to 60 letters, digits, dots, hyphens, underscores")
        }
        if let fault = Wording.lineFault(draft.name) { note("name", fault) }
        if let fault = Wording.lineFault(draft.position) { note("position", fault) }
        if !units.contains(draft.unit) {
            note("unit", "there is no unit \"\(draft.unit.rawValue.prefix(40))\"; add it first or correct it")
        }
        if NoticeLanguage(rawValue: draft.language) == nil {
            note("language", "\"\(draft.language.prefix(20))\" is not one of zh-CN, en")
        }
        faults += dateFaults(of: draft)
        return faults
    }

    private func dateFaults(of draft: EmployeeDraft) -> [PeopleError.Fault] {
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }
        let hired = draft.hiredOn
        if hired < Self.earliest || hired > today.adding(days: 366) {
            note("hiredOn", "\(hired) is not between 1950-01-01 and a year from now; correct it")
        }
        // 劳动合同法 19: probation never exceeds six months.
        if let until = draft.probationUntil, until < hired || until > hired.adding(days: 184) {
            note("probationUntil", "\(until) is not within six months of \(hired) (劳动合同法第十九条); correct it")
        }
        if let until = draft.contractUntil, until < hired {
            note("contractUntil", "\(until) is before the first day \(hired); correct one of them")
        }
        if let last = draft.lastDay, last < hired {
            note("lastDay", "\(last) is before the first day \(hired); correct one of them")
        }
        guard let state = draft.state else {
            if draft.lastDay != nil { note("lastDay", "is set without a state of leaving; give the state too") }
            return faults
        }
        let leaves = state == .resigned || state == .handover || state == .left
        if leaves, draft.lastDay == nil { note("lastDay", "is missing; \(state.rawValue) needs the last day") }
        if !leaves, draft.lastDay != nil {
            note("lastDay", "does not go with \(state.rawValue); leave it out or correct the state")
        }
        if state == .left, let last = draft.lastDay, last > today {
            note("state", "left, but the last day \(last) is not over; say resigned until then")
        }
        if state != .onboarding, hired > today {
            note("state", "\(state.rawValue), but the first day \(hired) has not come; say onboarding")
        }
        return faults
    }

    private static let earliest = CivilDate(dayNumber: -7305)

    /// Numbers stand in paths and file names.
    static func isNumber(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}

/// What text may look like.
enum Wording {
    /// What is wrong with one line; nil when nothing is.
    ///
    /// Checked on scalars: a line break hides inside a grapheme.
    static func lineFault(_ text: String, maximum: Int = 200) -> Sentence? {
        if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return "is empty; fill it in" }
        if text.utf8.count > maximum { return "has \(text.utf8.count) bytes; at most \(maximum) are kept" }
        if let control = text.unicodeScalars.first(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return "has the control character U+\(String(control.value, radix: 16)); remove it"
        }
        return nil
    }

    /// A reason somebody gives, or a refusal that says how long it may be.
    static func reasonFault(_ text: String, maximum: Int = 2000) -> Sentence? {
        if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return "is empty; say why" }
        if text.utf8.count > maximum { return "has \(text.utf8.count) bytes; at most \(maximum) are kept" }
        if text.utf8.contains(0) { return "contains NUL; remove it" }
        return nil
    }
}
