import Evidence
import Glibc
import Notices
import People
import TestSupport
import Testing

/// Files that bring people on record, and what is wrong with them.
struct ImportTests {
    static let header = "工号,姓名,部门,岗位,入职日期,邮箱\n"

    static func bytes(_ rows: String...) -> [UInt8] { Array((header + rows.joined(separator: "\n")).utf8) }

    @Test(arguments: Backend.allCases)
    func `S-131 a dry run changes nothing and names every wrong cell by line and column`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            let file = Self.bytes(
                "E1,张三,sales,销售,2020-01-02,a@example.com", "E2,,sales,销售,2020-13-02,b@example.com",
                "E 3,王五,nowhere,销售,2020-01-02,c@example.com", "E1,赵六,sales,销售,2020/1/2,d@example.com",
                "E5,孙七,sales,销售,2020-01-02,nobody")
            let done = try await desk.importFile(file, name: "a.csv", mode: .dryRun, by: .hr)
            #expect(done.state == .refused)
            #expect([done.read, done.added, done.faulty] == [5, 1, 4])
            let faults = try await desk.faults(of: done.id, by: .hr)
            #expect(
                Set(faults.map { "\($0.line) \($0.column)" })
                    == ["3 hiredOn", "3 name", "4 number", "4 unit", "5 number", "6 email"])
            #expect(faults.first { $0.line == 5 }?.message.contains("line 2") == true)
            #expect(try await desk.employees(by: .hr).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-131 all or nothing refuses a file with one wrong row, and brings all of a right one`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            let wrong = Self.bytes(
                "E1,张三,sales,销售,2020-01-02,a@example.com", "E2,李四,sales,销售,昨天,b@example.com")
            #expect(try await desk.importFile(wrong, name: "a.csv", mode: .allOrNothing, by: .hr).state == .refused)
            #expect(try await desk.employees(by: .hr).isEmpty)
            let right = Self.bytes(
                "E1,张三,sales,销售,2020-01-02,a@example.com", "E2,李四,sales,销售,2020-01-03,b@example.com")
            let done = try await desk.importFile(right, name: "b.csv", mode: .allOrNothing, by: .hr)
            #expect(done.state == .done && done.added == 2 && done.faulty == 0)
            #expect(try await desk.employees(by: .hr).map(\.number) == ["E1", "E2"])
            // The same file again changes nothing.
            let again = try await desk.importFile(right, name: "b.csv", mode: .allOrNothing, by: .hr)
            #expect(again.unchanged == 2 && again.added == 0 && again.changed == 0)
            let person = try await desk.employee("E1", by: .hr)
            #expect(
                try await gateway.people.acts.acts(about: .employee(person.id)).map(\.entry.event)
                    == [.employeesImported])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-131 row by row takes the right rows, and an import is put back as a whole`(_ backend: Backend) async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            try await gateway.unit("east")
            let today = CivilDate(inChina: gateway.clock.now)
            try await desk.upsert(
                gateway.draft("E0", name: "原名", hiredOn: today.adding(days: -400), state: .active), by: .hr)
            let before = try await desk.employee("E0", by: .hr)
            let file = Self.bytes(
                "E0,新名,east,主管,\(today.adding(days: -30)),e0@example.com", "E1,张三,sales,销售,2020-01-02,a@example.com",
                "E2,李四,sales,销售,昨天,b@example.com")
            let done = try await desk.importFile(file, name: "a.csv", mode: .eachRow, by: .hr)
            #expect(done.state == .done && [done.added, done.changed, done.faulty] == [1, 1, 1])
            #expect(try await desk.employee("E0", by: .hr).name == "新名")
            try await desk.undo(done.id, reason: "文件有误", by: .hr)
            #expect(try await desk.employee("E0", by: .hr) == before)
            #expect(try await desk.employees(by: .hr).map(\.number) == ["E0"])
            #expect(try await desk.rosterImport(done.id, by: .hr).state == .undone)
            // The number is free again.
            #expect(try await desk.importFile(file, name: "b.csv", mode: .eachRow, by: .hr).added == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `an import is not put back over what somebody did since, and the refusal names them`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            let done = try await desk.importFile(
                Self.bytes("E1,张三,sales,销售,2020-01-02,a@example.com"), name: "a.csv", mode: .eachRow, by: .hr)
            let today = CivilDate(inChina: gateway.clock.now)
            _ = try await desk.move("E1", EmploymentMove(to: .active, on: today, reason: "到岗"), by: .hr)
            let error = try await refusal { try await desk.undo(done.id, reason: "重来", by: .hr) }
            #expect(error.code == .conflict && error.reason.contains("E1"))
            #expect(try await desk.employee("E1", by: .hr).state == .active)
        }
    }

    /// The same two people in every dress that files wear.
    static let dresses: [(name: String, bytes: [UInt8])] = {
        let plain = "number,name,unit,position,hiredOn\nE1,张三,sales,\"销售, 华东\",2020-01-02\nE2,李四,sales,客服,2020-01-03"
        func ended(_ end: String) -> [UInt8] {
            Array(plain.split(separator: "\n").joined(separator: end).utf8)
        }
        return [
            ("UTF-8 with LF", ended("\n")), ("UTF-8 with CR LF and a mark", [0xEF, 0xBB, 0xBF] + ended("\r\n")),
            ("CR alone", ended("\r")),
            ("a mixture", Array(plain.utf8) + Array("\r\n\r\n".utf8)),
            ("GB 18030", gb18030(ended("\r\n"))),
        ]
    }()

    /// By the program everybody has.
    static func gb18030(_ utf8: [UInt8]) -> [UInt8] {
        guard let descriptor = iconv_open("GB18030", "UTF-8") else { return [] }
        defer { iconv_close(descriptor) }
        var input = utf8.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: utf8.count * 2)
        let written = input.withUnsafeMutableBufferPointer { from in
            output.withUnsafeMutableBufferPointer { to -> Int in
                var (source, target) = (from.baseAddress, to.baseAddress)
                var (left, room) = (from.count, to.count)
                _ = iconv(descriptor, &source, &left, &target, &room)
                return to.count - room
            }
        }
        return output.prefix(written).map { UInt8(bitPattern: $0) }
    }

    @Test(arguments: dresses.indices)
    func `F50 encodings, marks, line ends and quotes are read as the same people`(_ index: Int) async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            let dress = Self.dresses[index]
            let done = try await desk.importFile(dress.bytes, name: "f50.csv", mode: .allOrNothing, by: .hr)
            #expect(done.state == .done && done.added == 2, "\(dress.name)")
            let found = try await desk.employees(by: .hr)
            #expect(found.map(\.name) == ["张三", "李四"], "\(dress.name)")
            #expect(found.first?.position == "销售, 华东")
        }
    }

    @Test func `F50 every hostile row is refused by line and column, and the rows around it are taken`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            var file = Array("number,name,unit,position,hiredOn,phone\n".utf8)
            func add(_ row: String) { file += Array((row + "\n").utf8) }
            add("E2,好人,sales,销售,2020-01-02,+8613800005678")
            add("E3,a\u{0}b,sales,销售,2020-01-02,")
            add("E4,\"=HYPERLINK(\"\"http://x\"\")\",sales,销售,2020-01-02,")
            add("E5,@SUM(A1),sales,销售,2020-01-02,")
            add("E2,重号,sales,销售,2020-01-02,")
            add("E7,短,sales")
            add("E8," + String(repeating: "长", count: 3_500_000) + ",sales,销售,2020-01-02,")
            add("E9,旧,sales,销售,1900-01-02,")
            file += Array("E10,".utf8) + [0xE5, 0xBC] + Array(",sales,销售,2020-01-02,\n".utf8)
            add("E11,也好,sales,销售,2020-01-02,+8613800005679")
            file += Array("E12,\"切断,sales".utf8)
            let done = try await desk.importFile(file, name: "f50.csv", mode: .eachRow, by: .hr)
            #expect(done.state == .done && done.read == 11 && done.added == 2 && done.faulty == 9)
            let faults = try await desk.faults(of: done.id, by: .hr)
            #expect(Set(faults.map(\.line)) == [3, 4, 5, 6, 7, 8, 9, 10, 12])
            let columns = Dictionary(faults.map { ($0.line, $0.column) }, uniquingKeysWith: { first, _ in first })
            #expect(columns[3] == "name" && columns[4] == "name" && columns[5] == "name" && columns[6] == "number")
            #expect(columns[7] == "row" && columns[8] == "name" && columns[9] == "hiredOn" && columns[10] == "name")
            #expect(columns[12] == "row")
            #expect(try await desk.employees(by: .hr).map(\.number) == ["E11", "E2"])
        }
    }

    @Test func `F50 a file without its columns is refused as a whole and names them`() async throws {
        try await TestGateway.with(.sqlite) { gateway in
            let desk = gateway.people.roster
            for (text, field) in [
                ("number,name,unit,position\nE1,a,b,c", "hiredOn"), ("", ""),
                ("number,name,unit,position,hiredOn,salary\nE1,a,b,c,2020-01-01,9", "column 6"),
            ] {
                let error = try await refusal {
                    _ = try await desk.importFile(Array(text.utf8), name: "x.csv", mode: .eachRow, by: .hr)
                }
                #expect(error.code == .invalid && (field.isEmpty || error.faults.map(\.field).contains(field)))
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `parts come in order, a repeated part is answered again, and a changed one is refused`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            let first = Self.bytes("E1,张三,sales,销售,2020-01-02,a@example.com\n")
            let second = Array("E2,李四,sales,销售,2020-01-02,b@example.com\n".utf8)
            let begun = try await desk.beginImport("two parts", mode: .eachRow, by: .integration)
            let one = try await desk.take(first, part: 0, isLast: false, of: begun.id, by: .integration)
            #expect(try await desk.take(first, part: 0, isLast: false, of: begun.id, by: .integration) == one)
            await #expect(throws: PeopleError(.invalid, "")) {
                _ = try await desk.take(second, part: 2, isLast: true, of: begun.id, by: .integration)
            }
            await #expect(throws: PeopleError(.invalid, "")) {
                _ = try await desk.take(second, part: 0, isLast: true, of: begun.id, by: .integration)
            }
            let done = try await desk.take(second, part: 1, isLast: true, of: begun.id, by: .integration)
            #expect(done.state == .done && done.added == 2 && done.read == 2)
        }
    }

    /// So many rows that they are checked side by side; two of them are wrong, one stands twice.
    @Test(arguments: Backend.allCases)
    func `S-131 a large part keeps its order, and names the lines of what is wrong`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let desk = gateway.people.roster
            try await gateway.unit("sales")
            let rows = (0..<900).map { index -> String in
                let number = index == 700 ? "E3" : "E\(index)"
                let day = index == 5 || index == 899 ? "2020-02-30" : "2020-01-02"
                return "\(number),员工\(index),sales,销售,\(day),e\(index)@example.com"
            }
            let done = try await desk.importFile(
                Array((Self.header + rows.joined(separator: "\n")).utf8), name: "a.csv", mode: .eachRow, by: .hr)
            #expect([done.read, done.added, done.faulty] == [900, 897, 3])
            let faults = try await desk.faults(of: done.id, by: .hr)
            #expect(faults.map { "\($0.line) \($0.column)" } == ["7 hiredOn", "702 number", "901 hiredOn"])
            #expect(faults[1].message.contains("line 5 already"))
            let known = try await desk.employee("E650", by: .hr)
            #expect(known.name == "员工650")
            #expect(
                try await gateway.store.recipients([known.id])[known.id]?.address(for: .email)?.value
                    == "e650@example.com")
            #expect(try await gateway.peopleStore.steps(of: known.id).map(\.reason) == ["入职登记"])
        }
    }

    @Test func `a cutter loses no byte and cuts at the ends of rows only`() throws {
        let row = Array("E1,\"a\r\n\"\"b\"\"\",c\r\n".utf8)
        let file = (0..<20_000).flatMap { _ in row }
        for step in [1 << 20, 65_537, 4_093] {
            var cutter = CSVCutter(partBytes: 65_536)
            var parts: [[UInt8]] = []
            for start in stride(from: 0, to: file.count, by: step) {
                parts += try cutter.take(file[start..<min(start + step, file.count)])
            }
            parts.append(cutter.finish())
            #expect(parts.flatMap(\.self) == file)
            #expect(parts.count > 1 && parts.dropLast().allSatisfy { $0.count % row.count == 0 })
            // Each row has a line break in a quoted cell.
            #expect(parts.reduce(1) { CSVRows.line(after: $1, from: $0) } == 40_001)
        }
    }

    @Test func `an export is for whoever may take it out, is recorded, and holds nothing a spreadsheet runs`()
        async throws
    {
        try await TestGateway.with(.sqlite) { gateway in
            let desk = gateway.people.roster
            try await gateway.employee("=cmd|' /C calc'!A0", id: "p-evil", position: "a,\"b\"")
            await #expect(throws: PeopleError(.forbidden, "")) { _ = try await desk.export(after: nil, by: .hr) }
            let exporter = try await gateway.employee("李四", id: "p-li", roles: [.hr, .exporter])
            let page = try await desk.export(after: nil, by: try await gateway.actor(exporter))
            #expect(page.csv.contains("N-p-evil,'=cmd|' /C calc'!A0,sales,\"a,\"\"b\"\"\""))
            #expect(page.next == nil)
            let acts = try await gateway.people.acts.acts(about: Subject(kind: .roster, id: "all"))
            #expect(acts.map(\.entry.event) == [.rosterExported])
        }
    }
}
