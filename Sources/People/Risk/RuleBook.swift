import Evidence
import Foundation
import Notices

/// The rules and calendars in force, read again whenever their files change.
///
/// The store keeps every version that was ever in force; the highest counts. A file with a fault changes nothing: the
/// version before stays in force, and ``rejection()`` says why.
public actor RuleBook {
    /// Where the files are.
    public struct Files: Sendable {
        /// The rules.
        public var rules: String
        /// The directory of calendars.
        public var calendars: String

        /// Names the files.
        public init(rules: String, calendars: String) {
            self.rules = rules
            self.calendars = calendars
        }
    }

    private let files: Files
    private let store: any RiskStore
    private let acts: ActRecorder
    private let clock: any WallClock
    private var current: RiskRules?
    private var seen: Digest?
    private var fault: String?
    private var knownCalendars: WorkCalendars?
    private var calendarTexts: [String: [UInt8]] = [:]
    private var calendarFault: String?

    init(files: Files, store: any RiskStore, acts: ActRecorder, clock: any WallClock) {
        self.files = files
        self.store = store
        self.acts = acts
        self.clock = clock
    }

    /// The rules in force at this moment.
    public func rules() async throws -> RiskRules {
        try await takeFile()
        if let newest = try await store.newestRules(), newest.version != current?.version {
            current = try RiskRules(yaml: newest.text, file: "version \(newest.version)")
        }
        guard let current else {
            throw PeopleError(.unavailable, "no risk rules are in force: \(fault ?? "there is no file")")
        }
        return current
    }

    /// Why the newest file was refused; nil when it is in force.
    public func rejection() -> String? { fault ?? calendarFault }

    /// The calendars that are known; a directory with a fault leaves those that were known before.
    public func calendars() throws -> WorkCalendars {
        do {
            let texts = try WorkCalendars.texts(in: files.calendars)
            // Asked for every few hundred people; the same files are not understood anew each time.
            if let knownCalendars, texts == calendarTexts, calendarFault == nil { return knownCalendars }
            let read = try WorkCalendars.calendars(texts)
            (knownCalendars, calendarTexts) = (read, texts)
            calendarFault = nil
            return read
        } catch {
            guard let knownCalendars else { throw error }
            calendarFault = "\(error)"
            return knownCalendars
        }
    }

    /// Applies a text if it is higher than what is in force; a fault is thrown and nothing changes (S-22).
    public func apply(_ text: String, by actor: Actor) async throws -> RiskRules {
        try AccessPolicy.require(.configureRules, actor)
        do {
            return try await take(text, file: "rules", by: actor)
        } catch let fault as SourceFault {
            throw PeopleError(.invalid, "the rules were not changed: \(fault)")
        }
    }

    private func takeFile() async throws {
        guard let data = FileManager.default.contents(atPath: files.rules) else {
            fault = "\(files.rules) cannot be read; the version in force stays"
            return
        }
        let bytes = [UInt8](data)
        let digest = SHA256.hash(bytes)
        guard digest != seen else { return }
        do {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw SourceFault(file: files.rules, line: 1, column: 1, reason: "is not UTF-8; save it as UTF-8")
            }
            _ = try await take(text, file: files.rules, by: .songda)
            fault = nil
        } catch let error where error is SourceFault || error is PeopleError {
            let sentence = "\(error); the version in force stays"
            fault = sentence
            try await store.record([
                try acts.act(
                    .riskRulesRefused, by: .songda, about: [Subject(kind: .riskRules, id: digest.hex)],
                    ["reason": .string(sentence)])
            ])
        }
        seen = digest
    }

    private func take(_ text: String, file: String, by actor: Actor) async throws -> RiskRules {
        let read = try RiskRules(yaml: text, file: file)
        if let newest = try await store.newestRules() {
            if newest.version == read.version, newest.hash == read.hash.hex { return read }
            guard read.version > newest.version else {
                throw PeopleError(
                    .conflict,
                    "version: \(read.version) is not above \(newest.version), which is in force with other words; raise it"
                )
            }
        }
        let act = try acts.act(
            .riskRulesApplied, by: actor, about: [Subject(kind: .riskRules, id: String(read.version))],
            ["version": .integer(Int64(read.version)), "hash": .string(read.hash.hex)])
        guard try await store.apply(read, at: clock.now, acts: [act]) else {
            throw PeopleError(.conflict, "version: \(read.version) was applied by somebody else meanwhile; look again")
        }
        current = read
        return read
    }
}
