import Foundation

/// P14: a file of staff through the product's own import, beside `sqlite3 .import` of the same file.
struct RosterBenchmark: Benchmark {
    let count: Int
    let id = "P14"
    let unit = "rows/s"
    let goal = 0.15

    var method: String {
        "\(count) members of staff, one row in 20 wrong in one of 8 ways, numbers compared with the file and the roster; "
            + "each person gets a key of their own, name and addresses are sealed under it, an entry every 400 people; "
            + "baseline: `sqlite3 .import --csv` of the same file into one table with the number as primary key, nothing "
            + "checked, WAL and synchronous=FULL."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        let small = RosterBenchmark(count: 4_000)
        return try bench.withDirectory { try bench.durability(try small.arguments($0)) }
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { directory in
            try StaffFile(count: count).write(to: directory + "/staff.csv")
            return try SQLiteImport.leg(
                file: directory + "/staff.csv", directory: directory, count: count,
                table: "staff (number TEXT PRIMARY KEY, name, unit, position, hired, email, phone)")
        }
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { try bench.leg(try arguments($0)) }
    }

    private func arguments(_ directory: String) throws -> [String] {
        let file = directory + "/staff.csv"
        try StaffFile(count: count).write(to: file)
        return ["roster", "--directory", directory, "--count", "\(count)", "--file", file]
    }
}

/// `sqlite3 .import` of a file.
enum SQLiteImport {
    /// Into a fresh table; timed from the start of the program to its end.
    static func leg(file: String, directory: String, count: Int, table: String) throws -> Leg {
        guard let sqlite = ChildProcess.find("sqlite3") else {
            throw BenchError("sqlite3 is not there; apt install sqlite3")
        }
        let database = directory + "/baseline.db"
        _ = try ChildProcess.run([sqlite, database, "PRAGMA journal_mode=WAL", "CREATE TABLE \(table)"])
        let name = table.prefix { $0 != " " }
        let start = ContinuousClock.now
        // What the key refuses is said on standard error and skipped; that is no failure of the baseline.
        let child = try ChildProcess([
            sqlite, database, "PRAGMA synchronous=FULL", ".import --csv --skip 1 \(file) \(name)",
        ])
        _ = child.wait()
        let seconds = (ContinuousClock.now - start).inSeconds
        let stored = try RawSQLite.integer("SELECT count(*) FROM \(name)", in: database)
        // One repeated number in 160 rows.
        let isWhole = stored >= count - count / 100 && stored <= count
        return Leg(
            seconds: seconds, units: count, facts: ["rows": Double(stored)],
            fault: isWhole ? nil : "the baseline stored \(stored) of \(count)")
    }
}
