import Channels
import Evidence
import Foundation
import Notices
import People
import Store

extension BenchGateway {
    /// The desks of the HR core on this gateway's store, put together as `songda serve` does.
    func people() throws -> PeopleDesks {
        let codes = OneTimeCodes(
            store: store, log: log, recorder: recorder, clock: clock, key: SecureRandom.bytes(32), routes: [:])
        return try PeopleDesks(
            store: SQLPeopleStore(beside: store), issue: desk, notices: store, directory: store,
            addresses: AddressDesk(
                store: store, codes: codes, recorder: recorder, clock: clock, normalise: AddressForm.normal),
            law: law, prove: try proof(), documents: documents, rules: root + "/config/rules",
            calendars: root + "/config/calendars", recorder: recorder, clock: clock,
            papers: try Papers(
                templates: root + "/templates/agreements", rules: root + "/config/rules",
                signing: SignatureDesk(
                    codes: codes, directory: store, documents: documents, seals: keys, clock: clock)
            ) { try String(contentsOfFile: $0, encoding: .utf8) })
    }

    /// The desk that writes proof bundles of this gateway's notices.
    func proof() throws -> ProofDesk {
        ProofDesk(
            reader: store, log: log, openBody: { [log] in try await log.openBody(of: $0) }, seals: keys,
            authority: try keys.authority(clock: clock),
            trust: .init(
                logKeys: [keys.log.key], entryKeys: [keys.entries.publicKey], entryCertificates: [],
                roots: [keys.root]), law: law, recorder: recorder, clock: clock)
    }

    /// The units that ``StaffFile`` names.
    func addUnits(_ people: PeopleDesks) async throws {
        for index in 0..<StaffFile.units {
            let unit = StaffFile.unit(index)
            try await people.roster.save(
                OrgUnit(id: UnitID(unit), parent: nil, name: "门店 \(unit)", manager: nil), by: .bench)
        }
    }
}

extension Actor {
    /// HR, as a program with a key.
    static let bench = Actor(principal: Principal(id: "key-bench", kind: .apiKey, method: "api-key"), roles: [.hr])
    /// A program that feeds us.
    static let feed = Actor(
        principal: Principal(id: "key-feed", kind: .apiKey, method: "api-key"), roles: [.integration])
}

/// A file in parts cut at the ends of rows, one in memory at a time, as the command-line client sends them.
struct FileInParts: ~Copyable {
    private let handle: FileHandle
    private var cutter: CSVCutter
    private var ready: [[UInt8]] = []
    private var isOver = false

    init(_ path: String, partBytes: Int = CSVCutter.partBytes) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw BenchError("\(path) cannot be read") }
        self.handle = handle
        cutter = CSVCutter(partBytes: partBytes)
    }

    // Read only: nothing can be lost by a failure.
    deinit { try? handle.close() }

    /// The next part, and whether it is the last, which may be empty; nil behind it.
    mutating func next() throws -> (bytes: [UInt8], isLast: Bool)? {
        while ready.isEmpty, !isOver {
            if let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
                ready = try cutter.take(data).reversed()
            } else {
                isOver = true
                return (cutter.finish(), true)
            }
        }
        return ready.popLast().map { ($0, false) }
    }
}

/// The memory of this process, in MiB.
enum Memory {
    /// Forgets the peak so far, so that the next one is that of what follows; returns what is resident now.
    static func mark() throws -> Double {
        try ProcessStatus.own.forgetPeak()
        return try ProcessStatus.own.mebibytes("VmRSS")
    }

    /// The most that was resident since.
    static func peak() throws -> Double { try ProcessStatus.own.mebibytes("VmHWM") }
}
