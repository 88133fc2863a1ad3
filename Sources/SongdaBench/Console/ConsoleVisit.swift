import Foundation
import Glibc

/// Somebody at the console of one server, with some of the notices that it has.
struct ConsoleVisit {
    static let rounds = 200
    /// The first ones prepare statements and fill caches.
    private static let untimed = 5

    let port: Int
    let cookie: String
    let notices: [Known]
    /// How many there are to search for.
    let people: Int

    /// A notice that is on record.
    struct Known {
        let id: String
        let number: String
        let contentHash: String
        let state: String
    }

    /// Milliseconds that one page took, each time it was asked for, ascending.
    struct Times {
        let name: String
        var times: [Double]
        func quantile(_ perMille: Int) -> Double { Report.quantile(perMille, of: times) }
    }

    /// Asks for ten pages, one after the other.
    func pages() throws -> [Times] {
        let list = { (query: String) in { (_: Int) in ("/notices" + query, "SD-") } }
        return try [
            ("home", { _ in ("/", "</html>") }),
            ("notices", list("")),
            ("notices in a state", list("?state=\(one(0).state)")),
            ("notices of a kind", list("?kind=\(BenchTemplate.served)")),
            ("notices further down", { ("/notices?cursor=" + one($0).id, "</html>") }),
            ("a notice", { ("/notices/" + one($0).id, one($0).number) }),
            ("kinds to issue", { _ in ("/issue", BenchTemplate.served) }),
            ("form of a kind", { _ in ("/issue/" + BenchTemplate.served, "newContact") }),
            ("templates", { _ in ("/templates", BenchTemplate.served) }),
            ("batches", { _ in ("/batches", "</html>") }),
        ].map { (name: String, page: (Int) -> (String, String)) in
            let times = try (0..<(Self.rounds + Self.untimed)).map { round in
                let (path, shows) = page(round)
                return try time(path, shows: shows)
            }
            return Times(name: name, times: times.dropFirst(Self.untimed).sorted())
        }
    }

    /// Searches on several servers in turn, so that whatever else the machine does meets all of them.
    static func searches(on sides: [ConsoleVisit]) throws -> [[Times]] {
        let searches: [(String, (ConsoleVisit, Int) -> String)] = [
            ("search by number", { $0.one($1).number }), ("search by hash", { $0.one($1).contentHash }),
            ("search by name", { Preloader.person($0.person($1)).name }),
            ("search by mailbox", { "staff\($0.person($1))@example.com" }),
        ]
        var found = sides.map { _ in [Times]() }
        for (name, what) in searches {
            var times = sides.map { _ in [Double]() }
            // Everything is asked for twice: a large store is otherwise read from the disk, and the small one never is.
            for pass in 0..<2 {
                for round in 0..<rounds {
                    for (index, side) in sides.enumerated() {
                        // Whatever was asked for, at least one notice must be among what was found.
                        let time = try side.time("/search?q=" + escaped(what(side, round)), shows: "SD-")
                        if pass > 0 { times[index].append(time) }
                    }
                }
            }
            for index in sides.indices { found[index].append(Times(name: name, times: times[index].sorted())) }
        }
        return found
    }

    private func one(_ round: Int) -> Known { notices[round * 7 % notices.count] }

    private func person(_ round: Int) -> Int { (round &* 7_919 &+ 13) % people }

    /// Milliseconds until the whole answer was there, which must be 200 and show something.
    private func time(_ path: String, shows: String) throws -> Double {
        let start = ContinuousClock.now
        let answer = LoopbackHTTP.send("GET", path, port: port, cookie: cookie) ?? ""
        let time = (ContinuousClock.now - start).inSeconds * 1e3
        guard answer.hasPrefix("HTTP/1.1 200"), answer.contains(shows) else {
            throw BenchError("\(path) does not show \(shows): \(answer.prefix(200))")
        }
        return time
    }

    /// Bytes of the home page and of what its links and scripts name, each compressed; 0 if it names nothing.
    func firstLoad() throws -> Int {
        let home = try body("/")
        // Slashes in values are escaped too.
        let names = home.replacing("&#47;", with: "/").split(separator: "\"").filter { $0.hasPrefix("/assets/") }
        guard !names.isEmpty else { return 0 }
        return try ([home] + Set(names).map { try body(String($0)) }).reduce(0) { try $0 + Self.compressed($1) }
    }

    private func body(_ path: String) throws -> String {
        let answer = LoopbackHTTP.send("GET", path, port: port, cookie: cookie) ?? ""
        guard answer.hasPrefix("HTTP/1.1 200"), let start = answer.range(of: "\r\n\r\n") else {
            throw BenchError("\(path) was answered with \(answer.prefix(200))")
        }
        return String(answer[start.upperBound...])
    }

    private static func compressed(_ text: String) throws -> Int {
        let file = NSTemporaryDirectory() + "songda-bench-\(getpid()).txt"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        defer { unlink(file) }
        guard let gzip = ChildProcess.find("gzip") else { throw BenchError("gzip is not there; apt install gzip") }
        let packed = try ChildProcess.run(["/bin/sh", "-c", "\"$0\" -c \"$1\" | wc -c", gzip, file])
        guard let count = Int(packed.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw BenchError("gzip of a page gave \(packed.prefix(100))")
        }
        return count
    }

    /// Every byte but the letters and digits of ASCII as %XX.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            return scalar.isASCII && scalar.properties.isAlphabetic || (0x30...0x39).contains(byte)
                ? String(scalar) : String(format: "%%%02X", byte)
        }.joined()
    }
}
