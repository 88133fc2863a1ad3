import Evidence
import Foundation
import TestSupport
import Testing

/// A sender of many notices that repeats each request, under its key, until it is acknowledged.
struct Load: Sendable {
    let caller: Caller
    let people: [String]

    /// Issues so many alerts, a few at once, and returns the ids that were acknowledged: all of them.
    func issue(_ count: Int, named name: String, pace: Duration = .milliseconds(80)) async throws -> [String] {
        try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var ids: [String] = []
                    for index in stride(from: worker, to: count, by: 4) {
                        ids.append(try await acknowledged(people[index % people.count], key: "\(name)-\(index)"))
                        try await Task.sleep(for: pace)
                    }
                    return ids
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func acknowledged(_ person: String, key: String) async throws -> String {
        let end = ContinuousClock.now + .seconds(120)
        while true {
            do {
                let answer = try await caller.send("POST", "/v1/notices", Requests.alert(to: person), key: key)
                if answer.status == 202 {
                    return try #require(try JSONValue(parsing: answer.body)["id"]?.string)
                }
                guard answer.status >= 500 || answer.status == 409, ContinuousClock.now < end else {
                    throw TestSupportError("\(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
                }
            } catch let fault as TestSupportError {
                throw fault
            } catch {
                // Nobody listens, or the answer was lost: exactly what the key is for.
                guard ContinuousClock.now < end else { throw error }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// The contract of GOALS.md, checked from outside: what was acknowledged, what a peer has, what the evidence says.
struct Invariants: Sendable {
    let caller: Caller
    /// The messages that the mail server took.
    let taken: [[UInt8]]

    /// What was counted.
    struct Tally: Sendable {
        var copies = 0
        var unknowns = 0
        var duplicates: Int { copies - notices }
        var notices = 0
    }

    /// I1 no loss, I2 no effect without evidence, I3 duplicates bounded, recorded and identical, I6 no phantom.
    @discardableResult
    func check(_ notices: [String]) async throws -> Tally {
        let byID = Dictionary(grouping: taken) { Self.messageID(of: $0) }
        var tally = Tally()
        var known: Set<String> = []
        for notice in notices {
            let items = try await caller.timeline(of: notice)
            let state = try await caller.state(of: notice)
            func facts(_ event: String) -> [JSONValue] {
                items.filter { $0["event"]?.string == event && $0["facts"]?["route"] != nil }.map {
                    $0["facts"] ?? .null
                }
            }
            let started = facts("AttemptStarted")
            let unknowns = facts("OutcomeUnknown").count
            let accepted = facts("AttemptAccepted").count
            let keys = Set(started.compactMap { $0["messageKey"]?.string })
            #expect(keys.count == 1, "\(notice): every attempt carries one and the same Message-ID")
            let copies = keys.flatMap { key in byID.filter { $0.key.hasPrefix(key + "@") }.flatMap(\.value) }
            known.formUnion(copies.map { Self.messageID(of: $0) })
            #expect(state == "accepted", "\(notice) is \(state ?? "nowhere")")
            #expect(accepted == 1, "\(notice) was accepted \(accepted) times")
            #expect(copies.count >= accepted, "\(notice) is said to be accepted, and the server has no copy")
            #expect(copies.count <= started.count, "\(notice) left \(copies.count) times, begun \(started.count)")
            #expect(
                copies.count - 1 <= unknowns, "\(notice) has \(copies.count) copies and \(unknowns) unknown outcomes")
            #expect(Set(copies).count <= 1, "the copies of \(notice) differ")
            tally.copies += copies.count
            tally.unknowns += unknowns
            tally.notices += 1
        }
        let strangers = Set(byID.keys).subtracting(known)
        #expect(strangers.isEmpty, "the server has messages nobody acknowledged: \(strangers)")
        return tally
    }

    /// The Message-ID of a message, without its brackets.
    static func messageID(of message: [UInt8]) -> String {
        let head = String(decoding: message.prefix(8192), as: UTF8.self)
        let line = head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("message-id:") } ?? ""
        return line.dropFirst("message-id:".count).trimmingCharacters(in: CharacterSet(charactersIn: " <>"))
    }
}

extension Caller {
    /// The number of mail deliveries in these states, as monitoring sees it.
    func mails(_ states: String...) async throws -> Int {
        let text = String(decoding: try await send("GET", "/metrics").body, as: UTF8.self)
        return text.split(separator: "\n").reduce(0) { sum, line in
            let isOne = states.contains { line.hasPrefix("songda_deliveries{channel=\"email\",state=\"\($0)\"}") }
            return isOne ? sum + (line.split(separator: " ").last.flatMap { Int($0) } ?? 0) : sum
        }
    }

    /// Waits until nothing is under way and so many mails are accepted or unknown.
    func waitUntilSettled(_ count: Int) async throws {
        try await eventually("\(count) mails to have an outcome", within: .seconds(120)) {
            guard try await mails("queued", "attempting", "deferred") == 0 else { return false }
            return try await mails("accepted", "unknown", "delivered", "relayed") >= count
        }
    }
}

extension ScriptedPeer {
    /// How many messages came, without reading them all; a lone dot ends a refused transaction and is none.
    var messageCount: Int {
        process.text(of: "events").split(separator: "\n").count {
            $0.contains("\"kind\": \"message\"") && !$0.contains("\"text\": \".\\r\\n\"")
        }
    }

    /// The messages that came, in order.
    var letters: [[UInt8]] { messages.filter { $0 != Array(".\r\n".utf8) } }

    /// Waits until at least so many messages came.
    func wait(forMessages count: Int, within limit: Duration = .seconds(60)) async throws {
        try await eventually("\(count) messages at the peer", within: limit) { messageCount >= count }
    }
}
