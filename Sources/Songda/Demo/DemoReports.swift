import Evidence
import Foundation
import Notices

/// Looks at what came back, as a caller of the API sees it.
struct DemoReports: Sendable {
    let client: Client

    /// Waits until every mail and text of these notices was reported delivered; a minute is plenty.
    func waitUntilReported(_ ids: [String]) async throws {
        let bar = ProgressBar()
        for _ in 0..<300 {
            var done = 0
            for id in ids {
                let deliveries = try await client.json("GET", "/v1/notices/\(id)/deliveries")["items"]?.array ?? []
                let isDone =
                    deliveries.count >= 3
                    && deliveries.allSatisfy {
                        ["available", "delivered", "opened", "acknowledged"].contains($0["state"]?.string ?? "")
                    }
                if isDone { done += 1 }
            }
            bar.update(done, of: ids.count, "   delivered")
            if done == ids.count { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw Failure("not every delivery was reported within a minute; see `songda show`")
    }

    /// Waits until a timestamp covers everything that has a place in the log.
    func waitForTimestamps(_ application: Application, _ ids: [String]) async throws {
        for _ in 0..<100 {
            let waiting = try await application.log.stagedEntries(limit: 1).count
            let newest = try await application.log.latestCheckpoint()?.size ?? 0
            let stamped = try await application.log.latestTimestampedCheckpoint()?.size ?? 0
            if waiting == 0, newest == stamped { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure("the timestamps did not come within ten seconds")
    }

    /// Prints the time lines.
    func print(_ ids: [String]) async throws {
        for id in ids {
            let notice = try await client.json("GET", "/v1/notices/\(id)")
            let timeline = try await client.json("GET", "/v1/notices/\(id)/timeline")["timeline"] ?? .null
            Swift.print("\n\(notice["number"]?.string ?? "")  \(notice["kind"]?.string ?? "")")
            for item in timeline["items"]?.array ?? [] {
                let parts = ["happenedAt", "event", "clock"].map { item[$0]?.string ?? "" }
                Swift.print("   \(parts[0])  \(parts[1])  [\(parts[2])]")
            }
        }
    }

    /// The link in one of the mails to clients: decoded from its base64 part.
    static func link(in mails: [[UInt8]], server: String) -> String? {
        for mail in mails {
            let text = String(decoding: mail, as: UTF8.self)
            guard text.contains("@client.example") else { continue }
            for part in text.components(separatedBy: "\r\n\r\n") {
                let body = part.components(separatedBy: "\r\n--")[0].filter { !$0.isNewline }
                guard let decoded = Base64.decode(body).map({ String(decoding: $0, as: UTF8.self) }),
                    let start = decoded.range(of: "\(server)/n/")
                else { continue }
                let link = decoded[start.lowerBound...].prefix {
                    !$0.isWhitespace && $0 != ">" && $0 != "\"" && $0 != "<"
                }
                return String(link)
            }
        }
        return nil
    }
}

/// Programs of the machine.
enum Tool {
    /// Runs one and returns its exit code and output; both streams together.
    static func run(_ name: String, _ arguments: [String], in directory: String? = nil) throws -> (
        code: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
