import Evidence
import Foundation
import Mustache
import Notices

/// The pages' templates and their style sheet, read and checked once at start.
struct PageTemplates: Sendable {
    /// Why the server cannot start with these templates.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// The one template that may write HTML as it is: the document that the sandboxed frame shows.
    private static let frame = "frame"
    /// The words of the console, in both languages.
    let words: ConsoleWords
    /// The built-in manuals.
    let help: [Manual]
    private let library: MustacheLibrary
    /// The style sheet's bytes.
    let style: [UInt8]
    /// Its name, which changes with its bytes.
    let styleName: String
    /// The script of the player of courses.
    let script: [UInt8]
    /// Its name, likewise.
    let scriptName: String
    /// The icon's bytes.
    let icon: [UInt8]
    /// Its name, likewise.
    let iconName: String
    /// What stands at the head of every page in a rehearsal.
    private let rehearsal: String?

    /// Reads every template of the directory `templates/console`; in a rehearsal every page says so.
    init(directory: String, isRehearsal: Bool = false) throws {
        rehearsal = isRehearsal ? RehearsalMark.line : nil
        MustacheContentTypes.register(HTMLText(), named: HTMLText.name)
        var templates: [String: MustacheTemplate] = [:]
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let names = files.filter { $0.hasSuffix(".mustache") }.map { String($0.dropLast(9)) }.sorted()
        guard !names.isEmpty else {
            throw Fault(description: "\(directory) holds no templates; set the directory of the console's templates")
        }
        var sources: [String: String] = [:]
        for name in names {
            let file = "\(directory)/\(name).mustache"
            guard let data = FileManager.default.contents(atPath: file),
                let text = String(validating: data, as: UTF8.self)
            else {
                throw Fault(
                    description: "\(file) is missing or not UTF-8; set the directory of the console's templates")
            }
            try Self.check(text, file: file, isFrame: name == Self.frame)
            sources[file] = text
            do { templates[name] = try MustacheTemplate(string: text) } catch {
                throw Fault(description: "\(file) is not a template: \(error)")
            }
        }
        guard let style = FileManager.default.contents(atPath: "\(directory)/assets/console.css") else {
            throw Fault(description: "\(directory)/assets/console.css is missing")
        }
        guard let icon = FileManager.default.contents(atPath: "\(directory)/assets/icon.svg") else {
            throw Fault(description: "\(directory)/assets/icon.svg is missing")
        }
        guard let script = FileManager.default.contents(atPath: "\(directory)/assets/course.js") else {
            throw Fault(description: "\(directory)/assets/course.js is missing")
        }
        self.script = Array(script)
        scriptName = "course.\(SHA256.hash(self.script).hex.prefix(16)).js"
        self.icon = Array(icon)
        iconName = "icon.\(SHA256.hash(self.icon).hex.prefix(16)).svg"
        words = try ConsoleWords(directory: directory)
        try words.check(sources)
        help = try Manual.all(in: "\(directory)/help")
        library = MustacheLibrary(templates: templates)
        self.style = Array(style)
        styleName = "console.\(SHA256.hash(self.style).hex.prefix(16)).css"
        try proveEscaping()
    }

    /// Partials begin with the library's own escaper again, so each file has to name ours; and nothing may switch it off.
    private static func check(_ text: String, file: String, isFrame: Bool) throws {
        guard text.hasPrefix("{{% CONTENT_TYPE:\(HTMLText.name)}}\n") else {
            throw Fault(description: "\(file) must begin with {{% CONTENT_TYPE:\(HTMLText.name)}} on a line of its own")
        }
        guard !text.contains("{{="), !text.contains("{{&"), isFrame || !text.contains("{{{"),
            text.components(separatedBy: "{{%").count == 2
        else {
            throw Fault(
                description:
                    "\(file) writes a value as it is or changes delimiters; only {{value}} and sections are allowed")
        }
    }

    /// The library keeps escapers in a table of the process: what counts is that ours is the one in use.
    private func proveEscaping() throws {
        let probe = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(HTMLText.name)}}\n{{x}}").render(
            ["x": "\"\u{301}<"])
        guard probe.unicodeScalars.elementsEqual("&#34;\u{301}&#60;".unicodeScalars) else {
            throw Fault(description: "another escaper was registered as \(HTMLText.name)")
        }
    }

    /// Fills a template.
    func render(_ name: String, _ page: some Sendable) -> String {
        guard let text = library.render(page, withTemplate: name) else {
            preconditionFailure("template \(name) was read at start")
        }
        return text
    }

    /// The head that every page shares.
    func head(_ title: String, _ language: PageLanguage) -> PageHead {
        PageHead(
            language: language.rawValue, title: title, stylesheet: Site.asset(styleName), icon: Site.asset(iconName),
            rehearsal: rehearsal)
    }

    /// A page that says why something was refused.
    func refusal(_ problem: Problem, language: PageLanguage, saysWhy: Bool = false) -> Reply {
        let words = language.words
        let (title, text) = words.refusal(problem)
        let said = problem.words.flatMap { Phrasebook(self.words, language).text($0) }
        let why = saysWhy && problem.incident == nil ? said ?? problem.detail : nil
        // A detail that is in another language than the page helps those who ask about it, and does not replace the sentence.
        let isForeign = language == .chinese && why?.isChinese != true
        let page = RefusalPage(
            head: head(title, language), title: title, text: why == nil || isForeign ? text : nil, why: why,
            home: saysWhy ? Site.home : nil,
            homeLabel: self.words.word("home", language), incident: problem.incident, incidentLabel: words.incident)
        var reply = Reply.page(render("refusal", page), status: problem.status)
        reply.headers = problem.headers
        return reply
    }
}

/// What stands in the head of every page.
struct PageHead: Sendable {
    let language: String
    let title: String
    let stylesheet: String
    let icon: String
    /// The mark of a rehearsal; nil when the server serves for real.
    let rehearsal: String?
}

/// A refusal.
struct RefusalPage: Sendable {
    let head: PageHead
    let title: String
    let text: String?
    /// The sentence of the refusal.
    let why: String?
    /// The way back.
    let home: String?
    let homeLabel: String
    let incident: String?
    let incidentLabel: String
}
