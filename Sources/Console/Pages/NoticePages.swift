import Evidence
import Hummingbird
import Notices

/// Notices in the browser: find one, see what was observed, approve, withdraw, take the proof.
struct NoticePages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        let read = Endpoint.Access.session([.read])
        let look = Endpoint.Access.session([.read, .approve])
        return [
            Endpoint(.get, Site.noticeList, read, bodyLimit: 0, style: .page, answer: list),
            Endpoint(.get, Site.noticePage, look, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.noticeApproval, .session([.approve]), bodyLimit: 4096, style: .page, answer: approve),
            Endpoint(
                .post, Site.noticeCancellation, .session([.issue]), bodyLimit: 16 << 10, style: .page, answer: cancel),
            Endpoint(.get, Site.noticeDocument, look, bodyLimit: 0, style: .page, answer: document),
            Endpoint(.post, Site.noticeProof, read, bodyLimit: 4096, style: .page, answer: proof),
        ]
    }

    // MARK: List

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
        let query: String
        let states: [Choice]
        let kinds: [Choice]
        let rows: [NoticeRow]
        let isEmpty: Bool
        let next: String?
        let error: String?
    }

    /// One option of a selection.
    struct Choice: Sendable {
        let value: String
        let label: String
        let isSelected: Bool
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "q", "state", "kind", "cursor"])
        let make = PageMaker(call, templates, library: services.templates)
        let wanted = (query["q"] ?? "").filter { $0 != " " }
        if wanted.hasPrefix("SD-"), let found = try await services.reader.notice(number: wanted.uppercased()) {
            return .seeOther(Site.page(Site.noticePage, found.id))
        }
        var filter = NoticeFilter(state: try call.choice("state", in: query, NoticeState.self))
        filter.kind = try call.choice("kind", in: query, among: services.templates.kinds)
        var error: String?
        if !wanted.isEmpty {
            if let person = try await services.recipients.person(externalID: wanted) {
                filter.person = person.id
            } else {
                error = make.word("list_nobody")
            }
        }
        let limit = 30
        var found: [Notice] = []
        if error == nil {
            found = try await services.reader.notices(
                filter, before: query["cursor"].map { NoticeID($0) }, limit: limit + 1)
        }
        let frame = make.frame(make.word("notices"))
        let more = found.count > limit ? found[limit - 1].id : nil
        return make.reply(
            "notices",
            ListPage(
                frame: frame, w: frame.w, action: Site.noticeList, query: query["q"] ?? "",
                states: [Choice(value: "", label: make.word("list_anyState"), isSelected: filter.state == nil)]
                    + NoticeState.allCases.map {
                        Choice(
                            value: $0.rawValue, label: make.word("notice_\($0.rawValue)"),
                            isSelected: $0 == filter.state)
                    },
                kinds: [Choice(value: "", label: make.word("list_anyKind"), isSelected: filter.kind == nil)]
                    + services.templates.kinds.map {
                        Choice(value: $0, label: make.kind($0), isSelected: $0 == filter.kind)
                    },
                rows: found.prefix(limit).map { NoticeRow($0, make) }, isEmpty: found.isEmpty,
                next: more.map { Self.next(query, after: $0) }, error: error))
    }

    private static func next(_ query: [String: String], after notice: NoticeID) -> String {
        var parts = ["cursor=\(notice.rawValue)"]
        for name in ["state", "kind", "q"] {
            // Only what is a plain name goes into the address; anything else found nothing and has no next page.
            if let value = query[name], !value.isEmpty, value.utf8.allSatisfy(\.isNameByte) {
                parts.append("\(name)=\(value)")
            }
        }
        return Site.noticeList + "?" + parts.joined(separator: "&")
    }

    // MARK: One notice

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        return try await show(try await find(call), call)
    }

    private func show(_ notice: Notice, _ call: Call, error: String? = nil, status: Int = 200) async throws -> Reply {
        let signedIn = try call.person()
        let make = PageMaker(call, templates, library: services.templates)
        let standing = try await services.pipeline.prove.standing(of: notice.id)
        let approvals = try await services.reader.approvals(of: notice.id)
        let content = try await services.reader.content(of: notice.id)
        let people = try await services.reader.names(of: Set([notice.author.id] + approvals.map(\.approver.id)))
        return make.reply(
            "notice",
            try NoticePage(
                standing, approvals: approvals,
                awaited: try await services.pipeline.issue.awaited(by: standing.notice, given: approvals),
                people: people, content: content, signedIn: signedIn, make, services, error: error),
            status: status)
    }

    private func approve(_ call: Call) async throws -> Reply {
        let notice = try await find(call)
        guard let hash = call.form["contentHash"].flatMap({ Digest(hex: $0) }) else {
            throw Problem.malformed("contentHash is not a SHA-256 in hexadecimal")
        }
        do {
            _ = try await services.pipeline.issue.approve(notice.id, contentHash: hash, by: call.principal)
        } catch let refusal as NoticeError where refusal.code == .forbidden || refusal.code == .conflict {
            let now = try await services.reader.notice(notice.id) ?? notice
            return try await show(
                now, call, error: PageMaker(call, templates).phrases.refusal(refusal), status: Problem(refusal).status)
        }
        return .seeOther(Site.page(Site.noticePage, notice.id))
    }

    private func cancel(_ call: Call) async throws -> Reply {
        let notice = try await find(call)
        do {
            _ = try await services.pipeline.issue.cancel(
                notice.id, reason: call.form["reason"] ?? "", by: call.principal)
        } catch let refusal as NoticeError where refusal.code != .notFound {
            let now = try await services.reader.notice(notice.id) ?? notice
            return try await show(
                now, call, error: PageMaker(call, templates).phrases.refusal(refusal), status: Problem(refusal).status)
        }
        return .seeOther(Site.page(Site.noticePage, notice.id))
    }

    private func document(_ call: Call) async throws -> Reply {
        let notice = try await find(call)
        guard let sealed = try await services.reader.document(of: notice.id) else {
            throw NoticeError(.notFound, "\(notice.number) has no document: it is \(notice.state.rawValue), or erased")
        }
        let name = notice.number + (sealed.mediaType == "application/pdf" ? ".pdf" : ".json")
        return .file(sealed.bytes, type: sealed.mediaType, name: name)
    }

    /// By POST: that somebody took it is an entry of its own, and a look ahead of a browser must not make one.
    private func proof(_ call: Call) async throws -> Reply {
        let notice = try await find(call)
        let (name, bundle) = try await services.pipeline.prove.bundle(of: notice.id, for: call.principal)
        return .file(bundle.bytes, type: "application/vnd.etsi.asic-e+zip", name: name)
    }

    private func find(_ call: Call) async throws -> Notice {
        try await services.notice(named: try call.parameter("notice"))
    }
}
