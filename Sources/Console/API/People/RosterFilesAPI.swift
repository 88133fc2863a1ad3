import Evidence
import Hummingbird
import Notices
import People

/// Files of employees, imports of CSV files, and the export.
struct RosterFilesAPI: Sendable {
    let services: ConsoleServices

    private var desk: RosterDesk { services.people.roster }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.employeeFile, .people, answer: file),
            Endpoint(.post, Site.employeeFile, .people, answer: enter),
            Endpoint(.post, Site.rosterImports, .people, bodyLimit: CSVCutter.maximumPartBytes, answer: begin),
            Endpoint(.get, Site.rosterImports, .people, answer: imports),
            Endpoint(.get, Site.rosterImport, .people, answer: rosterImport),
            Endpoint(
                .put, Site.rosterImportPart, .people, bodyLimit: CSVCutter.maximumPartBytes + CSVCutter.partBytes,
                answer: take),
            Endpoint(.get, Site.rosterImportFaults, .people, answer: faults),
            Endpoint(.post, Site.rosterImportUndo, .people, answer: undo),
            Endpoint(.get, Site.rosterExport, .people, answer: export),
        ]
    }

    // MARK: Files

    private func file(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        return .json(try await desk.file(of: try call.parameter("employee"), by: actor).json)
    }

    private func enter(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let kind = reader.choice("kind", FileEntry.Kind.self)
        let dated = reader.day("dated")
        let title = reader.line("title", maximum: 400)
        let reason = reader.optionalLine("reason", maximum: 2000)
        let amount = reader.optionalConverted("amount", "a sum like 2000.00") { Amount($0) }
        let currency = reader.optionalLine("currency")
        let hash = reader.optionalConverted("hash", "a SHA-256 in hexadecimal") { Digest(hex: $0) }
        let (source, externalID) = (reader.line("source"), reader.line("externalID"))
        try reader.finish()
        guard let kind, let dated, let title, let source, let externalID else { throw reader.refusal }
        let isNew = try await desk.file(
            FileEntry(
                kind: kind, dated: dated, title: title, reason: reason, amount: amount, currency: currency, hash: hash,
                source: source, externalID: externalID), of: try call.parameter("employee"), by: actor)
        return .json(.object(["entered": .bool(isNew)]), status: isNew ? 201 : 200)
    }

    // MARK: Imports

    /// A JSON body begins an import whose parts follow; a CSV body is the whole file.
    private func begin(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        if try call.header("Content-Type")?.hasPrefix("text/csv") == true {
            let query = try call.query(["mode", "name"])
            let whole = try await desk.importFile(
                call.body, name: query["name"] ?? "upload.csv", mode: try mode(query["mode"]), by: actor)
            return .json(whole.json, status: whole.state == .refused ? 422 : 201)
        }
        var reader = ObjectReader(body: try call.json())
        let (name, mode) = (reader.line("name"), reader.choice("mode", ImportMode.self))
        try reader.finish()
        guard let name, let mode else { throw reader.refusal }
        return .json(try await desk.beginImport(name, mode: mode, by: actor).json, status: 201)
    }

    private func mode(_ text: String?) throws -> ImportMode {
        guard let mode = ImportMode(rawValue: text ?? ImportMode.dryRun.rawValue) else {
            let known = ImportMode.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.malformed("mode \"\(shortened(text ?? ""))\" is not one of \(known)")
        }
        return mode
    }

    private func take(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        let query = try call.query(["last"])
        guard let index = Int(try call.parameter("part")) else { throw Problem.notFound() }
        guard try call.header("Content-Type")?.hasPrefix("text/csv") == true else {
            throw Problem.mediaType("text/csv")
        }
        let after = try await desk.take(
            call.body, part: index, isLast: query["last"] == "true", of: try id(call), by: actor)
        return .json(after.json)
    }

    private func id(_ call: Call) throws -> ImportID { ImportID(try call.parameter("import")) }

    private func imports(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        _ = try call.query([])
        return .json(.object(["items": .array(try await desk.imports(by: actor).map(\.json))]))
    }

    private func rosterImport(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        return .json(try await desk.rosterImport(try id(call), by: actor).json)
    }

    private func faults(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        let page = try Page(try call.query(["cursor", "limit"]))
        let found = try await desk.faults(
            of: try id(call), afterLine: page.cursor.flatMap { Int($0) } ?? 0, limit: page.limit + 20, by: actor)
        // A line is never split between two pages.
        let lines = Array(Set(found.map(\.line))).sorted().prefix(page.limit)
        let isWhole = found.count < page.limit + 20
        let last = isWhole ? lines.last : lines.dropLast().last ?? lines.last
        let shown = found.filter { $0.line <= last ?? 0 }
        return .json(
            .object([
                "items": .array(
                    shown.map {
                        .object([
                            "line": .integer(Int64($0.line)), "column": .string($0.column),
                            "message": .string($0.message),
                        ])
                    }), "next": isWhole && shown.count == found.count ? .null : .string("\(last ?? 0)"),
            ]))
    }

    private func undo(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        var reader = ObjectReader(body: try call.json())
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        try await desk.undo(try id(call), reason: reason, by: actor)
        return .json(try await desk.rosterImport(try id(call), by: actor).json)
    }

    // MARK: Export

    private func export(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        let query = try call.query(["cursor"])
        let page = try await desk.export(after: query["cursor"], by: actor)
        var reply = Reply.file(Array(page.csv.utf8), type: "text/csv; charset=utf-8", name: "roster.csv")
        if let next = page.next { reply.headers.append(("Songda-Next", next)) }
        return reply
    }
}
