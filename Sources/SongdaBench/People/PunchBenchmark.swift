import Foundation

/// P14 for punches: a file of them through the product's own import, beside `sqlite3 .import` of the same file.
struct PunchBenchmark: Benchmark {
    let count: Int
    let id = "P14 punches"
    let unit = "rows/s"
    let goal = 0.15

    var method: String {
        "\(count) punches by time, \(PunchFile.each) of each of \(PunchFile(count: count).people) people who are on the "
            + "roster; each is stored once however often it comes, first and last of the day are kept, and whoever has new "
            + "data is marked for the rules; baseline: `sqlite3 .import --csv` of the same file into one table with the same "
            + "key, nothing checked, WAL and synchronous=FULL."
    }

    func checkDurability(_ bench: Workbench) throws -> String {
        let small = PunchBenchmark(count: 4_000)
        return try bench.withDirectory { try bench.durability(try small.arguments($0)) }
    }

    func baseline(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { directory in
            try PunchFile(count: count).write(to: directory + "/punches.csv")
            return try SQLiteImport.leg(
                file: directory + "/punches.csv", directory: directory, count: count,
                table: "punches (employee TEXT, at TEXT, source TEXT, PRIMARY KEY (employee, at, source)) WITHOUT ROWID"
            )
        }
    }

    func ours(_ bench: Workbench) throws -> Leg {
        try bench.withDirectory { try bench.leg(try arguments($0)) }
    }

    private func arguments(_ directory: String) throws -> [String] {
        let file = directory + "/punches.csv"
        try PunchFile(count: count).write(to: file)
        return ["punches", "--directory", directory, "--count", "\(count)", "--file", file]
    }
}
