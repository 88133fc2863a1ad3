import Evidence
import Hummingbird
import Notices

/// Hands out the printed report on a notice, in the browser and by API, in the language that is asked for.
struct ProofReportPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.proofReport, .scope(.read), answer: fetch),
            Endpoint(.post, Site.noticeReport, .session([.read]), bodyLimit: 4096, style: .page, answer: download),
        ]
    }

    private func fetch(_ call: Call) async throws -> Reply {
        let query = try call.query(["language"])
        return try await report(call, query["language"] ?? NoticeLanguage.chinese.rawValue)
    }

    /// By POST, like the bundle: that somebody took it is an entry of its own.
    private func download(_ call: Call) async throws -> Reply {
        try await report(call, call.form["language"] ?? PageMaker(call, templates).language.rawValue)
    }

    private func report(_ call: Call, _ named: String) async throws -> Reply {
        guard let language = NoticeLanguage(rawValue: named) else {
            throw Problem.malformed("language \"\(shortened(named))\" is not one of zh-CN, en")
        }
        let notice = try await services.notice(named: try call.parameter("notice"))
        let phrases = Phrasebook(
            templates.words, PageLanguage(named: language.rawValue), library: services.templates)
        let checkPage = services.settings.publicBaseURL.map { $0 + Site.check }
        let documents = services.documents
        let (name, pdf) = try await services.pipeline.prove.report(of: notice.id, in: language, for: call.principal) {
            try await documents.report(ProofReport(material: $0, phrases: phrases, checkPage: checkPage).printed)
        }
        return .file(pdf, type: "application/pdf", name: name)
    }
}

extension ConsoleServices {
    /// The notice with this id, or with the number that people read out.
    func notice(named name: String) async throws -> Notice {
        let found =
            name.hasPrefix("SD-") ? try await reader.notice(number: name) : try await reader.notice(NoticeID(name))
        guard let found else { throw NoticeError(.notFound, "there is no notice \"\(shortened(name))\"") }
        return found
    }
}

extension Site {
    /// The printed proof report, by API.
    public static let proofReport = "/v1/notices/{notice}/proof-report.pdf"
    /// The same in the browser.
    public static let noticeReport = "/notices/{notice}/proof-report.pdf"
}
