import Evidence
import Hummingbird
import Notices
import People

extension Site {
    // MARK: Dossiers

    /// The dossier of a person or a case, as one file that verifies offline.
    public static let dossier = "/v1/dossiers/{kind}/{subject}"
    /// Its numbered list, without the file.
    public static let dossierList = "/v1/dossiers/{kind}/{subject}/list"
}

/// Dossiers: the numbered list, and the bundle; for HR and legal only, and each reading is recorded.
struct DossierAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.dossier, .people, answer: bundle),
            Endpoint(.get, Site.dossierList, .people, answer: list),
        ]
    }

    private func subject(_ call: Call) throws -> Subject {
        Subject(kind: .init(rawValue: try call.parameter("kind")), id: try call.parameter("subject"))
    }

    private func bundle(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        let (name, bundle) = try await services.people.dossiers.bundle(about: try subject(call), by: actor)
        var reply = Reply.file(bundle.bytes, type: "application/vnd.etsi.asic-e+zip", name: name)
        if bundle.timestampFault != nil { reply.headers.append(("Songda-Timestamp", "awaiting")) }
        return reply
    }

    private func list(_ call: Call) async throws -> Reply {
        let actor = try await services.actor(call)
        return .json(try await services.people.dossiers.list(about: try subject(call), by: actor).json)
    }
}
