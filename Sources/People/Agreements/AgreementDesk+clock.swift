import Evidence
import Notices

extension AgreementDesk {
    /// A running non-compete with what stands against it.
    public struct NonCompeteStanding: Sendable {
        /// The clock.
        public let clock: NonCompete
        /// The complete months without a recorded payment.
        public let unpaidMonths: [Int]
        /// Whether the person may have it terminated because of them.
        public let isTerminable: Bool
        /// The warning in words; nil when all is paid.
        public let warning: BilingualText?
    }

    /// Does what is due: offers, notices, clocks, reminders and warnings; doing it again changes nothing.
    ///
    /// - Returns: a sentence for everything that could not be done, so that one person's trouble stops nobody else's.
    public func runDue() async throws -> [String] {
        var troubles: [String] = []
        func attempt(_ what: String, _ body: () async throws -> Void) async throws {
            do { try await body() } catch let error as PeopleError { troubles.append("\(what): \(error)") } catch let
                error
                as NoticeError
            { troubles.append("\(what): \(error)") }
        }
        var last: String?
        while true {
            let page = try await store.employees(in: nil, states: [.onboarding], after: last, limit: 200)
            // Whoever was on the staff before is offered agreements by hand.
            for employee in page where employee.hiredOn >= rules.hiredFrom {
                try await attempt("\(employee.number)") { try await offerSet(to: employee.id, by: .songda) }
            }
            guard page.count == 200 else { break }
            last = page.last?.number
        }
        for offer in try await store.unservedOffers(limit: 200) {
            try await attempt(offer.number) { try await serve(offer, by: .songda) }
        }
        let today = CivilDate(inChina: clock.now)
        for leaver in try await store.leavers(bound: AgreementTemplate.nonCompete, by: today) {
            try await attempt(leaver.agreement.number) { try await start(leaver.agreement, after: leaver.lastDay) }
        }
        for clock in try await store.nonCompetes([.running]) {
            try await attempt(clock.number) { try await mind(clock, today) }
        }
        return troubles
    }

    /// Starts the clock: the end date and the agreed months, at most what the law allows (S-94).
    private func start(_ agreement: Agreement, after lastDay: CivilDate) async throws {
        let file = try await store.file(of: agreement.id)
        let agreed = file?.values["months"].flatMap(Self.whole) ?? rules.nonCompete.maximumMonths
        let ends = lastDay.addingMonths(min(agreed, rules.nonCompete.maximumMonths))
        let clock = NonCompete(
            agreement: agreement.id, number: agreement.number, person: agreement.person, startsOn: lastDay,
            endsOn: ends,
            state: .running)
        let act = try act(
            .nonCompeteStarted, agreement, by: .songda,
            [
                "startsOn": .string(lastDay.description), "endsOn": .string(ends.description),
                "source": .string(rules.nonCompete.source),
            ])
        _ = try await store.start(clock, acts: [act])
    }

    /// Reminds, warns, and ends what has run out.
    private func mind(_ clock: NonCompete, _ today: CivilDate) async throws {
        if today > clock.endsOn {
            _ = try await store.stop(
                clock.agreement, as: .ended,
                acts: [try act(.nonCompeteEnded, clock, ["endsOn": .string(clock.endsOn.description)])])
            return
        }
        var due: [CheckTask] = []
        // Only the nearest reminder: after an outage nobody needs the one of two months ago as well.
        if let days = rules.nonCompete.reminderDays.last(where: { clock.endsOn.adding(days: -$0) <= today }) {
            due += rules.nonCompete.checks.map { check in
                task(clock, check.id, "\(days)", clock.endsOn.adding(days: -days), check.text)
            }
        }
        let unpaid = clock.unpaidMonths(on: today)
        for month in unpaid {
            due.append(
                task(
                    clock, "compensation", "month \(month)", clock.startsOn.addingMonths(month),
                    BilingualText(
                        zh: "第\(month)个月的竞业限制经济补偿没有支付记录，请核实并支付",
                        en: "no payment is recorded for month \(month) of the non-compete; check and pay")))
        }
        if unpaid.count >= rules.nonCompete.unpaidMonths, let warning = warning(unpaid) {
            due.append(task(clock, "compensation", "terminable", today, warning))
        }
        let known = Set(
            try await store.tasks(isOpen: nil, of: clock.person).filter { $0.agreement == clock.agreement }
                .map { "\($0.check) \($0.occasion)" })
        let new = due.filter { !known.contains("\($0.check) \($0.occasion)") }
        guard !new.isEmpty else { return }
        // Who is told comes before what they are told to do: while nobody holds the role hr, the reminder stays due.
        guard try await remind(clock, of: new) else { return }
        for task in new {
            _ = try await store.open(
                task,
                acts: [
                    try act(
                        .checkOpened, clock,
                        [
                            "task": .string(task.id), "check": .string(task.check), "occasion": .string(task.occasion),
                            "text": .string(task.text.zh),
                        ])
                ])
        }
    }

    /// Tells HR; the tasks are opened afterwards, so that a crash in between repeats the notice's occasion and not the notice.
    ///
    /// - Returns: false if there is nobody to tell.
    private func remind(_ clock: NonCompete, of tasks: [CheckTask]) async throws -> Bool {
        let hr = try await store.holders(of: .hr)
        guard !hr.isEmpty, let person = try await store.employee(clock.person) else { return false }
        let occasion = tasks.map { "\($0.check) \($0.occasion)" }.joined(separator: ", ")
        try await sender.send(
            NoticeSender.Order(
                kind: "non-compete-reminder", recipients: hr,
                fields: .object([
                    "employee": .string(person.name), "agreement": .string(clock.number),
                    "endsOn": .string(clock.endsOn.description),
                    "tasks": .array(tasks.map { .string($0.text.zh) }),
                ]),
                subjects: [.employee(clock.person), Subject(.agreement, clock.agreement)],
                occasion: "non-compete \(clock.agreement): \(occasion)"), by: .songda)
        return true
    }

    /// Running non-competes with their warnings, the nearest end first.
    public func nonCompetes(by actor: Actor) async throws -> [NonCompeteStanding] {
        try AccessPolicy.require(.manageAgreements, actor)
        let today = CivilDate(inChina: clock.now)
        return try await store.nonCompetes([.running]).sorted { $0.endsOn < $1.endsOn }.map { clock in
            let unpaid = clock.unpaidMonths(on: today)
            return NonCompeteStanding(
                clock: clock, unpaidMonths: unpaid, isTerminable: unpaid.count >= rules.nonCompete.unpaidMonths,
                warning: warning(unpaid))
        }
    }

    private func warning(_ unpaid: [Int]) -> BilingualText? {
        guard !unpaid.isEmpty else { return nil }
        guard unpaid.count >= rules.nonCompete.unpaidMonths else {
            return BilingualText(
                zh: "有\(unpaid.count)个月没有支付记录", en: "\(unpaid.count) month(s) have no recorded payment")
        }
        return BilingualText(
            zh: "已有\(unpaid.count)个月没有支付记录，员工可以请求解除竞业限制约定（\(rules.nonCompete.unpaidSource)）",
            en: "\(unpaid.count) months have no recorded payment; the person may have the non-compete terminated "
                + "(\(rules.nonCompete.unpaidSource))")
    }

    /// Records the compensation of a month of the term, counted from 1.
    public func recordPayment(
        _ id: AgreementID, month: Int, amount: Amount, on day: CivilDate, by actor: Actor
    ) async throws {
        let (agreement, clock) = try await running(id, actor)
        var faults: [PeopleError.Fault] = []
        if month < 1 || clock.startsOn.addingMonths(month - 1) >= clock.endsOn {
            faults.append(
                .init(field: "month", message: "\(month) is no month of the term, which ends \(clock.endsOn)"))
        }
        if amount.fen <= 0 { faults.append(.init(field: "amount", message: "\(amount) is not more than zero")) }
        if day > CivilDate(inChina: self.clock.now) {
            faults.append(.init(field: "paidOn", message: "\(day) is in the future; record it once it was paid"))
        }
        try PeopleError.check(faults, "the payment was not recorded")
        let act = try act(
            .compensationPaid, agreement, by: actor,
            [
                "month": .integer(Int64(month)), "amount": .string(amount.description),
                "paidOn": .string(day.description),
            ])
        guard try await store.pay(id, month: month, amount: amount, on: day, acts: [act]) else {
            throw PeopleError(.conflict, "month \(month) of \(agreement.number) is recorded as paid already")
        }
    }

    /// Releases somebody early; on request three more months are owed.
    public func release(_ id: AgreementID, reason: String, by actor: Actor) async throws {
        let (agreement, _) = try await running(id, actor)
        guard !reason.isEmpty, reason.utf8.count <= 2000 else {
            throw PeopleError(.invalid, "reason: say in 1 to 2000 bytes why the person is released")
        }
        let act = try act(.nonCompeteReleased, agreement, by: actor, ["reason": .string(reason)])
        guard try await store.stop(id, as: .released, acts: [act]) else {
            throw PeopleError(.conflict, "the clock of \(agreement.number) was stopped a moment ago")
        }
    }

    private func running(_ id: AgreementID, _ actor: Actor) async throws -> (Agreement, NonCompete) {
        let agreement = try await find(id, .manageAgreements, actor)
        guard let clock = try await store.nonCompetes([.running]).first(where: { $0.agreement == id }) else {
            throw PeopleError(.conflict, "no non-compete runs under \(agreement.number)")
        }
        return (agreement, clock)
    }

    /// What HR has to look into.
    public func tasks(isOpen: Bool?, by actor: Actor) async throws -> [CheckTask] {
        try AccessPolicy.require(.manageAgreements, actor)
        return try await store.tasks(isOpen: isOpen, of: nil)
    }

    /// Enters what a check found (S-95).
    public func close(_ id: String, outcome: CheckTask.Outcome, note: String, by actor: Actor) async throws {
        try AccessPolicy.require(.manageAgreements, actor)
        guard !note.isEmpty, note.utf8.count <= 5000 else {
            throw PeopleError(.invalid, "note: say in 1 to 5000 bytes what was looked at and what was found")
        }
        guard let task = try await store.tasks(isOpen: true, of: nil).first(where: { $0.id == id }) else {
            throw PeopleError(.conflict, "there is no open task \"\(id.prefix(60))\"; it may have been closed")
        }
        let closed = CheckTask(
            id: task.id, agreement: task.agreement, person: task.person, check: task.check, occasion: task.occasion,
            dueOn: task.dueOn, text: task.text, outcome: outcome, note: note)
        let act = try acts.act(
            .checkClosed, by: actor, about: [.employee(task.person), Subject(.agreement, task.agreement)],
            [
                "task": .string(id), "check": .string(task.check), "outcome": .string(outcome.rawValue),
                "note": .string(note),
            ])
        guard try await store.close(closed, acts: [act]) else {
            throw PeopleError(.conflict, "the task was closed a moment ago")
        }
    }

    // MARK: -

    private func task(
        _ clock: NonCompete, _ check: String, _ occasion: String, _ due: CivilDate, _ text: BilingualText
    ) -> CheckTask {
        CheckTask(
            id: SecureRandom.uuid(at: self.clock.now), agreement: clock.agreement, person: clock.person, check: check,
            occasion: occasion, dueOn: due, text: text)
    }

    private func act(_ event: EvidenceEvent, _ clock: NonCompete, _ facts: [String: JSONValue]) throws -> Act {
        var all = facts
        all["number"] = .string(clock.number)
        return try acts.act(
            event, by: .songda, about: [.employee(clock.person), Subject(.agreement, clock.agreement)], all)
    }
}
