import Evidence
import Hummingbird
import Notices
import People

/// Punches, leave, shift plans; the board and the trends.
struct AttendanceAPI: Sendable {
    let services: ConsoleServices
    private var desk: AttendanceDesk { services.people.attendance }

    var endpoints: [Endpoint] {
        // A row with an open quote runs on to the cutter's limit; the desk then names its line, which a 413 would not.
        let part = CSVCutter.maximumPartBytes + AttendanceDesk.partBytes
        return [
            Endpoint(.post, Site.punches, .people, bodyLimit: part, answer: punches),
            Endpoint(.post, Site.leaves, .people, answer: leaves),
            Endpoint(.get, Site.board, .people, answer: board),
            Endpoint(.get, Site.trend, .people, answer: trend),
            Endpoint(.get, Site.shiftPlan, .people, answer: plan),
            Endpoint(.put, Site.shiftPlan, .people, bodyLimit: 4 << 20, answer: savePlan),
            Endpoint(.post, Site.shiftPlanState, .people, answer: movePlan),
            Endpoint(.get, Site.shiftPlanComparison, .people, answer: compare),
        ]
    }

    /// JSON, or one part of a CSV file.
    private func punches(_ call: Call) async throws -> Reply {
        if try call.header("Content-Type")?.hasPrefix("text/csv") == true {
            let text = try call.query(["line"])["line"] ?? "1"
            guard let line = Int(text), line >= 1 else {
                throw Problem.malformed("line \"\(shortened(text))\" is no line of a file; lines are counted from 1")
            }
            let actor = try await services.actor(call)
            return .json(try await desk.importPart(call.body, firstLine: line, by: actor).json)
        }
        var reader = ObjectReader(body: try call.json())
        let lines = reader.nestedList("punches", maximum: AttendanceDesk.largestImport, isRequired: true) {
            line -> PunchLine? in
            let number = line.line("employee")
            let at = line.instant("at")
            let source = line.choice("source", PunchSource.self)
            guard let number, let at, let source else { return nil }
            return PunchLine(number: number, at: at, source: source)
        }
        try reader.finish()
        return .json(try await desk.record(lines, by: try await services.actor(call)).json)
    }

    private func leaves(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let leaves = reader.nestedList("leaves", maximum: 1_000, isRequired: true) { line -> Leave? in
            let id = line.line("id", maximum: 100)
            let person = line.employee()
            let from = line.calendarDay("from")
            let to = line.calendarDay("to")
            let requested = line.calendarDay("requestedOn")
            let state = line.choice("state", Leave.State.self)
            let kind = line.line("kind")
            let reason = line.optionalLine("reason", maximum: 2_000)
            let source = line.line("source", maximum: 60)
            guard let id, let person, let from, let to, let requested, let state, let kind, let source else {
                return nil
            }
            return Leave(
                id: id, person: person, from: from, to: to, requestedOn: requested, state: state, kind: kind,
                reason: reason, source: source)
        }
        try reader.finish()
        let known = try await services.people(in: leaves.map(\.person))
        try await desk.record(
            leaves.map { $0.of(known[$0.person] ?? $0.person) }, by: try await services.actor(call))
        return .json(.object(["recorded": .integer(Int64(leaves.count))]))
    }

    private func board(_ call: Call) async throws -> Reply {
        let query = try call.query(["day", "unit", "cursor", "limit"])
        let page = try Page(query)
        let board = try await desk.board(
            on: try call.day("day", in: query), units: query["unit"].map { [UnitID($0)] }, after: page.cursor,
            limit: page.limit + 1, by: try await services.actor(call))
        return page.reply(board.lines, id: { $0.employee.number }, json: { $0.json })
    }

    private func trend(_ call: Call) async throws -> Reply {
        let query = try call.query(["month", "months"])
        var month: Month?
        if let text = query["month"] {
            month = Month(text)
            if month == nil { throw Problem.malformed("month \"\(shortened(text))\" is not a month like 2026-11") }
        }
        guard let months = Int(query["months"] ?? "6") else {
            throw Problem.malformed("months \"\(shortened(query["months"] ?? ""))\" is no whole number")
        }
        let trend = try await desk.trend(
            of: try await services.person(try call.parameter("person")), until: month, months: months,
            by: try await services.actor(call))
        return .json([
            "months": .array(
                trend.months.map {
                    [
                        "month": .string($0.month.description), "late": .integer(Int64($0.late)),
                        "early": .integer(Int64($0.early)),
                    ]
                }), "late": trend.late.json, "early": trend.early.json,
        ])
    }

    private func planID(_ call: Call) throws -> ShiftPlanID { ShiftPlanID(try call.parameter("plan")) }

    private func plan(_ call: Call) async throws -> Reply {
        .json(try await desk.plan(try planID(call), by: try await services.actor(call)).json)
    }

    private func savePlan(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let name = reader.line("name")
        let unit = reader.line("unit")
        let from = reader.calendarDay("from")
        let to = reader.calendarDay("to")
        let shifts = reader.nestedList("shifts", maximum: 20_000, isRequired: true) { line -> Shift? in
            let person = line.employee()
            let day = line.calendarDay("day")
            let start = line.wholeNumber("startMinute")
            let end = line.wholeNumber("endMinute")
            let fen = line.wholeNumber("hourlyFen")
            let percent = line.optionalInteger("ratePercent") ?? 100
            guard let person, let day, let start, let end, let fen else { return nil }
            guard (0...1_439).contains(start), (1...2_880).contains(end), (0...10_000_000).contains(fen) else {
                line.fault("startMinute", "\(start) to \(end) at \(fen) fen is no shift; minutes count from midnight")
                return nil
            }
            return Shift(
                person: person, day: day, startMinute: start, endMinute: end, hourlyFen: fen, ratePercent: percent)
        }
        try reader.finish()
        guard let name, let unit, let from, let to else { throw reader.refusal }
        let known = try await services.people(in: shifts.map(\.person))
        let plan = ShiftPlan(
            id: try planID(call), name: name, unit: UnitID(unit), from: from, to: to, state: .draft,
            shifts: shifts.map { $0.of(known[$0.person] ?? $0.person) })
        let actor = try await services.actor(call)
        try await desk.save(plan, by: actor)
        return .json(plan.json)
    }

    private func movePlan(_ call: Call) async throws -> Reply {
        var reader = ObjectReader(body: try call.json())
        let state = reader.choice("state", ShiftPlan.State.self)
        try reader.finish()
        guard let state else { throw reader.refusal }
        let actor = try await services.actor(call)
        try await desk.move(try planID(call), to: state, by: actor)
        return .json(try await desk.plan(try planID(call), by: actor).json)
    }

    private func compare(_ call: Call) async throws -> Reply {
        guard let other = try call.query(["with"])["with"], !other.isEmpty, other.utf8.count <= 60 else {
            throw Problem.malformed("with is missing; name the plan to compare with")
        }
        let comparison = try await desk.compare(
            try planID(call), with: ShiftPlanID(other), by: try await services.actor(call))
        return .json([
            "present": comparison.present.json, "proposed": comparison.proposed.json,
            "changePermille": comparison.changePermille.map { .integer(Int64($0)) } ?? .null,
        ])
    }
}

extension AttendanceDesk.BoardLine {
    /// As the API shows it.
    var json: JSONValue {
        [
            "employee": .string(employee.id.rawValue), "number": .string(employee.number),
            "name": .string(employee.name), "unit": .string(employee.unit.rawValue), "state": .string(verdict.name),
            "first": punches.map { .string($0.first.rfc3339) } ?? .null,
            "last": punches.map { .string($0.last.rfc3339) } ?? .null,
        ]
    }
}

extension PlanCost {
    /// As the API shows it.
    var json: JSONValue { ["minutes": .integer(Int64(minutes)), "fen": .integer(Int64(fen))] }
}

extension ShiftPlan {
    /// As the API shows it.
    var json: JSONValue {
        [
            "id": .string(id.rawValue), "name": .string(name), "unit": .string(unit.rawValue),
            "from": .string(from.description), "to": .string(to.description), "state": .string(state.rawValue),
            "cost": cost.json,
            "shifts": .array(
                shifts.map {
                    [
                        "employee": .string($0.person.rawValue), "day": .string($0.day.description),
                        "startMinute": .integer(Int64($0.startMinute)), "endMinute": .integer(Int64($0.endMinute)),
                        "hourlyFen": .integer(Int64($0.hourlyFen)), "ratePercent": .integer(Int64($0.ratePercent)),
                    ]
                }),
        ]
    }
}
