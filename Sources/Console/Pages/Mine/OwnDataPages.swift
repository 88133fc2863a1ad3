import Evidence
import Hummingbird
import Notices
import People

/// A copy of what is held about whoever has signed in.
struct OwnDataPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        let own = Endpoint.Access.session([.inbox, .staff])
        return [
            Endpoint(.get, Site.ownData, own, bodyLimit: 0, style: .page, answer: show),
            Endpoint(.post, Site.ownData, own, bodyLimit: 4096, style: .page, answer: take),
        ]
    }

    struct OwnDataPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let action: String
    }

    private func show(_ call: Call) async throws -> Reply {
        _ = try call.query(["lang"])
        let make = PageMaker(call, templates)
        let frame = make.frame(make.word("own"))
        return make.reply("own-data", OwnDataPage(frame: frame, w: frame.w, action: Site.ownData))
    }

    /// By POST: that somebody took a copy is an entry of its own.
    private func take(_ call: Call) async throws -> Reply {
        let copy = try await services.people.ownData.copy(for: try await services.signedInActor(call))
        return .file(copy.canonicalBytes, type: "application/json", name: "own-data.json")
    }
}

extension Site {
    /// A copy of what is held about whoever has signed in.
    public static let ownData = "/own-data"
}
