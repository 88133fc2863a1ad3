import Evidence
import Notices

extension HandoverDesk {
    /// Does everything that is due now; run every minute.
    ///
    /// It may be run as often as one likes and by several at once: what was done is not done again. Returns how many
    /// handovers it has opened or changed.
    @discardableResult
    public func runDue() async throws -> Int {
        var done = try await openMissing()
        var last: HandoverID?
        var refusal: PeopleError?
        while true {
            let page = try await store.runningHandovers(after: last, limit: 100)
            guard let end = page.last else { break }
            last = end
            for id in page {
                // One handover that cannot go on must not hold up the others.
                do { if try await runDue(id) { done += 1 } } catch let error as PeopleError {
                    refusal =
                        refusal ?? PeopleError(error.code, "handover \(id): \(error.reason)", faults: error.faults)
                }
            }
        }
        try await send(try await store.pendingMessages(limit: 500))
        if let refusal { throw refusal }
        return done
    }

    private func runDue(_ id: HandoverID) async throws -> Bool {
        guard let record = try await store.handover(id),
            let employee = try await store.employee(record.handover.person)
        else { return false }
        if employee.state == .left, record.handover.endedAt == nil {
            try await noteEnd(record)
            return true
        }
        // Somebody who came back later begins anew; what they left open stays on record as it is.
        if employee.state == .active, record.handover.endedAt == nil {
            try await withdraw(record)
            return true
        }
        if record.handover.endedAt == nil, let day = employee.lastDay, day != record.handover.lastDay.day {
            try await redate(record, to: day)
            return true
        }
        if record.handover.stage == .recovery {
            _ = try await recover(id, by: .songda)
            return true
        }
        let isAssigned = record.handover.record(of: .assignment)?.closedAt != nil
        if isAssigned, employee.state == .resigned || employee.state == .handover {
            try await beginHandover(record, by: .songda)
        }
        let froze = try await freezeIfOverdue(record, employee)
        return try await remind(record, hasLeft: employee.state == .left) || froze
    }

    // MARK: Freeze

    /// Freezes access when key material is overdue; what is owed can still be handed in (S-73).
    private func freezeIfOverdue(_ record: HandoverRecord, _ employee: Employee) async throws -> Bool {
        let handover = record.handover
        guard handover.frozenAt == nil, employee.freezeReason == nil, employee.state != .left,
            handover.stage == .submission || handover.stage == .review
        else { return false }
        let overdue = record.items.filter {
            $0.isKey && $0.isOwed && !$0.isUnimported && $0.dueOn.adding(days: rules.current.freezeDays) < today
        }
        guard let first = overdue.map(\.dueOn).min() else { return false }
        let titles = overdue.prefix(3).map(\.title).joined(separator: "、")
        let reason = "交接材料逾期未提交（\(titles)等\(overdue.count)项，期限\(first)）；防止客户资源流失"
        let trigger = first.adding(days: rules.current.freezeDays + 1).startInChina
        try await access.setFreeze(
            employee.id, frozen: true, reason: String(reason.prefix(160)), trigger: trigger, by: .songda)
        try await change(handover.id) { record in
            var change = HandoverChange(record.handover)
            change.handover.frozenAt = clock.now
            return (change, ())
        }
        return true
    }

    // MARK: Reminders

    /// Reminds everybody who owes something that is overdue, once each period, until it is done (S-58).
    private func remind(_ record: HandoverRecord, hasLeft: Bool) async throws -> Bool {
        let debts = debts(record, hasLeft: hasLeft)
        guard !debts.isEmpty else { return false }
        let known = Set(try await store.messages(of: record.handover.id).map(\.id))
        let successor: Employee? =
            if let id = record.handover.successor { try await store.employee(id) } else { nil }
        let every = rules.current.reminderDays
        let messages = debts.compactMap { debtor, lines -> HandoverMessage? in
            guard let due = lines.map(\.dueOn).min() else { return nil }
            let period = (today.dayNumber - due.dayNumber - 1) / every
            let slot = due.adding(days: 1 + period * every)
            let id = "\(record.handover.id)/overdue/\(debtor)/\(slot)"
            guard !known.contains(id) else { return nil }
            var fields: [String: JSONValue] = [
                "items": .array(lines.prefix(20).map { .string(String($0.title.prefix(100))) }),
                "dueDate": .string("\(due)"),
            ]
            fields["successor"] = successor.map { .string($0.name) }
            return HandoverMessage(
                id: id, handover: record.handover.id, item: nil, kind: "handover-reminder", person: debtor,
                fields: .object(fields))
        }
        guard !messages.isEmpty else { return false }
        try await change(record.handover.id) { record in
            var change = HandoverChange(record.handover)
            change.messages = messages
            return (change, ())
        }
        return true
    }

    private struct Debt {
        let title: String
        let dueOn: CivilDate
    }

    /// Who owes what that is overdue.
    ///
    /// Whoever has left cannot hand in any more; HR is reminded of what stays open.
    private func debts(_ record: HandoverRecord, hasLeft: Bool) -> [PersonID: [Debt]] {
        let (handover, today) = (record.handover, today)
        guard let stage = handover.stage else { return [:] }
        var debts: [PersonID: [Debt]] = [:]
        func owe(_ person: PersonID?, _ title: String, _ dueOn: CivilDate) {
            guard let person, dueOn < today else { return }
            debts[person, default: []].append(Debt(title: title, dueOn: dueOn))
        }
        let reviewDue = handover.record(of: .review)?.dueOn ?? handover.lastDay.day
        switch stage {
        case .assignment:
            owe(handover.officer, "任务分配：指定接收人和审核人", handover.record(of: .assignment)?.dueOn ?? reviewDue)
        case .submission, .review:
            for item in record.items where !item.isClosed {
                if item.isUnimported {
                    owe(handover.officer, "\(item.title)（待导入）", item.dueOn)
                } else if item.isOwed {
                    owe(hasLeft ? handover.officer : handover.person, item.title, item.dueOn)
                } else if item.confirmation(by: .taker) == nil {
                    owe(
                        item.kind.isReturnedToCompany ? handover.officer : handover.successor, "\(item.title)（待确认接收）",
                        reviewDue)
                } else if stage == .review {
                    owe(handover.reviewer, "\(item.title)（待审核）", reviewDue)
                }
            }
        case .recovery: break
        }
        return debts
    }

    // MARK: Notices

    /// Issues what was written down; a refusal of the gateway is kept with the message and shown.
    func send(_ messages: [HandoverMessage]) async throws {
        for message in messages where message.notice == nil {
            guard let record = try await store.handover(message.handover) else { continue }
            var subjects = [Subject.employee(record.handover.person), Subject(.handover, message.handover)]
            if let item = message.item { subjects.append(Subject(.handoverItem, item)) }
            do {
                let notice = try await sender.send(
                    NoticeSender.Order(
                        kind: message.kind, recipients: [message.person], fields: message.fields, subjects: subjects,
                        occasion: "handover \(message.id)", issuer: record.handover.issuer),
                    by: .songda)
                try await store.settle(message.id, notice: notice, failure: nil)
            } catch let error as NoticeError where error.code != .unavailable && error.code != .tooManyRequests {
                try await store.settle(message.id, notice: nil, failure: "\(error)")
            } catch let error as PeopleError {
                try await store.settle(message.id, notice: nil, failure: "\(error)")
            }
        }
    }

    /// Issues at once what a step has led to.
    func sendSoon(_ messages: [HandoverMessage]) async {
        // The step is on disk, and so are its messages: what cannot leave now leaves with the next run, which reports why.
        try? await send(messages)
    }
}
