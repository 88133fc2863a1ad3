/// Looks at the packaging of a ZIP, which no signature covers, byte by byte.
///
/// A bundle is laid out in one way only: members one after the other without gaps, each described twice in the same words,
/// dated 1980-01-01, without extra fields or comments. So a byte that was changed anywhere between them is noticed, even one
/// that no unpacking program would look at; ``RawDeflate`` does the same for what is packed.
struct ZipPackaging {
    private let bytes: [UInt8]

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A sentence in both languages.
    typealias Fault = (chinese: String, english: String)

    /// What is wrong with the packaging, in a sentence; nil if nothing is.
    static func fault(in archive: [UInt8]) -> Fault? {
        ZipPackaging(archive).fault()
    }

    /// What the central directory says of one member (APPNOTE 4.3.12).
    private struct Record: Equatable {
        var name: ArraySlice<UInt8>
        /// Needed version, flags, method, time, date, CRC, both sizes: what the local header repeats.
        var shared: ArraySlice<UInt8>
        var method: Int
        var packedSize: Int
        var offset: Int
        /// Maker's version and attributes, which are the same for all members.
        var origin: [UInt8]
        /// Needed version and flags, which are the same for all members of a method.
        var habits: [UInt8]
    }

    private func fault() -> Fault? {
        let end = bytes.count - 22
        guard end >= 0, signature(at: end) == 0x0605_4B50 else {
            return ("ZIP 目录结束记录之后另有内容，或者缺少该记录", "something stands behind its end, or its end is missing")
        }
        let count = short(end + 10)
        let size = long(end + 12)
        let start = long(end + 16)
        guard long(end + 4) == 0, short(end + 8) == count, short(end + 20) == 0, start + size == end else {
            return ("ZIP 目录结束记录与目录不符", "its end does not fit its directory")
        }
        var place = start
        var next = 0
        var origin: [UInt8]?
        var habits: [Int: [UInt8]] = [:]
        for _ in 0..<count {
            guard let record = record(at: place, before: end) else {
                return ("目录已损坏", "its directory is damaged")
            }
            guard record.offset == next else {
                return ("各文件未依次相接", "its members do not stand one after the other")
            }
            let name = String(decoding: record.name, as: UTF8.self)
            guard let after = local(record, before: start) else {
                return ("\(name) 的两处说明不一致", "\(name) is described in two ways")
            }
            guard habits[record.method, default: record.habits] == record.habits,
                origin ?? record.origin == record.origin
            else {
                return ("\(name) 的说明与其他文件不同", "\(name) is described unlike the others")
            }
            (habits[record.method], origin) = (record.habits, record.origin)
            next = after
            place += 46 + record.name.count
        }
        return place == end && next == start ? nil : ("各文件之间另有内容", "there is something between its members")
    }

    private func record(at place: Int, before end: Int) -> Record? {
        guard place + 46 <= end, signature(at: place) == 0x0201_4B50 else { return nil }
        let nameLength = short(place + 28)
        // No extra field, no comment, one disk, no internal attributes, no data descriptor.
        guard place + 46 + nameLength <= end, long(place + 30) == 0, long(place + 34) == 0,
            short(place + 8) & ~0x0806 == 0, long(place + 12) == 0x0021_0000
        else { return nil }
        return Record(
            name: bytes[place + 46..<place + 46 + nameLength], shared: bytes[place + 6..<place + 28],
            method: short(place + 10), packedSize: long(place + 20),
            offset: long(place + 42),
            origin: Array(bytes[place + 4..<place + 6]) + Array(bytes[place + 38..<place + 42]),
            habits: Array(bytes[place + 6..<place + 10]))
    }

    /// The place behind the member, if its own header says the same as the directory.
    private func local(_ record: Record, before start: Int) -> Int? {
        let place = record.offset
        let body = place + 30 + record.name.count
        guard body <= start, signature(at: place) == 0x0403_4B50,
            bytes[place + 4..<place + 26] == record.shared, short(place + 26) == record.name.count,
            short(place + 28) == 0, bytes[place + 30..<body] == record.name, body + record.packedSize <= start
        else { return nil }
        return body + record.packedSize
    }

    private func signature(at place: Int) -> Int { long(place) }

    private func short(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }

    private func long(_ place: Int) -> Int { short(place) | short(place + 2) << 16 }
}
