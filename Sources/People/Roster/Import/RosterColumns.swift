import Evidence
import Notices

/// Which column of a file says what, found out from its first row.
struct RosterColumns: Sendable, Hashable {
    /// What a column can say; the first name is ours.
    enum Field: String, CaseIterable {
        case number, name, unit, position, hiredOn, state, lastDay, probationUntil, contractUntil, language, email,
            phone,
            postal

        var names: Set<String> {
            switch self {
            case .number: ["number", "工号", "员工编号"]
            case .name: ["name", "姓名"]
            case .unit: ["unit", "部门", "部门编号", "门店"]
            case .position: ["position", "岗位", "职位"]
            case .hiredOn: ["hiredon", "hired_on", "入职日期"]
            case .state: ["state", "状态"]
            case .lastDay: ["lastday", "last_day", "最后工作日", "离职日期"]
            case .probationUntil: ["probationuntil", "probation_until", "试用期至"]
            case .contractUntil: ["contractuntil", "contract_until", "合同期至", "合同到期日"]
            case .language: ["language", "语言"]
            case .email: ["email", "邮箱", "电子邮箱"]
            case .phone: ["phone", "手机", "手机号", "手机号码"]
            case .postal: ["postal", "地址", "通讯地址"]
            }
        }

        static let required: [Field] = [.number, .name, .unit, .position, .hiredOn]
    }

    let fields: [Field]
    let encoding: CSVEncoding?

    /// Reads the first row; refuses a column nobody knows rather than losing what it says.
    init(header: CSVRows.Row, encoding: CSVEncoding?) throws(PeopleError) {
        var fields: [Field] = []
        var faults: [PeopleError.Fault] = []
        for (index, cell) in header.cells.enumerated() {
            let text = (encoding ?? .utf8).text(cell)?.trimmed ?? ""
            guard let field = Field.allCases.first(where: { $0.names.contains(text.lowercased()) }) else {
                let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
                faults.append(
                    .init(
                        field: "column \(index + 1)",
                        message: "\"\(text.prefix(30))\" is not a column we know; there are \(known)"))
                continue
            }
            if fields.contains(field) {
                faults.append(
                    .init(field: "column \(index + 1)", message: "\(field.rawValue) stands twice; remove one"))
            }
            fields.append(field)
        }
        for field in Field.required where !fields.contains(field) {
            faults.append(.init(field: field.rawValue, message: "has no column; add it to the first row"))
        }
        try PeopleError.check(faults, "the first row of the file does not say what its columns are")
        self.fields = fields
        self.encoding = encoding
    }

    /// As stored between two parts.
    init?(stored: String) {
        guard let value = try? JSONValue(parsing: Array(stored.utf8)), let names = value["fields"]?.array else {
            // Nothing stored yet: the first part brings the first row.
            return nil
        }
        fields = names.compactMap { $0.string.flatMap(Field.init) }
        encoding = value["encoding"]?.string.flatMap(CSVEncoding.init)
    }

    init(fields: [Field], encoding: CSVEncoding?) {
        self.fields = fields
        self.encoding = encoding
    }

    var stored: String {
        JSONValue.object([
            "fields": .array(fields.map { .string($0.rawValue) }),
            "encoding": encoding.map { .string($0.rawValue) } ?? .null,
        ]).canonicalText
    }

    // MARK: Rows

    /// A row as a draft, or what is wrong with its cells.
    func draft(_ row: CSVRows.Row) -> Result<EmployeeDraft, PeopleError> {
        var faults: [PeopleError.Fault] = []
        func note(_ field: String, _ message: Sentence) { faults.append(.init(field: field, message: message)) }
        if row.isCut { note("row", "a quote is opened and never closed; the file may be cut off") }
        if row.cells.count != fields.count {
            note("row", "has \(row.cells.count) cells, the first row has \(fields.count); correct the commas")
        }
        var values: [Field: String] = [:]
        for (field, cell) in zip(fields, row.cells) {
            if let fault = Self.fault(of: cell) {
                note(field.rawValue, fault)
                continue
            }
            guard let text = (encoding ?? .utf8).text(cell)?.trimmed else {
                note(field.rawValue, "is not text in \((encoding ?? .utf8).rawValue); save the file in one encoding")
                continue
            }
            if let fault = Self.formulaFault(text, field) { note(field.rawValue, fault) }
            if !text.isEmpty { values[field] = text.withoutFormulaGuard }
        }
        for field in Field.required
        where values[field] == nil && !faults.contains(where: { $0.field == field.rawValue }) {
            if faults.contains(where: { $0.field == "row" }) { continue }
            note(field.rawValue, "is empty; fill it in")
        }
        func date(_ field: Field) -> CivilDate? {
            guard let text = values[field] else { return nil }
            if let day = CivilDate(spreadsheet: text) { return day }
            note(field.rawValue, "\"\(text.prefix(20))\" is not a day such as 2026-11-21; correct it")
            return nil
        }
        let days = (date(.hiredOn), date(.lastDay), date(.probationUntil), date(.contractUntil))
        var state: EmploymentState?
        if let text = values[.state] {
            state = EmploymentState(spreadsheet: text)
            if state == nil { note("state", "\"\(text.prefix(20))\" is not a state such as active or 在职; correct it") }
        }
        guard faults.isEmpty, let hiredOn = days.0, let number = values[.number], let name = values[.name],
            let unit = values[.unit], let position = values[.position]
        else { return .failure(PeopleError(.invalid, "the row was not read", faults: faults)) }
        var addresses: [ChannelKind: String] = [:]
        addresses[.email] = values[.email]
        addresses[.sms] = values[.phone]
        addresses[.ems] = values[.postal]
        return .success(
            EmployeeDraft(
                number: number, name: name, unit: UnitID(unit), position: position, hiredOn: hiredOn, state: state,
                lastDay: days.1, probationUntil: days.2, contractUntil: days.3, language: values[.language] ?? "zh-CN",
                addresses: addresses))
    }

    private static func fault(of cell: [UInt8]) -> Sentence? {
        if cell.count > 4096 { return "has \(cell.count) bytes; at most 4096 are taken" }
        if cell.contains(0) { return "contains NUL; remove it" }
        return nil
    }

    /// A cell that a spreadsheet would run is no name of anything; a phone number may begin with a plus.
    private static func formulaFault(_ text: String, _ field: Field) -> Sentence? {
        guard let first = text.unicodeScalars.first, CSVCell.startsFormula(first) else { return nil }
        if field == .phone, first == "+" { return nil }
        return "begins with \"\(first)\", which a spreadsheet takes for a formula; remove it"
    }
}

extension String {
    /// Without spaces around; the ideographic space counts.
    fileprivate var trimmed: String {
        var scalars = unicodeScalars[...]
        // Hardly any cell has some, and to copy it costs more than to look.
        guard scalars.first?.properties.isWhitespace == true || scalars.last?.properties.isWhitespace == true else {
            return self
        }
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    /// Takes off the apostrophe that our own export puts before a formula.
    fileprivate var withoutFormulaGuard: String {
        let scalars = unicodeScalars
        guard scalars.first == "'", let second = scalars.dropFirst().first, CSVCell.startsFormula(second) else {
            return self
        }
        return String(scalars.dropFirst())
    }
}

extension CivilDate {
    /// As spreadsheets write days: `2026-11-21`, `2026/11/21`, `2026/1/5`, `2026年1月5日`.
    init?(spreadsheet text: String) {
        // Nearly all files write days as we do.
        if let day = CivilDate(text) {
            self = day
            return
        }
        let parts = text.split(whereSeparator: { "-/.年月日".contains($0) }).map(String.init)
        guard parts.count == 3, parts[0].utf8.count == 4, parts.allSatisfy({ $0.utf8.count <= 4 }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

extension EmploymentState {
    init?(spreadsheet text: String) {
        switch text {
        case "入职中", "待入职": self = .onboarding
        case "在职", "试用": self = .active
        case "停薪留职", "暂停履行", "中止": self = .suspended
        case "已提离职", "离职中": self = .resigned
        case "交接中": self = .handover
        case "离职", "已离职": self = .left
        default: self.init(rawValue: text)
        }
    }
}

/// Cells of files that we write.
public enum CSVCell {
    /// Whether a spreadsheet takes a cell that begins so for a formula.
    static func startsFormula(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠": true
        default: false
        }
    }

    /// A cell that no spreadsheet runs and every reader takes back apart.
    public static func safe(_ text: String) -> String {
        let guarded = text.unicodeScalars.first.map(startsFormula) == true ? "'" + text : text
        let needsQuotes = guarded.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else { return guarded }
        var quoted = "\""
        for scalar in guarded.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
