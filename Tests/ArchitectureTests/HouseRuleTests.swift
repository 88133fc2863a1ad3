import Foundation
import Testing

/// Rules of the house that a machine can see.
@Suite struct HouseRuleTests {
    /// The pattern, what is wrong with it, and the files in which it has its place.
    static let forbidden: [(pattern: String, why: String, except: [String])] = [
        (#"(?<![A-Za-z.])Task\s*(\([^)]*\))?\s*\{"#, "unstructured task", []),
        (#"Task\.(detached|immediate)"#, "unstructured task", []),
        (#"DispatchSemaphore|DispatchQueue"#, "semaphore or queue beside structured concurrency", []),
        (#"\btry!"#, "try!", []),
        (#"\bas!"#, "as!", []),
        (#"\bfatalError\("#, "fatalError: say preconditionFailure and why", []),
        // The bench stamps its reports; the sandbox stands for servers with clocks of their own.
        (
            #"\bDate\(\)|Date\.now|CLOCK_REALTIME|gettimeofday|(?<![A-Za-z_.])time\(nil\)"#,
            "only the system clock tells the time",
            ["Evidence/Time/SystemClock.swift", "SongdaBench/", "Sandbox/SandboxTime.swift"]
        ),
        (
            #"^\s*print\("#, "print: a log line or a report",
            ["Songda/", "SongdaVerify/", "SongdaBench/", "Sandbox/SandboxTime.swift"]
        ),
        (#"^import (UIKit|AppKit|Darwin)"#, "this is a Linux program", []),
    ]

    @Test(arguments: forbidden.indices) func `what the house does without is nowhere`(_ index: Int) throws {
        let rule = Self.forbidden[index]
        let pattern = try NSRegularExpression(pattern: rule.pattern, options: .anchorsMatchLines)
        for file in try SourceTree.swiftFiles() where !rule.except.contains(where: { file.path.hasPrefix($0) }) {
            // Once over the whole file, which is quick; line by line only where there is something.
            guard file.matches(pattern) else { continue }
            for (number, text) in file.code {
                let range = NSRange(text.startIndex..., in: text)
                if pattern.firstMatch(in: text, range: range) != nil {
                    Issue.record("\(rule.why): \(file.path):\(number): \(text)")
                }
            }
        }
    }

    @Test func `the vocabulary of evidence is what the product writes`() throws {
        let declaration = try NSRegularExpression(pattern: #"static let (\w+) = EvidenceEvent\("#)
        var declared: [String] = []
        var used: Set<String> = []
        for file in try SourceTree.swiftFiles() where file.target != "TestSupport" {
            for (_, text) in file.code {
                let whole = NSRange(text.startIndex..., in: text)
                if let found = declaration.firstMatch(in: text, range: whole),
                    let name = Range(found.range(at: 1), in: text)
                {
                    declared.append(String(text[name]))
                } else if !text.contains(".rawValue: \"") {
                    // The table of ETSI names is no use.
                    used.formUnion(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
                }
            }
        }
        #expect(declared.count > 60)
        #expect(declared.filter { !used.contains($0) } == [], "declared, and written nowhere")
    }

    /// Of our own keys, accounts, readings and web hooks nobody outside is told; intents and lost leases tell of nothing yet.
    static let untold: Set<String> = [
        "groundsStated", "evidenceRead", "attemptStarted", "attemptFenced", "apiKeyIssued", "apiKeyRevoked",
        "keyRotated",
        "dataKeysRewrapped", "teamAddressListed", "teamAddressRemoved", "webhookAdded", "webhookRotated",
        "webhookDisabled", "webhookEnabled", "webhookResent", "accountAdded", "accountDisabled", "signedIn",
        "signInRefused", "sessionsEnded", "identityLinked", "identityUnlinked",
        "dossierRead",
        "ownDataTaken", "fileRead", "rosterExported", "snippetsViewed", "agreementCodeSent",
        "logLossAccepted",
    ]

    @Test func `S-125 every event has its place in what web hooks may be told of, or is kept from them on purpose`()
        throws
    {
        let declaration = try NSRegularExpression(pattern: #"static let (\w+) = EvidenceEvent\("#)
        var (declared, told): (Set<String>, [String]) = ([], [])
        for file in try SourceTree.swiftFiles() {
            for (_, text) in file.code {
                let whole = NSRange(text.startIndex..., in: text)
                if let found = declaration.firstMatch(in: text, range: whole),
                    let name = Range(found.range(at: 1), in: text)
                {
                    declared.insert(String(text[name]))
                } else if file.path.hasSuffix("WebhookEvents.swift")
                    || file.path.hasSuffix("WebhookEvents+people.swift")
                {
                    told += text.split { $0 == "," || $0 == "[" || $0 == "]" || $0 == " " }
                        .filter { $0.hasPrefix(".") }.map { String($0.dropFirst()) }
                }
            }
        }
        let names = told.filter(declared.contains)
        #expect(declared.count > 150)
        #expect(Set(names).count == names.count, "an event has one subject")
        #expect(
            declared.subtracting(names).subtracting(Self.untold).sorted() == [], "name a subject, or keep it back here")
        #expect(Self.untold.intersection(names).sorted() == [] && Self.untold.subtracting(declared).sorted() == [])
    }

    @Test func `whoever vouches for thread safety says why`() throws {
        for file in try SourceTree.swiftFiles() {
            for (number, text) in file.code
            where text.contains("@unchecked Sendable") || text.contains("nonisolated(unsafe)") {
                let around = file.lines[max(0, number - 6)..<number].joined(separator: "\n")
                #expect(around.contains("//"), "\(file.path):\(number) gives no reason")
            }
        }
    }

    @Test func `a file fits a few screens`() throws {
        // Tables are excepted: the schema is written out in both dialects.
        for file in try SourceTree.swiftFiles() where !file.path.hasPrefix("Store/Migrations/") {
            #expect(file.lines.count <= 401, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func `no tracked file names a place on somebody's machine`() throws {
        // Put together here, so that this file does not name one either.
        let places = ["work", "home", "root", "Users"].map { "/\($0)/" }
        let pattern = try NSRegularExpression(
            pattern: "(?<![A-Za-z0-9_.$})-])(" + places.joined(separator: "|") + ")[A-Za-z]")
        for path in try SourceTree.trackedFiles() {
            guard let data = FileManager.default.contents(atPath: "\(SourceTree.root)/\(path)"),
                let text = String(validating: data, as: UTF8.self)
            else { continue }
            guard pattern.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil else { continue }
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let line = String(line)
                let match = pattern.firstMatch(in: line, range: NSRange(line.startIndex..., in: line))
                if match != nil { Issue.record("\(path):\(index + 1): \(line.prefix(120))") }
            }
        }
    }

    @Test func `no tracked file holds a private key`() throws {
        let mark = "PRIVATE" + " KEY-----\n"
        for path in try SourceTree.trackedFiles() {
            guard let data = FileManager.default.contents(atPath: "\(SourceTree.root)/\(path)"),
                let text = String(validating: data, as: UTF8.self), !path.hasPrefix("Tests/")
            else { continue }
            #expect(!text.contains("-----BEGIN " + mark) && !text.contains("-----BEGIN EC " + mark), "\(path)")
        }
    }
}
