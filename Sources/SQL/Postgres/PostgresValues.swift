import CPostgres

/// The OIDs of the built-in types that have a class of their own in `SQLValue`.
enum PostgresType {
    static let unknown: Oid = 0
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let oid: Oid = 26
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1700
}

/// The values of one statement, laid out for libpq.
///
/// The types are always named: left to itself, the server reads `$1` in `due + $1` as a 32-bit integer and overflows.
struct PostgresParameters {
    let types: [Oid]
    private var bytes: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// - Parameter blocks: which values are rows. A NULL takes the type of its column's other rows: a statement is prepared
    ///   for every list of types, and each pattern of NULLs would be another one.
    init(_ values: [SQLValue], blocks: [(start: Int, count: Int, width: Int)] = []) {
        var types = values.map { value in
            switch value {
            case .null: PostgresType.unknown
            case .integer: PostgresType.int8
            case .real: PostgresType.float8
            case .text: PostgresType.text
            case .blob: PostgresType.bytea
            }
        }
        for block in blocks {
            for column in 0..<block.width {
                let places = stride(from: block.start + column, to: block.start + block.count, by: block.width)
                guard let known = places.lazy.map({ types[$0] }).first(where: { $0 != PostgresType.unknown }) else {
                    continue
                }
                for place in places where types[place] == PostgresType.unknown { types[place] = known }
            }
        }
        self.types = types
        for value in values {
            switch value {
            case .null: append(nil as [UInt8]?, isBinary: false)
            case .integer(let number): append(String(number).utf8, isBinary: false)
            // Swift's shortest text reads back as the same double; the server knows "inf" too.
            case .real(let number): append(String(number).utf8, isBinary: false)
            case .text(let text): append(text.utf8, isBinary: false)
            case .blob(let content): append(content, isBinary: true)
            }
        }
    }

    private mutating func append(_ content: (some Collection<UInt8>)?, isBinary: Bool) {
        offsets.append(content == nil ? nil : bytes.count)
        lengths.append(Int32(content?.count ?? 0))
        formats.append(isBinary ? 1 : 0)
        if let content { bytes += content }
        bytes.append(0)
    }

    /// Lends the count, pointers, lengths and formats to a call of libpq.
    func withPointers<T>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> T
    ) -> T {
        bytes.withUnsafeBytes { raw in
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(Int32(offsets.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}

extension SQLValue {
    /// The value of one field of a result in text format.
    init(_ result: OpaquePointer, row: Int32, column: Int32, type: Oid) {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else {
            self = .null
            return
        }
        let field = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
        var text: String { String(decoding: field, as: UTF8.self) }
        switch type {
        case PostgresType.int2, PostgresType.int4, PostgresType.int8, PostgresType.oid:
            self = Int64(text).map(SQLValue.integer) ?? .text(text)
        case PostgresType.bool: self = .integer(field.first == UInt8(ascii: "t") ? 1 : 0)
        case PostgresType.float4, PostgresType.float8: self = Double(text).map(SQLValue.real) ?? .text(text)
        // sum() of a bigint column is numeric here and an integer in SQLite.
        case PostgresType.numeric:
            self = Int64(text).map(SQLValue.integer) ?? Double(text).map(SQLValue.real) ?? .text(text)
        case PostgresType.bytea: self = Self.bytes(ofHex: field).map(SQLValue.blob) ?? .text(text)
        default: self = .text(text)
        }
    }

    /// Reads `\x68656c6c6f`.
    private static func bytes(ofHex field: UnsafeRawBufferPointer) -> [UInt8]? {
        guard field.count >= 2, field[0] == UInt8(ascii: "\\"), field[1] == UInt8(ascii: "x"), field.count % 2 == 0
        else {
            return nil
        }
        func digit(_ byte: UInt8) -> UInt8 { byte <= UInt8(ascii: "9") ? byte &- 48 : (byte | 0x20) &- 87 }
        return [UInt8](unsafeUninitializedCapacity: field.count / 2 - 1) { buffer, count in
            for position in 0..<(field.count / 2 - 1) {
                buffer[position] = digit(field[2 * position + 2]) << 4 | digit(field[2 * position + 3])
            }
            count = field.count / 2 - 1
        }
    }
}
