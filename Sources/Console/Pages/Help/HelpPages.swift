import Evidence
import Foundation
import Hummingbird

/// The built-in manuals, one a role, in both languages; anybody may read them.
struct HelpPages: Sendable {
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.help, .open, bodyLimit: 0, style: .page) { call in
                _ = try call.query(["lang"])
                return page(call, templates.help.first)
            },
            Endpoint(.get, Site.helpTopic, .open, bodyLimit: 0, style: .page) { call in
                _ = try call.query(["lang"])
                let name = try call.parameter("topic")
                guard let manual = templates.help.first(where: { $0.id == name }) else {
                    throw Problem.notFound("there is no manual \"\(shortened(name))\"")
                }
                return page(call, manual)
            },
        ]
    }

    struct HelpPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let topics: [Frame.Link]
        let sections: [Section]

        struct Section: Sendable {
            let id: String
            let title: String
            let paragraphs: [String]
            let steps: [String]
            let hasSteps: Bool
        }
    }

    private func page(_ call: Call, _ manual: Manual?) -> Reply {
        let make = PageMaker(call, templates)
        let frame = make.frame(manual.map { make.text($0.title) } ?? make.word("help"))
        return make.reply(
            "help",
            HelpPage(
                frame: frame, w: frame.w,
                topics: templates.help.map {
                    Frame.Link(
                        href: Site.helpTopic.replacing("{topic}", with: $0.id), label: make.text($0.title),
                        isCurrent: $0.id == manual?.id)
                },
                sections: (manual?.sections ?? []).enumerated().map { index, section in
                    HelpPage.Section(
                        id: "s\(index + 1)", title: make.text(section.title),
                        paragraphs: section.paragraphs.map { make.text($0) },
                        steps: section.steps.map { make.text($0) },
                        hasSteps: !section.steps.isEmpty)
                }))
    }
}

extension Site {
    /// The manuals.
    public static let help = "/help"
    /// One of them.
    public static let helpTopic = "/help/{topic}"
}
