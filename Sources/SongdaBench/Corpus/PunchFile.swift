import Evidence
import Foundation
import Notices

/// A file of punches as clocks report them: by time, two a day for everybody, over as many days as it takes.
struct PunchFile {
    static let columns = "employee,at,source"
    /// Punches of one person.
    static let each = 10

    let count: Int

    /// How many people punch.
    var people: Int { max(1, count / Self.each) }

    /// Writes the file, a megabyte at a time; the last day is the day before yesterday.
    ///
    /// - Parameter rows: only so many from the beginning.
    func write(to path: String, of rows: Int? = nil) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw BenchError("\(path) cannot be written") }
        var bytes = Array((Self.columns + "\n").utf8)
        let days = (count + 2 * people - 1) / (2 * people)
        let names = (0..<days).map { Self.day(days - $0 + 1) }
        for turn in 0..<(rows ?? count) {
            let (wave, place) = (turn / people, turn % people)
            let day = names[wave / 2]
            // Who comes when has nothing to do with the order of the numbers.
            let person = Self.employee(place &* 7_919 % people)
            let second = wave % 2 * 36_000 + 28_800 + place * 3_000 / people
            bytes += Array("\(StaffFile.number(person)),\(day)T\(Self.clock(second))+08:00,card\n".utf8)
            if bytes.count > 1 << 20 {
                try handle.write(contentsOf: bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    /// The row of ``StaffFile`` that is right and this many after the first.
    static func employee(_ index: Int) -> Int { index / 19 * 20 + index % 19 }

    /// A day so many days ago, in China.
    private static func day(_ ago: Int) -> String {
        CivilDate(inChina: SystemClock().now).adding(days: -ago).description
    }

    private static func clock(_ second: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }
}
